//! Groups of commands of docker: manifests, builders and services.

use super::super::Call;
use super::super::lists::is_printed;
use super::super::options::Given;
use super::is_elsewhere;
use crate::found::Kind;

/// `buildx imagetools create -t NAME SOURCE`
pub(in crate::scripts) fn imagetools(call: &mut Call<'_>, words: &[String]) {
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

/// `manifest create NAME SOURCE`, `manifest add NAME SOURCE`, `manifest inspect NAME`
pub(in crate::scripts) fn manifest(call: &mut Call<'_>, command: &str, words: &[String]) {
    const TAKE: [&str; 11] = [
        "annotation",
        "arch",
        "authfile",
        "cert-dir",
        "creds",
        "features",
        "os",
        "os-features",
        "os-version",
        "variant",
        "artifact-type",
    ];
    // The name itself is made here, but for `inspect`.
    let before = match command {
        "create" | "add" => 1,
        "inspect" => 0,
        _ => return,
    };
    let given = Given::read(words, &|name| TAKE.contains(&name), false);
    for name in given.rest.iter().skip(before).filter(|name| !is_printed(name)) {
        let name = name.strip_prefix("docker://").unwrap_or(name);
        match command {
            _ if is_elsewhere(name) => {}
            "create" => call.image(Kind::Pulls, name),
            _ => call.takes_image(name),
        }
    }
}

/// `buildx create --driver-opt image=NAME`
pub(in crate::scripts) fn driver(call: &mut Call<'_>, words: &[String]) {
    let takes = |name: &str| !["use", "bootstrap", "append", "leave"].contains(&name);
    let given = Given::read(words, &takes, false);
    for image in given.values(&["driver-opt"]).flat_map(|options| options.split(',')) {
        if let Some(name) = image.strip_prefix("image=") {
            call.image(Kind::Pulls, name);
        }
    }
}

/// `service create NAME`, `service update --image NAME SERVICE`
pub(in crate::scripts) fn service(call: &mut Call<'_>, words: &[String]) {
    const SWITCHES: [&str; 13] = [
        "d",
        "detach",
        "force",
        "q",
        "quiet",
        "rollback",
        "with-registry-auth",
        "init",
        "no-healthcheck",
        "no-resolve-image",
        "read-only",
        "t",
        "tty",
    ];
    let [command, rest @ ..] = words else { return };
    // Behind the image of `create` is what it runs.
    let given = Given::read(rest, &|name| !SWITCHES.contains(&name), command == "create");
    let names: Vec<&str> = match command.as_str() {
        "create" => given.rest.first().into_iter().map(String::as_str).collect(),
        "update" => given.values(&["image"]).collect(),
        _ => return,
    };
    for name in names {
        call.image(Kind::Pulls, name);
    }
}
