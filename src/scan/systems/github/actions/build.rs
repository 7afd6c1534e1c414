//! Actions that build and push.

mod metadata;
mod others;

use super::super::scope::Scope;
use super::super::steps::{Step, lines, may};
use crate::buildx;
use crate::found::{Findings, Kind};
use crate::variables::HOLE;

pub(super) fn read(action: &str, step: &Step<'_, '_>, scope: &mut Scope, found: &mut Findings) {
    match action {
        "docker/build-push-action" if step.input("repository").is_some() => {
            others::first_version(step, scope, found);
        }
        // Others offer the same on machines of their own.
        action if action.ends_with("/build-push-action") => build_push(step, scope, found),
        action if action.ends_with("/bake-action") => bake(step, scope, found),
        "docker/metadata-action" | "crazy-max/ghaction-docker-meta" => {
            metadata::read(step, scope, found);
        }
        "docker/setup-buildx-action" => builder(step, scope, found),
        _ => others::read(action, step, scope, found),
    }
}

/// The names of a list whose items are on lines or between commas.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(|name| name.trim().trim_matches(['"', '\'']))
}

fn build_push(step: &Step<'_, '_>, scope: &Scope, found: &mut Findings) {
    let input = |name: &str| step.input(name).map(|node| lines(node, scope)).unwrap_or_default();
    let outputs = input("outputs");
    let is_output = |word: &str| outputs.iter().any(|(_, text)| text.contains(word));
    let pushed_by = ["type=registry", "push=true"].iter().any(|word| is_output(word));
    let pushes = may(step, "push", false, scope) || pushed_by || is_output(&format!("push={HOLE}"));
    let kind = if pushes { Kind::Pushes } else { Kind::Builds };
    for (line, text) in input("tags") {
        for name in names(&text).filter(|name| !name.starts_with('#')) {
            found.image(kind, name, step.place(line, "with.tags"));
        }
    }
    for (line, text) in &outputs {
        for (own, name) in buildx::output(text) {
            let own = if text.contains(&format!("push={HOLE}")) { Kind::Pushes } else { own };
            found.image(own, &name, step.place(*line, "with.outputs"));
        }
    }
    for (key, kind) in [("cache-from", Kind::Pulls), ("cache-to", Kind::Pushes)] {
        for (line, text) in input(key) {
            for name in buildx::cache(&text) {
                found.image(kind, &name, step.place(line, &format!("with.{key}")));
            }
        }
    }
    for (line, text) in input("build-contexts") {
        buildx::add_context(&text, step.place(line, "with.build-contexts"), found);
    }
    for key in ["sbom", "attests"] {
        for (line, text) in input(key) {
            generator(&text, step, line, key, found);
        }
    }
}

/// `generator=NAME`: the image that lists what is in a build.
fn generator(text: &str, step: &Step<'_, '_>, line: usize, key: &str, found: &mut Findings) {
    for name in text.split(',').filter_map(|field| field.trim().strip_prefix("generator=")) {
        found.image(Kind::Pulls, name, step.place(line, &format!("with.{key}")));
    }
}

/// `set: target.field=value`; the files of bake are read by themselves.
fn bake(step: &Step<'_, '_>, scope: &Scope, found: &mut Findings) {
    let Some(set) = step.input("set") else { return };
    let set = lines(set, scope);
    let pushes = may(step, "push", false, scope)
        || set.iter().any(|(_, text)| buildx::override_pushes(text));
    for (line, text) in &set {
        for (kind, name) in buildx::overridden(text, pushes) {
            found.image(kind, &name, step.place(*line, "with.set"));
        }
    }
}

/// The image of the builder.
fn builder(step: &Step<'_, '_>, scope: &Scope, found: &mut Findings) {
    let Some(options) = step.input("driver-opts") else { return };
    for (line, text) in lines(options, scope) {
        for name in text.split(',').filter_map(|option| option.trim().strip_prefix("image=")) {
            found.image(Kind::Pulls, name, step.place(line, "with.driver-opts"));
        }
    }
}
