//! Templates: other files, with parameters of their own.

use super::Reader;
use super::scope::{Scope, entries, get, items, parameter_of};
use crate::source::Source;
use crate::variables::HOLE;
use crate::yaml::{Node, Options};

/// Templates in templates go no deeper.
const DEEPEST: usize = 10;

impl<'t> Reader<'_, 't> {
    /// `template: path`, with `parameters`.
    pub(super) fn template(&mut self, node: &Node, scope: &Scope) {
        let Some(path) = get(node, "template") else { return };
        let mut inner = scope.for_template();
        for given in get(node, "parameters").map(|node| entries(&node)).unwrap_or_default() {
            // What it is made of has its value here, not there.
            let list = parameter_of(&given.value, scope).unwrap_or(&given.value);
            if list.is_list() {
                self.given_list(list, scope);
                // So that its default does not count.
                inner.give(&given.key, given.value.with_text(String::new()));
                continue;
            }
            let text = given.value.text().map(|text| scope.put_in(text));
            match text {
                Some(text) => inner.give(&given.key, given.value.with_text(text)),
                None => inner.give(&given.key, given.value.clone()),
            }
        }
        // What the template is given was read, wherever it is.
        let Some(mut other) = self.open(&path, scope) else { return };
        let documents = other.documents(Options::default(), self.found);
        let outer = std::mem::replace(&mut self.source, other);
        self.depth += 1;
        for document in &documents {
            self.file(&document.root, &inner);
        }
        self.depth -= 1;
        self.source = outer;
    }

    /// Steps, jobs or stages that a template is given stand in this file: they are read here.
    fn given_list(&mut self, list: &Node, scope: &Scope) {
        let first = items(list, scope).into_iter().next();
        let has = |key: &str| first.as_ref().is_some_and(|first| get(first, key).is_some());
        if has("stage") {
            self.stages(Some(list), scope);
        } else if has("job") || has("deployment") {
            self.jobs(Some(list), scope);
        } else {
            self.steps(Some(list), scope);
        }
    }

    /// A template that has variables only.
    pub(super) fn variables_of_file(&mut self, path: &Node, scope: &mut Scope) {
        let Some(mut other) = self.open(path, scope) else { return };
        let documents = other.documents(Options::default(), self.found);
        let outer = std::mem::replace(&mut self.source, other);
        self.depth += 1;
        for document in &documents {
            self.variables(get(&document.root, "variables").as_ref(), scope);
        }
        self.depth -= 1;
        self.source = outer;
    }

    /// The file: beside this one, or from the root with a slash before. Others' repositories are not read.
    fn open(&mut self, path: &Node, scope: &Scope) -> Option<Source<'t>> {
        let text = scope.put_in(path.text()?);
        let name = self.source.name.clone();
        let (text, repository) = text.split_once('@').unwrap_or((&text, "self"));
        if repository != "self" {
            let sentence = "This template is in another repository, which is not read.";
            self.found.note(&name, path.line(), sentence);
            return None;
        }
        if text.contains(HOLE) {
            self.found.note(&name, path.line(), "The name of this template is not in the file.");
            return None;
        }
        if self.depth == DEEPEST {
            let reason = "Templates are used more than 10 levels deep.";
            self.found.unread(&name, Some(path.line()), reason);
            return None;
        }
        let opened = match text.strip_prefix('/') {
            Some(path) => self.source.from_root(path),
            None => self.source.beside(text),
        };
        match opened {
            Ok(other) => {
                self.found.part(&other.name);
                Some(other)
            }
            Err(reason) => {
                self.found.unread(&name, Some(path.line()), reason);
                None
            }
        }
    }
}
