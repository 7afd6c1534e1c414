//! Images in values: `image: {registry, repository, tag, digest}`, or a text that is one.

use super::super::kubernetes::{Manifest, child};
use crate::found::{Findings, Kind};
use crate::yaml::Node;

/// Adds the images of values, wherever they are.
pub(in crate::systems) fn read(
    manifest: &Manifest<'_>,
    node: &Node,
    path: &str,
    found: &mut Findings,
) {
    for (at, item) in node.items().iter().enumerate() {
        read(manifest, item, &format!("{path}[{at}]"), found);
    }
    for entry in node.entries() {
        let path = child(path, &entry.key);
        let is_image =
            entry.key.to_ascii_lowercase().ends_with("image") || entry.key == "imageName";
        if entry.key == "imagePullSecrets" {
            manifest.pull_secrets(&entry.value, &path, found);
        } else if (is_image && entry.value.get("repository").is_some()) || is_one(&entry.value) {
            image_of_values(manifest, &entry.value, &path, found);
        } else if entry.key == "imageRepository" && entry.value.text().is_some_and(is_clear) {
            // Its tag stands beside.
            if let (Some(name), Some(tag)) = (
                manifest.text(&entry.value),
                node.get("imageTag").and_then(|tag| manifest.text(tag)),
            ) {
                found.image(
                    Kind::Pulls,
                    &format!("{name}:{tag}"),
                    manifest.place(&entry.value, &path),
                );
            } else {
                manifest.image(Kind::Pulls, &entry.value, &path, &[], found);
            }
        } else if is_image && entry.value.text().is_some_and(is_clear) {
            manifest.image(Kind::Pulls, &entry.value, &path, &[], found);
        } else {
            read(manifest, &entry.value, &path, found);
        }
    }
}

/// A mapping that says its parts one by one.
pub(in crate::systems) fn image_of_values(
    manifest: &Manifest<'_>,
    node: &Node,
    path: &str,
    found: &mut Findings,
) {
    let text = |key: &str| {
        let text = node.get(key).and_then(|node| manifest.text(node));
        text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let Some((repository, mut name)) = node.get("repository").zip(text("repository")) else {
        return;
    };
    if let Some(registry) = text("registry") {
        name = format!("{}/{name}", registry.trim_end_matches('/'));
    }
    // An empty tag is mostly the version of the chart: it is not known here.
    match (text("digest").or_else(|| text("sha")), text("tag")) {
        (Some(digest), _) if digest.contains(':') => name = format!("{name}@{digest}"),
        (Some(digest), _) => name = format!("{name}@sha256:{digest}"),
        (None, Some(tag)) => name = format!("{name}:{tag}"),
        (None, None) => {}
    }
    found.image(Kind::Pulls, &name, manifest.place(repository, &child(path, "repository")));
}

/// Whether a mapping is an image whatever its key is: it says the repository, and what only images have beside it.
fn is_one(node: &Node) -> bool {
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
    let has = |keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    let repository = text("repository");
    let is_elsewhere = repository.contains("://")
        || repository.ends_with(".git")
        || has(&["url", "branch", "ref", "revision", "chart", "path", "git"]);
    !repository.is_empty()
        && !is_elsewhere
        && has(&["tag", "pullPolicy", "imagePullPolicy"])
        && has(&["registry", "pullPolicy", "imagePullPolicy", "digest", "sha"])
}

/// Whether a text is a name with a tag or a path, and nothing else that a key of such a name may hold.
fn is_clear(text: &str) -> bool {
    let is_address =
        text.contains("://") || text.starts_with(['/', '.']) || text.contains(char::is_whitespace);
    let is_picture = [".png", ".svg", ".jpg", ".jpeg", ".gif", ".webp", ".ico"]
        .iter()
        .any(|ending| text.ends_with(ending));
    !is_address && !is_picture && text.contains(['/', ':'])
}
