//! Google Cloud Build: the image of each step, the images that are pushed, and what the builders are told to do.

mod steps;
mod substitutions;

use crate::found::{Findings, Kind, Place};
use crate::source::Source;
use crate::yaml::{Document, Node, Options};
use substitutions::Substitutions;

pub(super) fn read(source: &mut Source<'_>, found: &mut Findings) {
    let documents = source.documents(Options::default(), found);
    for Document { root, .. } in &documents {
        // A trigger holds its build.
        let build = root.get("build").unwrap_or(root);
        let substitutions = Substitutions::of(build, root);
        let mut reader = Reader { source, build, substitutions: &substitutions, found };
        reader.steps();
        reader.pushed();
    }
}

pub(super) fn origin(variable: &str) -> &'static str {
    let is_own = variable.starts_with('_');
    let is_built_in = variable.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    match (is_own, is_built_in) {
        (true, _) => "the trigger's substitutions",
        (false, true) => "Cloud Build or the step's environment",
        _ => "the step's environment",
    }
}

struct Reader<'a, 't> {
    source: &'a Source<'t>,
    build: &'a Node,
    substitutions: &'a Substitutions,
    found: &'a mut Findings,
}

impl Reader<'_, '_> {
    /// `images`, at the top or among the artifacts.
    fn pushed(&mut self) {
        for path in [&["images"][..], &["artifacts", "images"][..]] {
            let images = self.build.at(path).map(Node::one_or_more).unwrap_or_default();
            for image in images {
                let place = self.source.at(image.line()).path(path.join("."));
                self.image(Kind::Pushes, image, place);
            }
        }
    }

    fn image(&mut self, kind: Kind, node: &Node, place: Place) {
        let Some(text) = node.text() else { return };
        let name = self.substitutions.put_in(text);
        let notes: &[&str] = if text.contains("$_") || text.contains("${_") {
            &["A trigger can change this name."]
        } else {
            &[]
        };
        self.found.image_with(kind, &name, place, notes);
    }
}
