//! Well-known actions that pull, push or log in.

mod build;
mod login;

use super::scope::Scope;
use super::steps::{Step, lines, script};
use crate::found::{Findings, Kind};

/// Actions that pull what an input names.
const PULLS: [(&str, &str); 7] = [
    ("docker/setup-qemu-action", "image"),
    ("addnab/docker-run-action", "image"),
    ("helm/kind-action", "node_image"),
    ("container-tools/kind-action", "node_image"),
    ("engineerd/setup-kind", "image"),
    ("redhat-actions/buildah-build", "base-image"),
    ("devcontainers/ci", "cachefrom"),
];

/// Actions that look into an image. They take one of the job if it was built there, so that it is a guess.
const LOOKS: [(&str, &str); 11] = [
    ("aquasecurity/trivy-action", "image-ref"),
    ("anchore/scan-action", "image"),
    ("anchore/sbom-action", "image"),
    ("snyk/actions/docker", "image"),
    ("docker/scout-action", "image"),
    ("docker/scout-action", "to"),
    ("azure/container-scan", "image-name"),
    ("goodwithtech/dockle-action", "image"),
    ("erzz/dockle-action", "image"),
    ("crazy-max/ghaction-container-scan", "image"),
    ("sysdiglabs/scan-action", "image-tag"),
];

/// Actions with an input that is a script.
const SCRIPTS: [(&str, &str); 4] = [
    ("nick-fields/retry", "command"),
    ("nick-invision/retry", "command"),
    ("appleboy/ssh-action", "script"),
    ("devcontainers/ci", "runcmd"),
];

/// Adds what the action does. What it gives to the steps behind it goes into the scope.
pub(super) fn read(action: &str, step: &Step<'_, '_>, scope: &mut Scope, found: &mut Findings) {
    let action = action.to_ascii_lowercase();
    let action = action.as_str();
    for (_, input) in PULLS.iter().filter(|(name, _)| *name == action) {
        pull(step, input, false, scope, found);
    }
    for (_, input) in LOOKS.iter().filter(|(name, _)| *name == action) {
        pull(step, input, true, scope, found);
    }
    for (_, input) in SCRIPTS.iter().filter(|(name, _)| *name == action) {
        if let Some(node) = step.input(input) {
            script(step, node, &format!("with.{input}"), scope, found);
        }
    }
    login::read(action, step, scope, found);
    build::read(action, step, scope, found);
}

fn pull(step: &Step<'_, '_>, input: &str, is_guess: bool, scope: &Scope, found: &mut Findings) {
    let Some(node) = step.input(input) else { return };
    for (line, text) in lines(node, scope) {
        for name in text.split(',').map(str::trim) {
            let Some(name) = in_registry(name) else { continue };
            let place = step.place(line, &format!("with.{input}"));
            if is_guess {
                found.takes_image(name, place.in_script());
            } else {
                found.image(Kind::Pulls, name, place);
            }
        }
    }
}

/// The name, without a word before it that says it is one of a registry. Nothing for files, folders and archives.
fn in_registry(name: &str) -> Option<&str> {
    for word in ["registry://", "image://", "registry:", "docker:", "podman:"] {
        if let Some(name) = name.strip_prefix(word) {
            return Some(name);
        }
    }
    let others =
        ["dir:", "file:", "oci-dir:", "oci-archive:", "docker-archive:", "sbom:", "singularity:"];
    let is_other = others.iter().any(|word| name.starts_with(word)) || name.contains("://");
    (!is_other).then_some(name)
}
