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
            call.found.registry(Kind::LogsIn, host, call.place.clone());
            for value in given.values(&["p", "pass"]) {
                call.found.password("--pass", value, call.place.clone());
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

/// `az acr login --name NAME`, `az acr build --registry NAME --image NAME`, `az acr import`
fn azure(call: &mut Call<'_>) {
    const SWITCHES: [&str; 8] =
        ["expose-token", "t", "no-push", "no-logs", "no-wait", "no-format", "force", "debug"];
    let command = match call.words {
        [acr, command, ..] if acr == "acr" => command.as_str(),
        _ => return,
    };
    // In `build` and `import`, `-t` is an image.
    let is_switch = |name: &str| SWITCHES.contains(&name) && (name != "t" || command == "login");
    let given = Given::read(call.words, &|name| !is_switch(name), false);
    let names: &[&str] =
        if command == "build" { &["r", "registry"] } else { &["n", "name", "r", "registry"] };
    let host = given.values(names).next().map(|name| {
        if name.contains('.') || name.contains("://") {
            name.to_owned()
        } else {
            format!("{name}.azurecr.io")
        }
    });
    let whole = |name: &str| {
        let host = host.clone().unwrap_or_else(|| hole("--registry"));
        let first = name.split_once('/').map_or("", |(first, _)| first);
        let has_host = first.contains('.') && !first.starts_with(HOLE) || first == host;
        if has_host || first.ends_with(".azurecr.io") {
            name.to_owned()
        } else {
            format!("{host}/{name}")
        }
    };
    match command {
        "login" => {
            if let Some(host) = &host {
                call.found.registry(Kind::LogsIn, host, call.place.clone());
            }
            for value in given.values(&["p", "password"]) {
                call.found.password("--password", value, call.place.clone());
            }
        }
        "build" => {
            let kind = if given.has(&["no-push"]) { Kind::Builds } else { Kind::Pushes };
            for name in given.values(&["t", "image"]) {
                call.image(kind, &whole(name));
            }
        }
        "import" => {
            for name in given.values(&["source"]) {
                call.image(Kind::Pulls, name);
            }
            for name in given.values(&["t", "image"]) {
                call.image(Kind::Pushes, &whole(name));
            }
        }
        _ => {}
    }
}
