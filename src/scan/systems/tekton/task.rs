//! A task: its steps, its sidecars and what they have in common.

use super::super::kubernetes::{Manifest, child, of_script, of_words, volumes};
use super::params::Scope;
use super::references;
use crate::found::{Findings, Kind};
use crate::yaml::Node;

pub(super) fn task(
    manifest: &Manifest<'_>,
    spec: &Node,
    path: &str,
    outer: &Scope,
    found: &mut Findings,
) {
    let mut scope = outer.clone();
    scope.declare(spec.get("params"));
    // The first version had them below `inputs`.
    scope.declare(spec.at(&["inputs", "params"]));
    let template = spec.get("stepTemplate");
    let steps = spec.get("steps").map(Node::items).unwrap_or_default();
    for (at, node) in steps.iter().enumerate() {
        let path = format!("{path}.steps[{at}]");
        let levels: Vec<&Node> = std::iter::once(node).chain(template).collect();
        step(manifest, node, &levels, &path, &scope, found);
        references(manifest, node, &path, &scope, found);
    }
    if let Some(image) = template.and_then(|template| template.get("image")) {
        // Unless each step has its own, or is taken from elsewhere.
        let is_used =
            steps.iter().any(|step| step.get("image").is_none() && step.get("ref").is_none());
        if is_used {
            scope.image(manifest, Kind::Pulls, image, &child(path, "stepTemplate.image"), found);
        }
    }
    for (at, node) in spec.get("sidecars").map(Node::items).unwrap_or_default().iter().enumerate() {
        step(manifest, node, &[node], &format!("{path}.sidecars[{at}]"), &scope, found);
    }
    if let Some(list) = spec.get("volumes") {
        volumes(manifest, list, &child(path, "volumes"), found);
    }
}

/// A step, with the one that it takes its defaults from behind it.
pub(super) fn step(
    manifest: &Manifest<'_>,
    node: &Node,
    levels: &[&Node],
    path: &str,
    scope: &Scope,
    found: &mut Findings,
) {
    if let Some(image) = node.get("image") {
        scope.image(manifest, Kind::Pulls, image, &child(path, "image"), found);
    }
    let fill = |text: &str| scope.fill(&(manifest.put_in)(text));
    let image = levels.iter().find_map(|level| level.get("image")?.text());
    let image = fill(image.unwrap_or_default());
    of_words(manifest, levels, &image, &fill, path, found);
    if let Some(script) = node.get("script") {
        of_script(manifest, script, levels, &fill, &child(path, "script"), found);
    }
}
