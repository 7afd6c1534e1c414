//! buildah.

use super::Call;
use super::docker::{base, build, is_elsewhere, manifests, transfer};
use super::options::Given;
use crate::found::Kind;
use crate::variables::HOLE;

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

pub(super) fn run(call: &mut Call<'_>) {
    let given = Given::read(call.words, &|name| BUILDAH.contains(&name), true);
    // Variables before the command hold options, or nothing.
    let known = given.rest.iter().position(|word| !word.starts_with(HOLE)).unwrap_or_default();
    let own = Given::read(&given.rest[known..], &|name| BUILDAH.contains(&name), true);
    let [command, rest @ ..] = &own.rest[..] else { return };
    match (command.as_str(), rest) {
        ("login", _) => call.login(rest),
        ("pull" | "push", _) => transfer(call, command == "push", rest),
        ("manifest", [push, rest @ ..]) if push == "push" => transfer(call, true, rest),
        ("manifest", [command, rest @ ..]) => manifests::manifest(call, command, rest),
        ("build" | "bud" | "build-using-dockerfile", _) => build(call, rest),
        ("commit", _) => commit(call, rest),
        ("from", _) => {
            let switches =
                ["pull", "pull-always", "pull-never", "quiet", "q", "tls-verify", "http-proxy"];
            let given = Given::read(rest, &|name| !switches.contains(&name), true);
            if let Some(name) = given.rest.first().filter(|_| !given.has(&["pull-never"])) {
                base(call, name);
            }
        }
        _ => {}
    }
}

/// `buildah commit CONTAINER NAME`
fn commit(call: &mut Call<'_>, words: &[String]) {
    const SWITCHES: [&str; 10] = [
        "D",
        "disable-compression",
        "omit-timestamp",
        "omit-history",
        "q",
        "quiet",
        "rm",
        "squash",
        "tls-verify",
        "identity-label",
    ];
    let given = Given::read(words, &|name| !SWITCHES.contains(&name), false);
    let [_, name] = &given.rest[..] else { return };
    match name.strip_prefix("docker://") {
        Some(name) => call.image(Kind::Pushes, name),
        None if is_elsewhere(name) => {}
        None => call.image(Kind::Builds, name),
    }
}
