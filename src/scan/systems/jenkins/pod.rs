//! The pods that steps run in, as YAML in a string or in a file.

use super::Reader;
use super::arguments::Argument;
use super::tokens::Token;
use crate::found::{Findings, Kind, Place};
use crate::variables::HOLE;
use crate::yaml::{self, Document, Node, Options};

const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

impl Reader<'_, '_> {
    pub(super) fn pod_text(&mut self, argument: &Argument) {
        let text = self.value(argument);
        // The text of a variable or of another file.
        if text.starts_with(HOLE) && !text.contains('\n') {
            return;
        }
        let line = self.tokens.line(argument.from);
        let keeps_lines = match self.tokens.get(argument.from) {
            Some(Token::Text { keeps_lines, .. }) => *keeps_lines,
            _ => false,
        };
        let line_of = |at: usize| if keeps_lines { line + at - 1 } else { line };
        match yaml::read(&text, Options::default()) {
            Ok(documents) => {
                let place = self.place(line, "");
                let at = |node: &Node, path: String| place.line(line_of(node.line())).path(path);
                images(&documents, &at, self.found);
            }
            Err(problem) => {
                let line = line_of(problem.line);
                self.found.unread(&self.source.name, Some(line), problem.sentence);
            }
        }
    }

    pub(super) fn pod_file(&mut self, path: &str, line: usize) {
        match self.source.from_root(path) {
            Ok(mut other) => {
                let documents = other.documents(Options::default(), self.found);
                let job = self.job();
                let at = |node: &Node, path: String| -> Place {
                    let place = other.at(node.line()).path(path);
                    match &job {
                        Some(job) => place.job(job.clone()),
                        None => place,
                    }
                };
                images(&documents, &at, self.found);
            }
            Err(reason) => self.found.unread(&self.source.name, Some(line), reason),
        }
    }
}

fn images(documents: &[Document], at: &dyn Fn(&Node, String) -> Place, found: &mut Findings) {
    for Document { root, .. } in documents {
        let spec = root.get("spec").unwrap_or(root);
        for key in CONTAINERS {
            let containers = spec.get(key).map(Node::items).unwrap_or_default();
            for (number, container) in containers.iter().enumerate() {
                image(container.get("image"), format!("spec.{key}[{number}].image"), at, found);
            }
        }
        let volumes = spec.get("volumes").map(Node::items).unwrap_or_default();
        for (number, volume) in volumes.iter().enumerate() {
            let path = format!("spec.volumes[{number}].image.reference");
            image(volume.at(&["image", "reference"]), path, at, found);
        }
    }
}

fn image(
    node: Option<&Node>,
    path: String,
    at: &dyn Fn(&Node, String) -> Place,
    found: &mut Findings,
) {
    if let Some((node, text)) = node.and_then(|node| Some((node, node.text()?))) {
        found.image(Kind::Pulls, text, at(node, path));
    }
}
