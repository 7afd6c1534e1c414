//! Clients that sign images and look into them.

use super::Call;
use super::options::Given;
use crate::found::Kind;

pub(super) fn cosign(call: &mut Call<'_>) {
    let [command, rest @ ..] = call.words else { return };
    if command == "login" {
        return call.login(rest);
    }
    const SWITCHES: [&str; 22] = [
        "y",
        "yes",
        "d",
        "verbose",
        "r",
        "recursive",
        "f",
        "force",
        "upload",
        "tlog-upload",
        "insecure-ignore-tlog",
        "insecure-ignore-sct",
        "allow-insecure-registry",
        "allow-http-registry",
        "local-image",
        "check-claims",
        "offline",
        "new-bundle-format",
        "use-signing-config",
        "record-creation-timestamp",
        "sk",
        "experimental-oci11",
    ];
    let given = Given::read(rest, &|name| !SWITCHES.contains(&name), false);
    if given.has(&["local-image"]) {
        return;
    }
    let kind = match command.as_str() {
        "sign" | "attest" => Kind::Pushes,
        "verify" | "verify-attestation" | "tree" | "save" => Kind::Pulls,
        "copy" => {
            let [from, to] = &given.rest[..] else { return };
            call.image(Kind::Pulls, from);
            return call.image(Kind::Pushes, to);
        }
        "attach" | "download" => {
            // Of what stands in it: an SBOM, a signature, an attestation.
            let kind = if command == "attach" { Kind::Pushes } else { Kind::Pulls };
            if let [_, name] = &given.rest[..] {
                call.image(kind, name);
            }
            return;
        }
        _ => return,
    };
    for name in &given.rest {
        call.image(kind, name);
    }
}

/// `trivy image NAME`, unless it is a file.
pub(super) fn trivy(call: &mut Call<'_>) {
    const SWITCHES: [&str; 24] = [
        "q",
        "quiet",
        "d",
        "debug",
        "insecure",
        "generate-default-config",
        "no-progress",
        "ignore-unfixed",
        "light",
        "reset",
        "clear-cache",
        "download-db-only",
        "download-java-db-only",
        "skip-db-update",
        "skip-java-db-update",
        "skip-update",
        "skip-check-update",
        "skip-version-check",
        "offline-scan",
        "list-all-pkgs",
        "dependency-tree",
        "removed-pkgs",
        "include-non-failures",
        "disable-telemetry",
    ];
    let given = Given::read(call.words, &|name| !SWITCHES.contains(&name), false);
    if let [command, name] = &given.rest[..]
        && matches!(command.as_str(), "image" | "i")
        && !given.has(&["input"])
    {
        call.takes_image(name);
    }
}
