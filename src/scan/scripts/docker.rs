//! docker and the clients that take its commands; buildah.

use super::Call;
use super::lists::is_printed;
use super::options::Given;
use crate::buildx;
use crate::found::Kind;
use crate::variables::HOLE;

/// Options before the command that have a value.
const GLOBAL: [&str; 13] = [
    "config",
    "context",
    "c",
    "H",
    "host",
    "l",
    "log-level",
    "tlscacert",
    "tlscert",
    "tlskey",
    "root",
    "namespace",
    "n",
];

/// Switches of `run` and `create`; every other option has a value.
const SWITCHES: [&str; 25] = [
    "d",
    "detach",
    "i",
    "interactive",
    "t",
    "tty",
    "rm",
    "privileged",
    "init",
    "read-only",
    "P",
    "publish-all",
    "no-healthcheck",
    "oom-kill-disable",
    "q",
    "quiet",
    "replace",
    "rmi",
    "no-hosts",
    "tls-verify",
    "disable-content-trust",
    "sig-proxy",
    "help",
    "env-host",
    "http-proxy",
];

/// Options of `build` that have a value, as far as one could be taken for something else.
const BUILD: [&str; 38] = [
    "t",
    "tag",
    "f",
    "file",
    "o",
    "output",
    "platform",
    "build-arg",
    "build-context",
    "cache-from",
    "cache-to",
    "target",
    "label",
    "network",
    "secret",
    "ssh",
    "builder",
    "progress",
    "iidfile",
    "metadata-file",
    "m",
    "memory",
    "add-host",
    "attest",
    "annotation",
    "allow",
    "provenance",
    "sbom",
    "ulimit",
    "shm-size",
    "isolation",
    "cgroup-parent",
    "authfile",
    "format",
    "v",
    "volume",
    "manifest",
    "layer-label",
];

/// Options of buildah before the command that have a value.
const BUILDAH: [&str; 11] = [
    "root",
    "runroot",
    "storage-driver",
    "storage-opt",
    "log-level",
    "registries-conf",
    "registries-conf-dir",
    "short-name-alias-conf",
    "userns-uid-map",
    "userns-gid-map",
    "cpu-profile",
];

pub(super) fn client(call: &mut Call<'_>) {
    let given = Given::read(call.words, &|name| GLOBAL.contains(&name), true);
    let mut words = &given.rest[..];
    // `docker image pull` is `docker pull`.
    if let [group, rest @ ..] = words
        && matches!(group.as_str(), "image" | "container" | "builder" | "buildx" | "manifest")
    {
        words = rest;
        let group = group.as_str();
        if let ("buildx", [command, rest @ ..]) = (group, words) {
            match command.as_str() {
                "imagetools" => return imagetools(call, rest),
                "create" => return driver(call, rest),
                _ => {}
            }
        }
        match (group, words) {
            ("manifest", [command, rest @ ..]) if command == "create" => {
                return manifest(call, rest);
            }
            ("manifest", [command, ..]) if command == "push" => {}
            ("manifest", _) => return,
            _ => {}
        }
    }
    let [command, rest @ ..] = words else { return };
    match command.as_str() {
        "login" => call.login(rest),
        "pull" | "push" => transfer(call, command == "push", rest),
        "run" | "create" => run(call, rest),
        "build" | "b" => build(call, rest),
        "service" => service(call, rest),
        _ => {}
    }
}

/// `service update --image NAME SERVICE`
fn service(call: &mut Call<'_>, words: &[String]) {
    const SWITCHES: [&str; 7] =
        ["d", "detach", "force", "q", "quiet", "rollback", "with-registry-auth"];
    let given = Given::read(words, &|name| !SWITCHES.contains(&name), false);
    if given.rest.first().is_some_and(|command| command == "update") {
        for name in given.values(&["image"]) {
            call.image(Kind::Pulls, name);
        }
    }
}

pub(super) fn buildah(call: &mut Call<'_>) {
    let given = Given::read(call.words, &|name| BUILDAH.contains(&name), true);
    // Variables before the command hold options, or nothing.
    let known = given.rest.iter().position(|word| !word.starts_with(HOLE)).unwrap_or_default();
    let own = Given::read(&given.rest[known..], &|name| BUILDAH.contains(&name), true);
    let [command, rest @ ..] = &own.rest[..] else { return };
    match (command.as_str(), rest) {
        ("login", _) => call.login(rest),
        ("pull" | "push", _) => transfer(call, command == "push", rest),
        ("manifest", [push, rest @ ..]) if push == "push" => transfer(call, true, rest),
        ("build" | "bud" | "build-using-dockerfile", _) => build(call, rest),
        ("from", _) => {
            let takes =
                |name: &str| !["pull", "pull-always", "quiet", "q", "tls-verify"].contains(&name);
            if let Some(name) = Given::read(rest, &takes, true).rest.first() {
                let name = name.strip_prefix("docker://").unwrap_or(name);
                if name != "scratch" {
                    call.takes_image(name);
                }
            }
        }
        _ => {}
    }
}

