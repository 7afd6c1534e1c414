//! docker and the clients that take its commands.

pub(super) mod manifests;

use super::Call;
use super::options::Given;
use crate::buildx;
use crate::dockerfile::{self, Build};
use crate::found::Kind;

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
const SWITCHES: [&str; 30] = [
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
    "no-hostname",
    "passwd",
    "read-only-tmpfs",
    "unsetenv-all",
    "use-api-socket",
];

/// Options of `build` that have a value, as far as one could be taken for something else.
const BUILD: [&str; 39] = [
    "from",
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

pub(super) fn client(call: &mut Call<'_>) {
    let given = Given::read(call.words, &|name| GLOBAL.contains(&name), true);
    let mut words = &given.rest[..];
    let inner;
    // `docker image pull` is `docker pull`.
    if let [group, rest @ ..] = words
        && matches!(group.as_str(), "image" | "container" | "builder" | "buildx" | "manifest")
    {
        inner = Given::read(rest, &|name| name == "builder", true);
        words = &inner.rest[..];
        let group = group.as_str();
        if let ("buildx", [command, rest @ ..]) = (group, words) {
            match command.as_str() {
                "imagetools" => return manifests::imagetools(call, rest),
                "create" => return manifests::driver(call, rest),
                _ => {}
            }
        }
        match (group, words) {
            ("manifest", [command, ..]) if command == "push" => {}
            ("manifest", [command, rest @ ..]) => return manifests::manifest(call, command, rest),
            _ => {}
        }
    }
    let [command, rest @ ..] = words else { return };
    match command.as_str() {
        "login" => call.login(rest),
        "pull" | "push" => transfer(call, command == "push", rest),
        "run" | "create" => run(call, rest),
        "build" | "b" => build(call, rest),
        "bake" => bake(call, rest),
        "service" => manifests::service(call, rest),
        _ => {}
    }
}

pub(super) fn transfer(call: &mut Call<'_>, pushes: bool, words: &[String]) {
    const TAKE: [&str; 27] = [
        "platform",
        "authfile",
        "cert-dir",
        "creds",
        "arch",
        "os",
        "variant",
        "f",
        "format",
        "digestfile",
        "policy",
        "retry",
        "retry-delay",
        "decryption-key",
        "encryption-key",
        "encrypt-layer",
        "compression-format",
        "compression-level",
        "sign-by",
        "sign-by-sigstore",
        "sign-by-sigstore-private-key",
        "sign-passphrase-file",
        "signature-policy",
        "blob-cache",
        "add-compression",
        "shared-blob-dir",
        "unpack",
    ];
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
        if !is_elsewhere(bare) {
            call.image(if pushes { Kind::Pushes } else { Kind::Pulls }, bare);
        }
    }
}

/// Whether the name begins with another transport than that of registries.
pub(super) fn is_elsewhere(name: &str) -> bool {
    const OTHERS: [&str; 8] = [
        "oci:",
        "dir:",
        "docker-archive:",
        "oci-archive:",
        "containers-storage:",
        "docker-daemon:",
        "ostree:",
        "tarball:",
    ];
    OTHERS.iter().any(|other| name.starts_with(other))
}

fn run(call: &mut Call<'_>, words: &[String]) {
    let given = Given::read(words, &|name| !SWITCHES.contains(&name), true);
    // With a root file system there is no image.
    if let Some(name) = given.rest.first().filter(|_| !given.has(&["rootfs"])) {
        call.takes_image(name);
    }
}

pub(super) fn build(call: &mut Call<'_>, words: &[String]) {
    let given = Given::read(words, &|name| BUILD.contains(&name), false);
    let pushes = given.has(&["push"]);
    let kind = if pushes { Kind::Pushes } else { Kind::Builds };
    let is_pushed_by_output = given
        .values(&["o", "output"])
        .any(|output| output.contains("type=registry") || output.contains("push=true"));
    let kind = if is_pushed_by_output { Kind::Pushes } else { kind };
    call.images_of(&given, &["t", "tag"], &|name| vec![(kind, name.to_owned())]);
    call.images_of(&given, &["o", "output"], &buildx::output);
    call.caches(&given, Kind::Pulls, &["cache-from"]);
    call.caches(&given, Kind::Pushes, &["cache-to"]);
    for name in given.values(&["from"]) {
        base(call, name);
    }
    for context in given.values(&["build-context"]) {
        buildx::add_context(context, call.place_of(context), call.found);
    }
    let is_input = |word: &str| word == "-" || word == "/dev/stdin";
    let takes_input = given.values(&["f", "file"]).any(is_input)
        || given.rest.last().is_some_and(|context| is_input(context));
    if let Some(file) = call.here.filter(|_| takes_input) {
        let pair = |text: &str| {
            text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        let args = given.values(&["build-arg"]).filter_map(pair).collect();
        let named = given.values(&["build-context"]).filter_map(|context| context.split_once('='));
        let contexts = named.map(|(name, _)| name.to_owned()).collect();
        dockerfile::read(file, call.place, &Build { args, contexts }, call.found);
    }
}

/// `buildx bake --push --set target.field=value`; its files are read by themselves.
fn bake(call: &mut Call<'_>, words: &[String]) {
    const TAKE: [&str; 10] = [
        "f",
        "file",
        "set",
        "allow",
        "builder",
        "call",
        "metadata-file",
        "progress",
        "provenance",
        "sbom",
    ];
    let given = Given::read(words, &|name| TAKE.contains(&name), false);
    let pushes = given.has(&["push"]) || given.values(&["set"]).any(buildx::override_pushes);
    call.images_of(&given, &["set"], &|set| buildx::overridden(set, pushes));
}

/// The image that podman and buildah begin with.
pub(super) fn base(call: &mut Call<'_>, name: &str) {
    let bare = name.strip_prefix("docker://").unwrap_or(name);
    if bare != "scratch" && !is_elsewhere(bare) {
        call.takes_image(bare);
    }
}
