//! The pods that steps run in, as YAML in a string or in a file.

use super::Reader;
use super::arguments::Argument;
use super::tokens::Token;
use crate::found::{Findings, Place};
use crate::systems::kubernetes::{Manifest, walk};
use crate::variables::HOLE;
use crate::yaml::{self, Document, Options};

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
                pods(&documents, &|line| place.line(line_of(line)), self.found);
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
                let at = |line: usize| -> Place {
                    let place = other.at(line);
                    match &job {
                        Some(job) => place.job(job.clone()),
                        None => place,
                    }
                };
                pods(&documents, &at, self.found);
            }
            Err(reason) => self.found.unread(&self.source.name, Some(line), reason),
        }
    }
}

/// What the pods of the documents name.
fn pods(documents: &[Document], at: &dyn Fn(usize) -> Place, found: &mut Findings) {
    // The script has put its values in already.
    let put_in = |text: &str| text.to_owned();
    let manifest = Manifest { at, put_in: &put_in, secrets: &[], job: String::new() };
    for document in documents {
        walk(&manifest, &document.root, "", true, found);
    }
}
