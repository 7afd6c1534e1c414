//! What a cluster is told to log in with.

use super::Call;
use super::options::Given;
use crate::found::Kind;

/// Options of kubectl and oc that have a value, as far as one could be taken for something else.
const TAKE: [&str; 33] = [
    "n",
    "namespace",
    "context",
    "kubeconfig",
    "cluster",
    "user",
    "as",
    "s",
    "server",
    "token",
    "image",
    "docker-image",
    "docker-server",
    "docker-username",
    "docker-password",
    "docker-email",
    "from-file",
    "from-literal",
    "o",
    "output",
    "l",
    "selector",
    "labels",
    "f",
    "filename",
    "port",
    "env",
    "overrides",
    "replicas",
    "c",
    "container",
    "schedule",
    "restart",
];

/// `kubectl create secret docker-registry NAME --docker-server=HOST`. What a cluster is told to run is pulled by the
/// cluster, and its manifests say so.
pub(super) fn kubectl(call: &mut Call<'_>) {
    let given = Given::read(call.words, &|name| TAKE.contains(&name), false);
    let words: Vec<&str> = given.rest.iter().map(String::as_str).collect();
    let ["create", "secret", "docker-registry", ..] = words[..] else { return };
    let host = given.values(&["docker-server"]).next().unwrap_or_default();
    // What it logs in to is in a file then.
    if !given.has(&["from-file"]) {
        call.registry(Kind::LogsIn, host);
    }
    for value in given.values(&["docker-password"]) {
        call.password("--docker-password", value);
    }
}