fn transfer(call: &mut Call<'_>, pushes: bool, words: &[String]) {
    const TAKE: [&str; 9] =
        ["platform", "authfile", "cert-dir", "creds", "arch", "os", "f", "format", "digestfile"];
    let given = Given::read(words, &|name| TAKE.contains(&name), false);
    if let Some((_, password)) = given.values(&["creds"]).find_map(|creds| creds.split_once(':')) {
        call.password("--creds", password);
    }
    // podman and buildah push an image to a second name.
    let names = if pushes {
        given.rest.last().into_iter().collect()
    } else {
        given.rest.iter().collect::<Vec<_>>()
    };
    for name in names {
        let bare = name.strip_prefix("docker://").unwrap_or(name);
        // Another transport is no registry.
        if ![
            "oci:",
            "dir:",
            "docker-archive:",
            "oci-archive:",
            "containers-storage:",
            "docker-daemon:",
        ]
        .iter()
        .any(|other| bare.starts_with(other))
        {
            call.image(if pushes { Kind::Pushes } else { Kind::Pulls }, bare);
        }
    }
}

fn run(call: &mut Call<'_>, words: &[String]) {
    let given = Given::read(words, &|name| !SWITCHES.contains(&name), true);
    // With a root file system there is no image.
    if let Some(name) = given.rest.first().filter(|_| !given.has(&["rootfs"])) {
        call.takes_image(name);
    }
}

fn build(call: &mut Call<'_>, words: &[String]) {
    let given = Given::read(words, &|name| BUILD.contains(&name), false);
    let pushes = given.has(&["push"]);
    let kind = if pushes { Kind::Pushes } else { Kind::Builds };
    let outputs: Vec<(Kind, String)> =
        given.values(&["o", "output"]).flat_map(buildx::output).collect();
    let is_pushed_by_output = given
        .values(&["o", "output"])
        .any(|output| output.contains("type=registry") || output.contains("push=true"));
    for name in given.values(&["t", "tag"]) {
        call.image(if is_pushed_by_output { Kind::Pushes } else { kind }, name);
    }
    for (kind, name) in outputs {
        call.image(kind, &name);
    }
    for name in given.values(&["cache-from"]).filter_map(buildx::cache) {
        call.image(Kind::Pulls, &name);
    }
    for name in given.values(&["cache-to"]).filter_map(buildx::cache) {
        call.image(Kind::Pushes, &name);
    }
    for context in given.values(&["build-context"]) {
        buildx::add_context(context, call.place_of(context), call.found);
    }
}

/// `buildx imagetools create -t NAME SOURCE`
fn imagetools(call: &mut Call<'_>, words: &[String]) {
    let [command, rest @ ..] = words else { return };
    let takes =
        |name: &str| ["t", "tag", "f", "file", "builder", "format", "annotation"].contains(&name);
    let given = Given::read(rest, &takes, false);
    if !matches!(command.as_str(), "create" | "inspect") {
        return;
    }
    for name in given.values(&["t", "tag"]) {
        call.image(Kind::Pushes, name);
    }
    for name in given.rest.iter().filter(|name| !is_printed(name)) {
        call.image(Kind::Pulls, name);
    }
}

/// `manifest create NAME SOURCE`
fn manifest(call: &mut Call<'_>, words: &[String]) {
    let given = Given::read(words, &|_| false, false);
    for name in given.rest.iter().skip(1).filter(|name| !is_printed(name)) {
        let name = name.strip_prefix("docker://").unwrap_or(name);
        call.image(Kind::Pulls, name);
    }
}

/// `buildx create --driver-opt image=NAME`
fn driver(call: &mut Call<'_>, words: &[String]) {
    let takes = |name: &str| !["use", "bootstrap", "append", "leave"].contains(&name);
    let given = Given::read(words, &takes, false);
    for image in given.values(&["driver-opt"]).flat_map(|options| options.split(',')) {
        if let Some(name) = image.strip_prefix("image=") {
            call.image(Kind::Pulls, name);
        }
    }
}
