//! Programs that talk to registries themselves.

use super::Call;
use super::options::Given;
use crate::found::Kind;

pub(super) fn run(program: &str, call: &mut Call<'_>) {
    match program {
        "skopeo" => skopeo(call),
        "crane" | "gcrane" => crane(call),
        "executor" => kaniko(call),
        "warmer" => {
            let given = Given::read(call.words, &|_| true, false);
            for name in given.values(&["image", "i"]) {
                call.image(Kind::Pulls, name);
            }
        }
        "helm" => helm(call),
        "oras" => oras(call),
        "pack" => pack(call),
        "gcloud" => gcloud(call),
        _ => {}
    }
}

fn skopeo(call: &mut Call<'_>) {
    let given = Given::read(
        call.words,
        &|name| ["policy", "tmpdir", "command-timeout"].contains(&name),
        true,
    );
    let [command, rest @ ..] = &given.rest[..] else { return };
    if command == "login" {
        return call.login(rest);
    }
    const SWITCHES: [&str; 13] = [
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
        "src-no-creds",
        "dest-no-creds",
        "insecure-policy",
    ];
    let given = Given::read(rest, &|name| !SWITCHES.contains(&name), false);
    for creds in ["creds", "src-creds", "dest-creds"] {
        if let Some((_, password)) = given.values(&[creds]).find_map(|one| one.split_once(':')) {
            call.password(&format!("--{creds}"), password);
        }
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

fn crane(call: &mut Call<'_>) {
    let given = Given::read(call.words, &|name| name == "platform", true);
    let [command, rest @ ..] = &given.rest[..] else { return };
    if let ("auth", [login, rest @ ..]) = (command.as_str(), rest) {
        if login == "login" {
            call.login(rest);
        }
        return;
    }
    let takes =
        |name: &str| ["platform", "format", "t", "new_tag", "b", "f", "image-refs"].contains(&name);
    let given = Given::read(rest, &takes, false);
    let rest = &given.rest[..];
    match (command.as_str(), rest) {
        ("copy" | "cp", [from, to]) => {
            call.image(Kind::Pulls, from);
            call.image(Kind::Pushes, to);
        }
        ("pull" | "export" | "manifest" | "digest" | "config" | "validate", [name, ..]) => {
            call.image(Kind::Pulls, name);
        }
        ("push", [_, name]) | ("tag", [name, _]) => call.image(Kind::Pushes, name),
        ("append", _) => {
            for name in given.values(&["b"]) {
                call.image(Kind::Pulls, name);
            }
            for name in given.values(&["t", "new_tag"]) {
                call.image(Kind::Pushes, name);
            }
        }
        _ => {}
    }
}

/// kaniko's executor, by its full path or alone.
fn kaniko(call: &mut Call<'_>) {
    let is_switch = |name: &str| {
        ["cleanup", "no-push", "reproducible", "single-snapshot", "force", "insecure", "cache"]
            .contains(&name)
            || name.starts_with("skip-")
            || name.starts_with("insecure-")
    };
    let given = Given::read(call.words, &|name| !is_switch(name), false);
    let pushes = !given.has(&["no-push"]);
    for name in given.values(&["destination", "d"]) {
        call.image(if pushes { Kind::Pushes } else { Kind::Builds }, name);
    }
    for name in given.values(&["cache-repo"]) {
        call.image(Kind::Pushes, name);
    }
    for host in given.values(&["registry-mirror"]) {
        call.registry(Kind::Pulls, host);
    }
    // `original=one;other=two`
    for pair in given.values(&["registry-map"]).flat_map(|map| map.split(';')) {
        if let Some((_, host)) = pair.split_once('=') {
            call.registry(Kind::Pulls, host);
        }
    }
}

fn helm(call: &mut Call<'_>) {
    let Some(command) = call.words.iter().find(|word| !word.starts_with('-')) else { return };
    if let [registry, login, rest @ ..] = call.words
        && registry == "registry"
        && login == "login"
    {
        return call.login(rest);
    }
    let kind = match command.as_str() {
        "push" => Kind::Pushes,
        "pull" | "install" | "upgrade" | "template" | "show" | "fetch" => Kind::Pulls,
        _ => return,
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

fn oras(call: &mut Call<'_>) {
    let [command, rest @ ..] = call.words else { return };
    if command == "login" {
        return call.login(rest);
    }
    const SWITCHES: [&str; 10] = [
        "v",
        "verbose",
        "d",
        "debug",
        "insecure",
        "plain-http",
        "no-tty",
        "r",
        "recursive",
        "allow-path-traversal",
    ];
    let given = Given::read(rest, &|name| !SWITCHES.contains(&name), false);
    match (command.as_str(), &given.rest[..]) {
        ("copy" | "cp", [from, to]) => {
            call.image(Kind::Pulls, from);
            call.image(Kind::Pushes, to);
        }
        ("pull" | "discover", [name, ..]) => call.image(Kind::Pulls, name),
        ("push" | "attach", [name, ..]) => call.image(Kind::Pushes, name),
        _ => {}
    }
}

/// `pack build NAME --builder NAME --publish`
fn pack(call: &mut Call<'_>) {
    let [command, rest @ ..] = call.words else { return };
    if command != "build" {
        return;
    }
    const SWITCHES: [&str; 8] =
        ["publish", "v", "verbose", "q", "quiet", "trust-builder", "clear-cache", "no-color"];
    let given = Given::read(rest, &|name| !SWITCHES.contains(&name), false);
    let kind = if given.has(&["publish"]) { Kind::Pushes } else { Kind::Builds };
    for name in
        given.rest.first().map(String::as_str).into_iter().chain(given.values(&["t", "tag"]))
    {
        call.image(kind, name);
    }
    for name in given.values(&["B", "builder", "run-image"]) {
        call.image(Kind::Pulls, name);
    }
    for name in given.values(&["cache-image"]) {
        call.image(Kind::Pushes, name);
    }
}

/// `gcloud auth configure-docker HOST,HOST`, `gcloud run deploy --image NAME`, `gcloud builds submit --tag NAME`
fn gcloud(call: &mut Call<'_>) {
    const TAKE: [&str; 11] = [
        "account",
        "project",
        "image",
        "container-image",
        "tag",
        "t",
        "config",
        "region",
        "substitutions",
        "timeout",
        "pack",
    ];
    let given = Given::read(call.words, &|name| TAKE.contains(&name), false);
    let words: Vec<&str> = given.rest.iter().map(String::as_str).collect();
    if let ["auth", "configure-docker", hosts, ..] = words[..] {
        for host in hosts.split(',').filter(|host| !host.is_empty()) {
            call.registry(Kind::LogsIn, host);
        }
    }
    let is_deploy = words
        .iter()
        .any(|word| matches!(*word, "deploy" | "update" | "create" | "create-with-container"));
    // Other images are those of machines.
    let has_containers = words.iter().any(|word| {
        matches!(*word, "run" | "builds" | "container" | "create-with-container" | "app")
    });
    if is_deploy && has_containers {
        for name in given.values(&["image", "container-image"]) {
            call.image(Kind::Pulls, name);
        }
    }
    if words.contains(&"builds") {
        for name in given.values(&["tag", "t"]) {
            call.image(Kind::Pushes, name);
        }
    }
}
