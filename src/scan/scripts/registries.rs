//! regctl, containerd's own clients, and the registries of Azure.

use super::Call;
use super::options::Given;
use crate::found::Kind;
use crate::variables::{HOLE, hole};

pub(super) fn run(program: &str, call: &mut Call<'_>) {
    match program {
        "regctl" => regctl(call),
        "az" => azure(call),
        _ => containerd(program, call),
    }
}

/// `regctl image copy NAME NAME`, `regctl registry login HOST`
fn regctl(call: &mut Call<'_>) {
    const TAKE: [&str; 10] =
        ["u", "user", "p", "pass", "v", "verbosity", "logopt", "host", "platform", "format"];
    let given = Given::read(call.words, &|name| TAKE.contains(&name), false);
    let rest: Vec<&str> = given.rest.iter().map(String::as_str).collect();
    match rest[..] {
        ["registry", "login", ..] => {
            let host = rest.get(2).copied().unwrap_or_default();
            call.registry(Kind::LogsIn, host);
            for value in given.values(&["p", "pass"]) {
                call.password("--pass", value);
            }
        }
        ["image", "copy" | "cp", from, to] => {
            call.image(Kind::Pulls, from);
            call.image(Kind::Pushes, to);
        }
        ["image", "digest" | "inspect" | "manifest" | "export" | "config", name, ..]
        | ["manifest", "get" | "head" | "digest", name, ..]
        | ["tag", "ls" | "list", name] => call.image(Kind::Pulls, name),
        _ => {}
    }
}

/// `ctr -n k8s.io images pull NAME`, `crictl pull NAME`
fn containerd(program: &str, call: &mut Call<'_>) {
    const TAKE: [&str; 12] = [
        "n",
        "namespace",
        "a",
        "address",
        "platform",
        "u",
        "user",
        "r",
        "runtime-endpoint",
        "i",
        "creds",
        "snapshotter",
    ];
    let given = Given::read(call.words, &|name| TAKE.contains(&name), false);
    let rest: Vec<&str> = given.rest.iter().map(String::as_str).collect();
    let (command, name) = match rest[..] {
        ["image" | "images" | "i", command, name, ..] if program == "ctr" => (command, name),
        [command, name, ..] if program == "crictl" => (command, name),
        _ => return,
    };
    match command {
        "pull" => call.image(Kind::Pulls, name),
        "push" => call.image(Kind::Pushes, name),
        _ => {}
    }
}

/// `az acr login --name NAME`, `az acr build --registry NAME --image NAME`, `az acr import --source NAME`
fn azure(call: &mut Call<'_>) {
    const TAKE: [&str; 16] = [
        "n",
        "name",
        "u",
        "username",
        "p",
        "password",
        "suffix",
        "r",
        "registry",
        "t",
        "image",
        "f",
        "file",
        "source",
        "g",
        "resource-group",
    ];
    // To `login`, `-t` is a switch.
    let is_login = call.words.iter().any(|word| word == "login");
    let takes = |name: &str| TAKE.contains(&name) && !(is_login && name == "t");
    let given = Given::read(call.words, &takes, false);
    let words: Vec<&str> = given.rest.iter().map(String::as_str).collect();
    let ["acr", command, ..] = words[..] else { return };
    match command {
        "login" => {
            for name in given.values(&["n", "name"]) {
                let place = call.place_of(name);
                call.found.registry(Kind::LogsIn, &azure_host(name), place);
            }
            for value in given.values(&["p", "password"]) {
                call.password("--password", value);
            }
        }
        "build" => {
            let kind = if given.has(&["no-push"]) { Kind::Builds } else { Kind::Pushes };
            azure_images(call, kind, &given, &["r", "registry"]);
        }
        "import" => {
            // The registry that it is from is an option, or in the name.
            let from = given.values(&["r", "registry"]).next().map(azure_host);
            for name in given.values(&["source"]) {
                let place = call.place_of(name);
                let whole = from.as_ref().map(|host| azure_name(host, name));
                call.found.image(Kind::Pulls, whole.as_deref().unwrap_or(name), place);
            }
            azure_images(call, Kind::Pushes, &given, &["n", "name"]);
        }
        _ => {}
    }
}

/// The images that a command gives names to, in the registry that one of the options names.
fn azure_images(call: &mut Call<'_>, kind: Kind, given: &Given, options: &[&str]) {
    let host = given.values(options).next().map_or_else(|| hole("--registry"), azure_host);
    for name in given.values(&["t", "image"]) {
        let place = call.place_of(name);
        call.found.image(kind, &azure_name(&host, name), place);
    }
}

/// A registry by its name, its host or the id of its resource.
fn azure_host(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    if last.contains('.') { last.to_owned() } else { format!("{last}.azurecr.io") }
}

fn azure_name(host: &str, name: &str) -> String {
    let first = name.split_once('/').map_or("", |(first, _)| first);
    let has_host = first.contains('.') && !first.starts_with(HOLE) || first == host;
    if has_host || first.ends_with(".azurecr.io") {
        name.to_owned()
    } else {
        format!("{host}/{name}")
    }
}
