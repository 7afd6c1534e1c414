//! Kustomize: the images that a kustomization puts in the place of others, and the files that it is made of.

mod patches;
mod resources;

use super::helm;
use super::kubernetes::{self, Manifest, child, docker_config, with_holes};
use crate::found::{Findings, Kind};
use crate::reference::Reference;
use crate::source::Source;
use crate::variables::HOLE;
use crate::yaml::{Node, Options};
use resources::Tree;

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    Tree::default().kustomization(source, found);
}

pub(super) fn origin(variable: &str) -> &'static str {
    kubernetes::origin(variable)
}

/// Reads one kustomization. Gives the images that come out of it.
fn kustomization(source: &mut Source<'_>, tree: &mut Tree, found: &mut Findings) -> Vec<Reference> {
    let documents = source.documents(Options::default(), found);
    let source: &Source<'_> = source;
    let at = |line: usize| source.at(line);
    let manifest = Manifest { at: &at, put_in: &with_holes, secrets: &[], job: String::new() };
    let mut images = Vec::new();
    for document in &documents {
        let root = &document.root;
        images.extend(tree.resources(source, root, found));
        for key in ["images", "imageTags"] {
            let entries = root.get(key).map(Node::items).unwrap_or_default();
            for (at, entry) in entries.iter().enumerate() {
                image_entry(&manifest, entry, &format!("{key}[{at}]"), &images, found);
                images = images.into_iter().map(|image| changed(&manifest, entry, image)).collect();
            }
        }
        for key in ["helmCharts", "helmChartInflationGenerator"] {
            let charts = root.get(key).map(Node::items).unwrap_or_default();
            for (at, one) in charts.iter().enumerate() {
                chart(&manifest, one, &format!("{key}[{at}]"), found);
            }
        }
        patches::read(source, root, found);
        secrets(source, &manifest, root, found);
    }
    images
}

/// What an entry of `images` says: `name`, `newName`, `newTag`, `digest`, `tagSuffix`.
struct Entry {
    name: String,
    new_name: Option<String>,
    /// With its colon or at sign. The digest counts before the tag.
    version: Option<String>,
    suffix: String,
}

impl Entry {
    fn of(manifest: &Manifest<'_>, node: &Node) -> Option<Self> {
        let text = |key: &str| {
            let text = node.get(key).and_then(|node| manifest.text(node));
            text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let tag = text("newTag").map(|tag| format!(":{tag}"));
        Some(Self {
            name: text("name")?,
            new_name: text("newName"),
            version: text("digest").map(|digest| format!("@{digest}")).or(tag),
            suffix: text("tagSuffix").unwrap_or_default(),
        })
    }

    /// Whether the image is the one that the entry is about.
    fn is_of(&self, image: &Reference) -> bool {
        Reference::parse(&self.name)
            .is_ok_and(|name| name.host == image.host && name.repository == image.repository)
    }

    /// What becomes of the image.
    fn done_to(&self, image: &Reference) -> String {
        let name =
            self.new_name.clone().unwrap_or_else(|| format!("{}/{}", image.host, image.repository));
        let version = match (&self.version, &image.digest, &image.tag) {
            (Some(version), _, _) => version.clone(),
            (None, Some(digest), _) => format!("@{digest}"),
            (None, None, Some(tag)) => format!(":{tag}{}", self.suffix),
            (None, None, None) => String::new(),
        };
        format!("{name}{version}")
    }
}

/// Adds what an entry of `images` makes of the images of the resources, or alone if they are not known.
pub(super) fn image_entry(
    manifest: &Manifest<'_>,
    node: &Node,
    path: &str,
    images: &[Reference],
    found: &mut Findings,
) {
    let Some(entry) = Entry::of(manifest, node) else { return };
    let mut names: Vec<String> = images
        .iter()
        .filter(|image| entry.is_of(image))
        .map(|image| entry.done_to(image))
        .collect();
    if names.is_empty() {
        let name = entry.new_name.as_ref().unwrap_or(&entry.name);
        // An entry that changes nothing is a place for a later command to write in.
        if entry.new_name.is_some() || entry.version.is_some() {
            names.push(format!("{name}{}", entry.version.as_deref().unwrap_or_default()));
        }
    }
    names.sort();
    names.dedup();
    for name in names {
        found.image(Kind::Pulls, &name, manifest.place(node, path));
    }
}

fn changed(manifest: &Manifest<'_>, node: &Node, image: Reference) -> Reference {
    let Some(entry) = Entry::of(manifest, node).filter(|entry| entry.is_of(&image)) else {
        return image;
    };
    let name = entry.done_to(&image);
    if name.contains(HOLE) {
        return image;
    }
    Reference::parse(&name).unwrap_or(image)
}

/// Argo CD: `images: ["name=new:tag", "new:tag"]`.
pub(super) fn image_texts(manifest: &Manifest<'_>, list: &Node, path: &str, found: &mut Findings) {
    for (at, item) in list.items().iter().enumerate() {
        if let Some(text) = manifest.text(item) {
            let name = text.split_once('=').map_or(text.as_str(), |(_, new)| new);
            found.image(Kind::Pulls, name, manifest.place(item, &format!("{path}[{at}]")));
        }
    }
}

/// A chart that is filled in by Helm: `repo: oci://…`, `name`, `version`.
pub(super) fn chart(manifest: &Manifest<'_>, node: &Node, path: &str, found: &mut Findings) {
    let text = |key: &str| node.get(key).and_then(|node| manifest.text(node));
    for key in ["valuesInline", "values"] {
        if let Some(values) = node.get(key) {
            helm::values_of(manifest, values, &child(path, key), found);
        }
    }
    for (key, name) in [("repo", "name"), ("chartRepo", "chartName")] {
        let (Some(repository), Some(name)) = (node.get(key), text(name)) else { continue };
        let version = text("version").or_else(|| text("chartVersion")).unwrap_or_default();
        helm::chart(manifest, repository, &name, &version, &child(path, key), found);
    }
}

/// `secretGenerator`: docker's configuration, written here or in a file beside.
fn secrets(source: &Source<'_>, manifest: &Manifest<'_>, root: &Node, found: &mut Findings) {
    let generators = root.get("secretGenerator").map(Node::items).unwrap_or_default();
    for (at, generator) in generators.iter().enumerate() {
        let path = format!("secretGenerator[{at}]");
        for key in ["literals", "files"] {
            for item in generator.get(key).map(Node::items).unwrap_or_default() {
                let text = item.text().unwrap_or_default();
                let (name, value) = text.split_once('=').unwrap_or((text, text));
                let name = name.rsplit('/').next().unwrap_or(name);
                if name != ".dockerconfigjson" && name != ".dockercfg" {
                    continue;
                }
                if key == "literals" {
                    let value = value.trim_matches(['\'', '"']);
                    let place = manifest.place(item, &format!("{path}.literals.{name}"));
                    docker_config(value, &place, found);
                } else if let Ok(other) = source.beside(value) {
                    docker_config(&other.text, &other.at(1).path(name), found);
                }
            }
        }
    }
}
