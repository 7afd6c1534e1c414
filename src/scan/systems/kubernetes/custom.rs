//! Resources that Kubernetes itself does not have: what their fields mean, or what they look like.

use super::manifest::{Manifest, child};
use crate::found::{Findings, Kind};
use crate::variables::{HOLE, holes, without_holes};
use crate::yaml::Node;

/// Keys that stand beside the image of a container, and of nothing else.
const OF_CONTAINERS: [&str; 11] = [
    "args",
    "command",
    "env",
    "envFrom",
    "imagePullPolicy",
    "livenessProbe",
    "ports",
    "readinessProbe",
    "securityContext",
    "source",
    "volumeMounts",
];

/// Whether a key holds an image by its name: `image`, `baseImage`, `imageName`.
pub(super) fn is_image_key(key: &str) -> bool {
    key == "image" || key == "imageName" || key.ends_with("Image")
}

/// Whether a mapping with an `image` is a container.
pub(super) fn is_container(node: &Node) -> bool {
    OF_CONTAINERS.iter().any(|key| node.get(key).is_some_and(|value| !value.is_null()))
}

/// Whether the text is an image in a registry, and no name of an image of machines: it says the registry, or it has a
/// slash and a tag or digest. Keys other than `image` need both.
pub(super) fn is_certain(key: &str, name: &str) -> bool {
    // The value of a template is one if the variable says so.
    if name.contains(HOLE)
        && holes(name).iter().any(|one| one.to_ascii_lowercase().contains("image"))
    {
        return true;
    }
    let name = without_holes(name.trim(), |_| "x".to_owned());
    if name.contains("://") || name.contains(char::is_whitespace) || name.contains("{{") {
        return false;
    }
    let Some((first, rest)) = name.split_once('/') else { return false };
    let last = rest.rsplit('/').next().unwrap_or(rest);
    let has_version = last.contains([':', '@']);
    let has_host = (first.contains(['.', ':']) && !first.starts_with('.')) || first == "localhost";
    if key == "image" {
        has_host || has_version && !first.is_empty()
    } else {
        has_host && has_version
    }
}

/// Adds what resources of well-known extensions name in fields of their own.
pub(super) fn read(
    manifest: &Manifest<'_>,
    root: &Node,
    kind: &str,
    version: &str,
    path: &str,
    found: &mut Findings,
) {
    let group = version.split('/').next().unwrap_or_default();
    let Some(spec) = root.get("spec") else { return };
    let path = child(path, "spec");
    let field = |key: &str| spec.get(key).filter(|node| node.text().is_some());
    match (group, kind) {
        ("source.toolkit.fluxcd.io", "OCIRepository") => artifact(manifest, spec, &path, found),
        ("source.toolkit.fluxcd.io", "HelmRepository") => {
            if let Some(url) = field("url")
                && let Some(text) = manifest.text(url)
                && text.starts_with("oci://")
            {
                let place = manifest.place(url, &child(&path, "url"));
                found.registry(Kind::Pulls, &text, place);
                login(manifest, spec, "secretRef", &path, found);
            }
        }
        ("image.toolkit.fluxcd.io", "ImageRepository") => {
            // With its host it is found by its look.
            if let Some(image) = field("image") {
                manifest.image(Kind::Pulls, image, &child(&path, "image"), &[], found);
            }
            login(manifest, spec, "secretRef", &path, found);
        }
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => {
            let entries = spec.get("images").map(Node::items).unwrap_or_default();
            for (at, entry) in entries.iter().enumerate() {
                let path = format!("{path}.images[{at}]");
                super::kustomize::image_entry(manifest, entry, &path, &[], found);
            }
        }
        ("pkg.crossplane.io", _) => {
            if let Some(package) = field("package") {
                manifest.image(Kind::Pulls, package, &child(&path, "package"), &[], found);
            }
            if let Some(secrets) = spec.get("packagePullSecrets") {
                manifest.pull_secrets(secrets, &child(&path, "packagePullSecrets"), found);
            }
        }
        ("kpack.io", "Image" | "Builder" | "ClusterBuilder") => {
            if let Some(tag) = field("tag") {
                manifest.image(Kind::Pushes, tag, &child(&path, "tag"), &[], found);
            }
        }
        ("build.openshift.io", "BuildConfig" | "Build") => {
            if let Some(output) = spec.get("output") {
                login(manifest, output, "pushSecret", &child(&path, "output"), found);
            }
            for entry in spec.get("strategy").map(Node::entries).unwrap_or_default() {
                let path = format!("{path}.strategy.{}", entry.key);
                login(manifest, &entry.value, "pullSecret", &path, found);
            }
        }
        ("shipwright.io", "Build") => {
            if let Some(output) = spec.get("output")
                && let Some(secret) = output.get("pushSecret")
            {
                let secret = secret.get("name").unwrap_or(secret);
                manifest.secret(secret, &child(&path, "output.pushSecret"), found);
            }
        }
        _ => {}
    }
}

/// Skaffold: the images that are built.
pub(super) fn skaffold(manifest: &Manifest<'_>, root: &Node, path: &str, found: &mut Findings) {
    let artifacts = root.at(&["build", "artifacts"]);
    for (at, artifact) in artifacts.map(Node::items).unwrap_or_default().iter().enumerate() {
        if let Some(image) = artifact.get("image") {
            let path = child(path, &format!("build.artifacts[{at}].image"));
            manifest.image(Kind::Builds, image, &path, &[], found);
        }
    }
}

/// `secretRef: {name: x}` and the like.
fn login(manifest: &Manifest<'_>, spec: &Node, key: &str, path: &str, found: &mut Findings) {
    if let Some(name) = spec.at(&[key, "name"]) {
        manifest.secret(name, &format!("{path}.{key}.name"), found);
    }
}

/// Flux: `url: oci://…` and `ref: {tag, digest, semver}`.
fn artifact(manifest: &Manifest<'_>, spec: &Node, path: &str, found: &mut Findings) {
    let Some(url) = spec.get("url") else { return };
    let Some(text) = manifest.text(url) else { return };
    let Some(name) = text.strip_prefix("oci://") else { return };
    let part = |key: &str| spec.at(&["ref", key]).and_then(|node| manifest.text(node));
    // A range says no tag.
    let name = match (part("digest"), part("semver"), part("tag")) {
        (Some(digest), _, _) => format!("{name}@{digest}"),
        (None, None, Some(tag)) => format!("{name}:{tag}"),
        _ => name.to_owned(),
    };
    found.image(Kind::Pulls, &name, manifest.place(url, &child(path, "url")));
    login(manifest, spec, "secretRef", path, found);
}

/// Argo CD: `repoURL`, with `chart` if it is one of Helm, and `targetRevision`.
pub(super) fn application(
    manifest: &Manifest<'_>,
    source: &Node,
    url: &Node,
    path: &str,
    found: &mut Findings,
) {
    let text = |key: &str| source.get(key).and_then(|node| manifest.text(node));
    let Some(address) = manifest.text(url) else { return };
    let chart = text("chart").filter(|chart| !chart.is_empty());
    let is_registry = address.starts_with("oci://") || chart.is_some() && !address.contains("://");
    if !is_registry || address.contains('@') {
        return;
    }
    let mut name = address.trim_start_matches("oci://").trim_end_matches('/').to_owned();
    if let Some(chart) = chart {
        name = format!("{name}/{chart}");
    }
    let name = super::helm::with_version(&name, &text("targetRevision").unwrap_or_default());
    found.image(Kind::Pulls, &name, manifest.place(url, &child(path, "repoURL")));
}
