//! Patches: parts of resources, or lists of operations, in files or in the kustomization itself.

use super::super::kubernetes::{self, Manifest, container, walk, with_holes};
use crate::found::{Findings, Kind, Place};
use crate::source::Source;
use crate::yaml::{self, Document, Node, Options};

pub(super) fn read(source: &Source<'_>, root: &Node, found: &mut Findings) {
    for list in ["patches", "patchesStrategicMerge", "patchesJson6902"] {
        for item in root.get(list).map(Node::items).unwrap_or_default() {
            for key in ["patch", "path"] {
                if let Some(node) = item.get(key) {
                    patch(source, node, key == "path", found);
                }
            }
            if let Some(text) = item.text() {
                patch(source, item, !text.contains('\n'), found);
            }
        }
    }
}

/// One patch: a file's path or the text itself.
fn patch(source: &Source<'_>, node: &Node, is_path: bool, found: &mut Findings) {
    let Some(script) = node.script() else { return };
    if !is_path {
        if let Ok(documents) = yaml::read(script.text, Options::default()) {
            let at = |line: usize| source.at(script.line_of(line.saturating_sub(1)));
            apply(&documents, &at, found);
        }
        return;
    }
    match source.beside(script.text) {
        Ok(mut other) => {
            let documents = other.documents(Options::default(), found);
            apply(&documents, &|line| other.at(line), found);
        }
        Err(reason) => found.note(&source.name, node.line(), reason),
    }
}

fn apply(documents: &[Document], at: &dyn Fn(usize) -> Place, found: &mut Findings) {
    let is_operations = |document: &Document| {
        let first = document.root.items().first();
        first.is_some_and(|first| first.get("op").is_some())
    };
    if !documents.iter().any(is_operations) {
        return kubernetes::read_documents(documents, at, found);
    }
    let manifest = Manifest { at, put_in: &with_holes, secrets: &[], job: String::new() };
    for operation in documents.iter().flat_map(|document| document.root.items()) {
        let text = |key: &str| operation.get(key).and_then(Node::text).unwrap_or_default();
        let Some(value) =
            operation.get("value").filter(|_| matches!(text("op"), "add" | "replace"))
        else {
            continue;
        };
        let path = text("path");
        let parts: Vec<&str> = path.split('/').collect();
        match parts[..] {
            [.., "containers" | "initContainers" | "ephemeralContainers", _] => {
                container(&manifest, value, path, found);
            }
            [.., list @ ("containers" | "initContainers" | "ephemeralContainers")] => {
                for (at, item) in value.items().iter().enumerate() {
                    container(&manifest, item, &format!("{list}[{at}]"), found);
                }
            }
            [.., "containers" | "initContainers" | "ephemeralContainers", _, "image"] => {
                manifest.image(Kind::Pulls, value, path, &[], found);
            }
            // In resources of extensions, if it looks like one.
            [.., "image"] => {
                let is_one =
                    value.text().is_some_and(|text| text.contains('/') && text.contains(':'));
                if is_one {
                    manifest.image(Kind::Pulls, value, path, &[], found);
                }
            }
            [.., "imagePullSecrets"] | [.., "imagePullSecrets", _] => {
                manifest.pull_secrets(value, path, found);
            }
            _ => walk(&manifest, value, path, true, found),
        }
    }
}
