//! Pods, wherever a resource has one, and the places of images in resources that Kubernetes itself does not have.

use super::containers::{of_script, of_words};
use super::custom::{application, is_certain, is_container, is_image_key};
use super::manifest::{Manifest, child};
use super::{helm, kustomize, read_documents, secrets};
use crate::found::{Findings, Kind};
use crate::variables::with_template_holes;
use crate::yaml::{self, Node, Options};

const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

const NEVER: &str = "It is not pulled: the image has to be on the node.";

/// Keys below which nothing is an image of a container: what the cluster says, schemas, names of Ceph.
const SKIPPED: [&str; 6] =
    ["metadata", "openAPIV3Schema", "rbd", "status", "matchImages", "managedFields"];

/// Adds what is below the node. In a resource of Kubernetes itself (`is_built_in`) only pods have images.
pub(in crate::systems) fn walk(
    manifest: &Manifest<'_>,
    node: &Node,
    path: &str,
    is_built_in: bool,
    found: &mut Findings,
) {
    for (at, item) in node.items().iter().enumerate() {
        walk(manifest, item, &format!("{path}[{at}]"), is_built_in, found);
    }
    if !is_built_in {
        own_fields(manifest, node, path, found);
    }
    for entry in node.entries() {
        let key = entry.key.as_str();
        let path = child(path, key);
        let value = &entry.value;
        match key {
            _ if SKIPPED.contains(&key) => {}
            _ if CONTAINERS.contains(&key) && value.is_list() => {
                all_containers(manifest, value, &path, found);
            }
            // Of Argo Workflows and others: a container, and those beside it.
            "container" if !is_built_in && has_image(value) => {
                container(manifest, value, &path, found);
            }
            "sidecars" if !is_built_in && value.items().iter().all(has_image) => {
                all_containers(manifest, value, &path, found);
            }
            "volumes" if value.is_list() => volumes(manifest, value, &path, found),
            "imagePullSecrets" => manifest.pull_secrets(value, &path, found),
            ".dockerconfigjson" | ".dockercfg" => secrets::login(manifest, value, &path, found),
            _ => walk(manifest, value, &path, is_built_in, found),
        }
    }
}

fn has_image(container: &Node) -> bool {
    container.get("image").and_then(Node::text).is_some()
}

fn all_containers(manifest: &Manifest<'_>, list: &Node, path: &str, found: &mut Findings) {
    for (at, item) in list.items().iter().enumerate() {
        container(manifest, item, &format!("{path}[{at}]"), found);
    }
}

/// `volumes[].image.reference`; what else a volume has is no image of a container.
pub(in crate::systems) fn volumes(
    manifest: &Manifest<'_>,
    list: &Node,
    path: &str,
    found: &mut Findings,
) {
    for (at, volume) in list.items().iter().enumerate() {
        if let Some(image) = volume.at(&["image", "reference"]) {
            let path = format!("{path}[{at}].image.reference");
            manifest.image(
                Kind::Pulls,
                image,
                &path,
                &policy(volume.get("image"), "pullPolicy"),
                found,
            );
        }
        // Of KubeVirt.
        if let Some(image) = volume.at(&["containerDisk", "image"]) {
            let path = format!("{path}[{at}].containerDisk.image");
            manifest.image(Kind::Pulls, image, &path, &[], found);
        }
    }
}

/// One container: its image, and what it runs.
pub(in crate::systems) fn container(
    manifest: &Manifest<'_>,
    node: &Node,
    path: &str,
    found: &mut Findings,
) {
    let image = node.get("image");
    if let Some(image) = image {
        let notes = policy(Some(node), "imagePullPolicy");
        manifest.image(Kind::Pulls, image, &child(path, "image"), &notes, found);
    }
    let image = image.and_then(|image| manifest.text(image)).unwrap_or_default();
    of_words(manifest, &[node], &image, &|text| text.to_owned(), path, found);
}

fn policy(node: Option<&Node>, key: &str) -> Vec<&'static str> {
    let policy = node.and_then(|node| node.get(key)).and_then(Node::text);
    if policy == Some("Never") { vec![NEVER] } else { Vec::new() }
}

/// What a mapping of an extension's resource names itself.
fn own_fields(manifest: &Manifest<'_>, node: &Node, path: &str, found: &mut Findings) {
    // OpenShift: a reference to an object that is an image.
    let text = |key: &str| node.get(key).and_then(Node::text);
    if text("kind") == Some("DockerImage")
        && let Some(name) = node.get("name")
    {
        let kind = if path.ends_with("output.to") { Kind::Pushes } else { Kind::Pulls };
        manifest.image(kind, name, &child(path, "name"), &[], found);
    }
    // Argo Workflows: a resource that is written as a text, and created.
    if node.get("action").is_some()
        && let Some(script) = node.get("manifest").and_then(Node::script)
        && let Ok(documents) = yaml::read(&with_template_holes(script.text), Options::default())
    {
        let at = |line: usize| (manifest.at)(script.line_of(line.saturating_sub(1)));
        read_documents(&documents, &at, found);
    }
    if let Some(url) = node.get("repoURL") {
        application(manifest, node, url, path, found);
    }
    for entry in node.entries() {
        let (key, value) = (entry.key.as_str(), &entry.value);
        let at = child(path, key);
        if at.ends_with("kustomize.images") {
            kustomize::image_texts(manifest, value, &at, found);
        }
        if !is_image_key(key) {
            continue;
        }
        if value.is_map() {
            helm::image_of_values(manifest, value, &at, found);
            continue;
        }
        let Some(name) = manifest.text(value) else { continue };
        let holds = key == "image" && is_container(node);
        if holds || is_certain(key, &name) {
            let kind = if at.ends_with("output.image") { Kind::Pushes } else { Kind::Pulls };
            manifest.image(kind, value, &at, &[], found);
        }
        if holds {
            let fill = |text: &str| text.to_owned();
            of_words(manifest, &[node], &name, &fill, path, found);
            // Of Argo Workflows: what the program gets to run.
            if let Some(script) = node.get("source") {
                of_script(manifest, script, &[node], &fill, &child(path, "source"), found);
            }
        }
    }
}
