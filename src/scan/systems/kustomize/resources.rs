//! The files that a kustomization is made of, as far as they are in the same tree.

use super::super::kubernetes;
use crate::found::{Findings, What};
use crate::reference::Reference;
use crate::source::Source;
use crate::yaml::{self, Node, Options};

/// Kustomizations of kustomizations go no deeper.
const DEEPEST: usize = 10;

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Lists of files and folders.
const LISTS: [&str; 6] = ["resources", "bases", "components", "generators", "transformers", "crds"];

#[derive(Default)]
pub(super) struct Tree {
    /// The kustomizations that are being read, the outermost first.
    open: Vec<String>,
}

impl Tree {
    /// Reads a kustomization and what it is made of. Gives the images that come out of it.
    pub(super) fn kustomization(
        &mut self,
        source: &mut Source<'_>,
        found: &mut Findings,
    ) -> Vec<Reference> {
        let path = source.path().to_owned();
        if self.open.len() >= DEEPEST || self.open.contains(&path) {
            return Vec::new();
        }
        self.open.push(path);
        let images = super::kustomization(source, self, found);
        self.open.pop();
        images
    }

    /// Reads the resources and other parts. Gives their images.
    pub(super) fn resources(
        &mut self,
        source: &Source<'_>,
        root: &Node,
        found: &mut Findings,
    ) -> Vec<Reference> {
        let mut images = Vec::new();
        for node in LISTS.iter().filter_map(|list| root.get(list)).flat_map(Node::items) {
            let Some(text) = node.text() else { continue };
            if text.contains('\n') {
                inline(source, node, found);
            } else if is_here(text) {
                images.extend(self.resource(source, node, text, found));
            }
        }
        images
    }

    /// A file or a folder with a kustomization.
    fn resource(
        &mut self,
        source: &Source<'_>,
        node: &Node,
        path: &str,
        found: &mut Findings,
    ) -> Vec<Reference> {
        let folder = path.trim_end_matches('/');
        let is_file = [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending));
        let names: &[&str] = if is_file { &[] } else { &NAMES };
        let inside = names.iter().find_map(|name| source.beside(&format!("{folder}/{name}")).ok());
        if let Some(mut other) = inside {
            return self.kustomization(&mut other, found);
        }
        match source.beside(path) {
            Ok(mut other) => {
                let mut own = Findings::new(kubernetes::origin);
                kubernetes::read(&mut other, &mut own);
                let own = own.into_report();
                let images = own.found.iter().filter_map(|found| match &found.what {
                    What::Image(reference) => Some(reference.clone()),
                    _ => None,
                });
                let images = images.collect();
                found.add(own);
                images
            }
            Err(reason) => {
                found.note(&source.name, node.line(), reason);
                Vec::new()
            }
        }
    }
}

/// A generator or transformer that is written in the kustomization.
fn inline(source: &Source<'_>, node: &Node, found: &mut Findings) {
    let Some(script) = node.script() else { return };
    if let Ok(documents) = yaml::read(script.text, Options::default()) {
        let at = |line: usize| source.at(script.line_of(line.saturating_sub(1)));
        kubernetes::read_documents(&documents, &at, found);
    }
}

/// Whether it is in the tree, and not fetched from elsewhere.
fn is_here(path: &str) -> bool {
    let is_elsewhere = path.contains("://")
        || path.contains("?ref=")
        || path.contains("//")
        || path.starts_with("git@")
        || path.starts_with("git::")
        || path.starts_with("github.com/");
    !path.is_empty() && !is_elsewhere
}
