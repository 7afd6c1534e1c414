//! Actions of others that push, and the first version of docker's own.

use super::super::super::scope::Scope;
use super::super::super::steps::{Step, lines, may};
use super::names;
use crate::found::{Findings, Kind};

pub(super) fn read(action: &str, step: &Step<'_, '_>, scope: &Scope, found: &mut Findings) {
    match action {
        "redhat-actions/push-to-registry" => joined(step, "image", Kind::Pushes, scope, found),
        "redhat-actions/buildah-build" => joined(step, "image", Kind::Builds, scope, found),
        "mr-smithers-excellent/docker-build-push" => {
            let pushes = may(step, "pushimage", true, scope);
            let kind = if pushes { Kind::Pushes } else { Kind::Builds };
            joined(step, "image", kind, scope, found);
        }
        "elgohr/publish-docker-github-action" => {
            let kind = if may(step, "no_push", false, scope) { Kind::Builds } else { Kind::Pushes };
            joined(step, "name", kind, scope, found);
        }
        "akhilerm/tag-push-action" => retag(step, scope, found),
        "int128/kaniko-action" => kaniko(step, scope, found),
        "devcontainers/ci" => devcontainer(step, scope, found),
        "actions/attest" | "actions/attest-build-provenance" | "actions/attest-sbom"
            if may(step, "push-to-registry", false, scope) =>
        {
            if let Some(name) = step.input("subject-name") {
                found.image(Kind::Pushes, &scope.text(name), step.at(name, "subject-name"));
            }
        }
        _ => {}
    }
}

/// The first version of `docker/build-push-action` had a repository, and tags that are no whole names.
pub(super) fn first_version(step: &Step<'_, '_>, scope: &Scope, found: &mut Findings) {
    let kind = if may(step, "push", true, scope) { Kind::Pushes } else { Kind::Builds };
    joined(step, "repository", kind, scope, found);
}

/// A registry, a repository and tags in inputs of their own.
fn joined(step: &Step<'_, '_>, image: &str, kind: Kind, scope: &Scope, found: &mut Findings) {
    let Some(node) = step.input(image) else { return };
    let name = scope.text(node);
    let name = name.trim().trim_matches('/');
    let registry = step.text("registry", scope);
    let registry = registry.trim_start_matches("https://").trim_end_matches('/');
    let has_registry = registry.is_empty() || name.starts_with(&format!("{registry}/"));
    let whole = if has_registry { name.to_owned() } else { format!("{registry}/{name}") };
    let tags = step.text("tags", scope);
    let has_tag = name.rsplit('/').next().is_some_and(|last| last.contains(':'));
    let given = tags.split([',', ' ', '\n']).map(str::trim).filter(|tag| !tag.is_empty());
    let mut is_named = false;
    for tag in given {
        is_named = true;
        // A tag may also be a whole name.
        let full = if tag.contains(['/', ':']) { tag.to_owned() } else { format!("{whole}:{tag}") };
        found.image(kind, &full, step.at(node, image));
    }
    if !is_named || has_tag {
        found.image(kind, &whole, step.at(node, image));
    }
}

/// `src`, and names on lines for it.
fn retag(step: &Step<'_, '_>, scope: &Scope, found: &mut Findings) {
    for (input, kind) in [("src", Kind::Pulls), ("dst", Kind::Pushes)] {
        for (line, text) in step.input(input).map(|node| lines(node, scope)).unwrap_or_default() {
            for name in names(&text) {
                found.image(kind, name, step.place(line, &format!("with.{input}")));
            }
        }
    }
}

fn kaniko(step: &Step<'_, '_>, scope: &Scope, found: &mut Findings) {
    let kind = if may(step, "push", false, scope) { Kind::Pushes } else { Kind::Builds };
    for (line, text) in step.input("tags").map(|node| lines(node, scope)).unwrap_or_default() {
        for name in names(&text) {
            found.image(kind, name, step.place(line, "with.tags"));
        }
    }
    if let Some(name) = step.input("cache-repository") {
        found.image(Kind::Pushes, &scope.text(name), step.at(name, "cache-repository"));
    }
}

fn devcontainer(step: &Step<'_, '_>, scope: &Scope, found: &mut Findings) {
    let Some(node) = step.input("imagename") else { return };
    let name = scope.text(node);
    let tags = step.text("imagetag", scope);
    let kind = if step.text("push", scope) == "never" { Kind::Builds } else { Kind::Pushes };
    let tags: Vec<&str> =
        tags.split([',', '\n']).map(str::trim).filter(|tag| !tag.is_empty()).collect();
    for tag in &tags {
        found.image(kind, &format!("{name}:{tag}"), step.at(node, "imageName"));
    }
    if tags.is_empty() {
        found.image(kind, &name, step.at(node, "imageName"));
    }
}
