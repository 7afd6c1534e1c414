//! Clients that copy from one registry to another.

use super::Call;
use super::options::Given;
use crate::found::Kind;

pub(super) fn skopeo(call: &mut Call<'_>) {
    const GLOBAL: [&str; 9] = [
        "policy",
        "tmpdir",
        "command-timeout",
        "override-arch",
        "override-os",
        "override-variant",
        "registries.d",
        "registries-conf",
        "user-agent-prefix",
    ];
    let given = Given::read(call.words, &|name| GLOBAL.contains(&name), true);
    let [command, rest @ ..] = &given.rest[..] else { return };
    if command == "login" {
        return call.login(rest);
    }
    const SWITCHES: [&str; 27] = [
        "a",
        "all",
        "q",
        "quiet",
        "preserve-digests",
        "remove-signatures",
        "raw",
        "config",
        "no-tags",
        "n",
        "no-creds",
        "src-no-creds",
        "dest-no-creds",
        "insecure-policy",
        "tls-verify",
        "src-tls-verify",
        "dest-tls-verify",
        "dest-compress",
        "dest-decompress",
        "dest-precompute-digests",
        "dest-oci-accept-uncompressed-layers",
        "debug",
        "dry-run",
        "scoped",
        "keep-going",
        "help",
        "h",
    ];
    let given = Given::read(rest, &|name| !SWITCHES.contains(&name), false);
    for creds in ["creds", "src-creds", "dest-creds"] {
        if let Some((_, password)) = given.values(&[creds]).find_map(|one| one.split_once(':')) {
            call.password(&format!("--{creds}"), password);
        }
    }
    if command == "sync" {
        return sync(call, &given);
    }
    let kinds: &[Kind] = match command.as_str() {
        "copy" => &[Kind::Pulls, Kind::Pushes],
        "inspect" | "list-tags" => &[Kind::Pulls],
        _ => &[],
    };
    for (kind, name) in kinds.iter().zip(&given.rest) {
        if let Some(name) = name.strip_prefix("docker://") {
            call.image(*kind, name);
        }
    }
}

/// `skopeo sync --src docker --dest docker NAME HOST/PATH`: the last part of the name, or all of it, goes below the path.
fn sync(call: &mut Call<'_>, given: &Given) {
    let [from, to] = &given.rest[..] else { return };
    let takes_docker = given.values(&["s", "src"]).any(|kind| kind == "docker");
    let pushes = given.values(&["d", "dest"]).any(|kind| kind == "docker");
    // A host alone is all that is in it.
    let is_image = takes_docker && from.contains('/');
    if is_image {
        call.image(Kind::Pulls, from);
    } else if takes_docker {
        call.registry(Kind::Pulls, from);
    }
    if !pushes {
        return;
    }
    let to = to.trim_end_matches('/');
    let place = call.place_of(to);
    if is_image {
        let last = from.rsplit('/').next().unwrap_or(from);
        let below = if given.has(&["scoped"]) { from.as_str() } else { last };
        call.found.image(Kind::Pushes, &format!("{to}/{below}"), place);
    } else {
        let host = to.split('/').next().unwrap_or(to);
        call.found.registry(Kind::Pushes, host, place);
    }
}

pub(super) fn crane(call: &mut Call<'_>) {
    let given = Given::read(call.words, &|name| name == "platform", true);
    let [command, rest @ ..] = &given.rest[..] else { return };
    if let ("auth", [login, rest @ ..]) = (command.as_str(), rest) {
        if login == "login" {
            call.login(rest);
        }
        return;
    }
    let (command, rest) = match (command.as_str(), rest) {
        ("index", [command, rest @ ..]) if command == "append" => ("index append", rest),
        ("index", [command, rest @ ..]) if command == "filter" => ("flatten", rest),
        (command, rest) => (command, rest),
    };
    const SWITCHES: [&str; 15] = [
        "fast",
        "allow-nondistributable-artifacts",
        "insecure",
        "v",
        "verbose",
        "all-tags",
        "n",
        "no-clobber",
        "full-ref",
        "O",
        "omit-digest-tags",
        "set-base-image-annotations",
        "annotate-ref",
        "index",
        "flatten",
    ];
    // To `copy`, `-a` is `--all-tags`; to `mutate`, an annotation.
    let takes = |name: &str| !SWITCHES.contains(&name) && (name != "a" || command == "mutate");
    let given = Given::read(rest, &takes, false);
    match (command, &given.rest[..]) {
        ("copy" | "cp" | "optimize", [from, to]) => {
            call.image(Kind::Pulls, from);
            call.image(Kind::Pushes, to);
        }
        ("pull" | "export" | "manifest" | "digest" | "config" | "ls" | "blob", [name, ..]) => {
            call.image(Kind::Pulls, name);
        }
        ("validate", _) => {
            for name in given.values(&["remote"]) {
                call.image(Kind::Pulls, name);
            }
        }
        ("catalog", [host]) => call.registry(Kind::Pulls, host),
        ("push", [_, name]) | ("tag", [name, _]) => call.image(Kind::Pushes, name),
        ("append", _) => made(call, &given, &["b", "base"], None),
        ("index append", base) => made(call, &given, &["m", "manifest"], base.first()),
        ("mutate" | "flatten", [name]) => made(call, &given, &[], Some(name)),
        ("rebase", [name]) => made(call, &given, &["old_base", "new_base"], Some(name)),
        _ => {}
    }
}

/// What is made of one image and others, and where it goes: without a name, to the repository of the first.
fn made(call: &mut Call<'_>, given: &Given, others: &[&str], from: Option<&String>) {
    for name in from.map(String::as_str).into_iter().chain(given.values(others)) {
        call.image(Kind::Pulls, name);
    }
    if given.has(&["o", "output"]) {
        return;
    }
    let mut to: Vec<&str> = given.values(&["t", "tag", "new_tag"]).collect();
    if to.is_empty() {
        to.extend(from.map(String::as_str));
    }
    for name in to {
        call.image(Kind::Pushes, name);
    }
}
