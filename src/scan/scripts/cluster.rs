//! What a cluster is told to run, and to log in with.

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

/// `kubectl set image deployment/web web=NAME`, `kubectl run web --image=NAME`,
/// `kubectl create secret docker-registry NAME --docker-server=HOST`
pub(super) fn kubectl(call: &mut Call<'_>) {
    let given = Given::read(call.words, &|name| TAKE.contains(&name), false);
    let words: Vec<&str> = given.rest.iter().map(String::as_str).collect();
    match words[..] {
        ["create", "secret", "docker-registry", ..] => {
            let host = given.values(&["docker-server"]).next().unwrap_or_default();
            // What it logs in to is in a file then.
            if !given.has(&["from-file"]) {
                call.registry(Kind::LogsIn, host);
            }
            for value in given.values(&["docker-password"]) {
                call.password("--docker-password", value);
            }
        }
        ["set", "image", ..] => {
            let names = words.iter().skip(2).filter_map(|word| word.split_once('='));
            for (_, name) in names {
                call.image(Kind::Pulls, name);
            }
        }
        ["run" | "create" | "debug" | "new-app", ..] => {
            for name in given.values(&["image", "docker-image"]) {
                call.image(Kind::Pulls, name);
            }
        }
        _ => {}
    }
}

/// `kustomize edit set image web=NAME`: what stands before `=` is the name that the manifests have.
pub(super) fn kustomize(call: &mut Call<'_>) {
    let given = Given::read(call.words, &|_| false, false);
    let words: Vec<&str> = given.rest.iter().map(String::as_str).collect();
    let ["edit", "set", "image", names @ ..] = &words[..] else { return };
    for name in names {
        let name = name.split_once('=').map_or(*name, |(_, name)| name);
        // `*` keeps the name, or the tag.
        if !name.contains('*') {
            call.image(Kind::Pulls, name);
        }
    }
}
