//! Programs that talk to registries themselves.

use super::options::Given;
use super::{Call, artifacts, cluster, copies};
use crate::buildx;
use crate::found::Kind;

pub(super) fn run(program: &str, call: &mut Call<'_>) {
    match program {
        "skopeo" => copies::skopeo(call),
        "crane" | "gcrane" => copies::crane(call),
        "executor" => kaniko(call),
        "warmer" => {
            let given = Given::read(call.words, &|_| true, false);
            for name in given.values(&["image", "i"]) {
                call.image(Kind::Pulls, name);
            }
        }
        "buildctl" | "buildctl-daemonless.sh" => buildctl(call),
        "helm" => artifacts::helm(call),
        "oras" => artifacts::oras(call),
        "cosign" => {
            if let [command, rest @ ..] = call.words
                && command == "login"
            {
                call.login(rest);
            }
        }
        "kubectl" | "oc" => cluster::kubectl(call),
        "pack" => pack(call),
        "gcloud" => gcloud(call),
        "doctl" => fixed(call, ["registry", "login"], "registry.digitalocean.com"),
        "fly" | "flyctl" => fixed(call, ["auth", "docker"], "registry.fly.io"),
        _ => {}
    }
}

/// A command that logs in to the one registry that its maker has.
fn fixed(call: &mut Call<'_>, command: [&str; 2], host: &str) {
    let mut words = call.words.iter().filter(|word| !word.starts_with('-'));
    if command.iter().all(|one| words.next().is_some_and(|word| word == one)) {
        call.registry(Kind::LogsIn, host);
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

/// `buildctl build --output type=image,name=NAME,push=true --export-cache type=registry,ref=NAME`
fn buildctl(call: &mut Call<'_>) {
    const SWITCHES: [&str; 3] = ["debug", "debug-json-cache-metrics", "no-cache"];
    let given = Given::read(call.words, &|name| !SWITCHES.contains(&name), false);
    if !given.rest.iter().any(|word| word == "build" || word == "b") {
        return;
    }
    call.images_of(&given, &["o", "output"], &buildx::output);
    call.caches(&given, Kind::Pushes, &["export-cache"]);
    call.caches(&given, Kind::Pulls, &["import-cache"]);
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
