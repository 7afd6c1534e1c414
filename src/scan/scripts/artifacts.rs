//! Clients for what is no image and yet in a registry: charts and other artifacts.

use super::Call;
use super::options::Given;
use crate::found::Kind;

/// Options of helm before the command that have a value.
const HELM: [&str; 15] = [
    "burst-limit",
    "kube-apiserver",
    "kube-as-group",
    "kube-as-user",
    "kube-ca-file",
    "kube-context",
    "kube-tls-server-name",
    "kube-token",
    "kubeconfig",
    "n",
    "namespace",
    "qps",
    "registry-config",
    "repository-cache",
    "repository-config",
];

pub(super) fn helm(call: &mut Call<'_>) {
    let given = Given::read(call.words, &|name| HELM.contains(&name), true);
    let kind = match &given.rest[..] {
        [registry, login, rest @ ..] if registry == "registry" && login == "login" => {
            return call.login(rest);
        }
        [command, ..] => match command.as_str() {
            "push" => Kind::Pushes,
            // The last two are plugins that take the commands of helm.
            "pull" | "install" | "upgrade" | "template" | "show" | "inspect" | "fetch" | "diff"
            | "secrets" => Kind::Pulls,
            _ => return,
        },
        [] => return,
    };
    charts(call, kind);
}

/// Every word that is the address of an artifact.
fn charts(call: &mut Call<'_>, kind: Kind) {
    let words = call.words;
    for name in words.iter().filter_map(|word| word.strip_prefix("oci://")) {
        call.image(kind, name.trim_end_matches('/'));
    }
}

pub(super) fn oras(call: &mut Call<'_>) {
    let [command, rest @ ..] = call.words else { return };
    if command == "login" {
        return call.login(rest);
    }
    const SWITCHES: [&str; 20] = [
        "v",
        "verbose",
        "d",
        "debug",
        "no-tty",
        "r",
        "recursive",
        "allow-path-traversal",
        "disable-path-validation",
        "k",
        "keep-old-files",
        "include-subject",
        "descriptor",
        "pretty",
        "force",
        "password-stdin",
        "identity-token-stdin",
        "full-reference",
        "h",
        "help",
    ];
    // The first three also as `from-insecure` and `to-insecure`.
    const BOTH: [&str; 3] = ["insecure", "plain-http", "oci-layout"];
    let takes = |name: &str| {
        let bare = name.strip_prefix("from-").or_else(|| name.strip_prefix("to-")).unwrap_or(name);
        !SWITCHES.contains(&bare) && !BOTH.contains(&bare)
    };
    let given = Given::read(rest, &takes, false);
    let mut words: Vec<&str> = given.rest.iter().map(String::as_str).collect();
    words.insert(0, command);
    // A folder is no registry.
    let is_local = given.has(&["oci-layout"]);
    let (from, to) = (given.has(&["from-oci-layout"]), given.has(&["to-oci-layout"]));
    match words[..] {
        ["copy" | "cp", source, target] => {
            if !from {
                call.image(Kind::Pulls, source);
            }
            if !to {
                pushes(call, target);
            }
        }
        _ if is_local => {}
        ["repo", "ls" | "list", host] => call.registry(Kind::Pulls, host),
        ["pull" | "discover" | "resolve" | "backup", name, ..]
        | ["manifest", "fetch" | "fetch-config", name, ..]
        | ["blob", "fetch", name, ..]
        | ["repo", "tags" | "show-tags", name, ..] => call.image(Kind::Pulls, name),
        ["push" | "attach" | "tag" | "restore", name, ..]
        | ["manifest" | "blob", "push", name, ..]
        | ["manifest", "index", "create" | "update", name, ..] => {
            pushes(call, name);
        }
        _ => {}
    }
}

/// `name:1,latest` has several tags.
fn pushes(call: &mut Call<'_>, name: &str) {
    let place = call.place_of(name);
    let (first, others) = name.split_once(',').unwrap_or((name, ""));
    call.found.image(Kind::Pushes, first, place.clone());
    let tag = first.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
    let repository = tag.map_or(first, |(repository, _)| repository);
    for other in others.split(',').filter(|other| !other.is_empty()) {
        call.found.image(Kind::Pushes, &format!("{repository}:{other}"), place.clone());
    }
}
