//! Tasks of Tekton's catalog that push and pull what their parameters name.

use super::super::kubernetes::Manifest;
use super::params::Scope;
use crate::found::{Findings, Kind};
use crate::yaml::Node;

/// Tasks that build an image and push it.
const BUILDERS: [&str; 11] = [
    "buildah",
    "buildkit",
    "buildkit-daemonless",
    "buildpacks",
    "buildpacks-phases",
    "docker-build",
    "img",
    "jib-gradle",
    "jib-maven",
    "kaniko",
    "makisu",
];

/// A reference to a task of the catalog, with parameters.
pub(super) fn task(
    manifest: &Manifest<'_>,
    node: &Node,
    path: &str,
    scope: &Scope,
    found: &mut Findings,
) {
    let Some(name) = node.get("taskRef").and_then(name) else { return };
    let is_builder = BUILDERS.contains(&name) || name.starts_with("s2i");
    for (at, param) in node.get("params").map(Node::items).unwrap_or_default().iter().enumerate() {
        let (Some(key), Some(value)) = (param.get("name").and_then(Node::text), param.get("value"))
        else {
            continue;
        };
        let path = format!("{path}.params[{at}].value");
        let kind = match (name, key) {
            (_, "IMAGE" | "image" | "APP_IMAGE" | "CACHE_IMAGE") if is_builder => Kind::Pushes,
            (_, "BUILDER_IMAGE" | "RUN_IMAGE") => Kind::Pulls,
            ("skopeo-copy", "srcImageURL") => Kind::Pulls,
            ("skopeo-copy", "destImageURL") => Kind::Pushes,
            _ => continue,
        };
        let Some(text) = manifest.text(value) else { continue };
        for name in scope.all(&text) {
            let name = super::with_others(name.trim_start_matches("docker://"));
            // Another transport than docker's is no registry.
            if name.split('/').next().is_none_or(|first| !first.ends_with(':')) {
                found.image(kind, &name, manifest.place(value, &path));
            }
        }
    }
}

/// The name of the task: of the cluster, or what a resolver is asked for.
fn name(reference: &Node) -> Option<&str> {
    let asked = |param: &&Node| param.get("name").and_then(Node::text) == Some("name");
    let of_resolver = || reference.get("params")?.items().iter().find(asked)?.get("value")?.text();
    reference.get("name").and_then(Node::text).or_else(of_resolver)
}
