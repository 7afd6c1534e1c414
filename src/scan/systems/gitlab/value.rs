//! A value of a pipeline file, together with the file: what is merged comes from several.

use super::inputs::Inputs;
use crate::found::Place;
use crate::source::Source;
use crate::variables::without_holes;
use crate::yaml::Node;
use std::rc::Rc;

/// A file, and what it was included with.
pub(super) struct File<'t> {
    pub source: Source<'t>,
    pub inputs: Inputs<'t>,
}

#[derive(Clone)]
pub(super) struct Value<'t> {
    pub node: Node,
    pub file: Rc<File<'t>>,
    /// The way to it from the top of its file.
    pub path: String,
}

impl<'t> Value<'t> {
    /// The value; an input that is a list or a mapping stands for the whole of it.
    pub(super) fn new(node: &Node, file: &Rc<File<'t>>, path: String) -> Self {
        match node.text().and_then(|text| file.inputs.whole(text)) {
            Some(input) => Self { path, ..input },
            None => Self { node: node.clone(), file: Rc::clone(file), path },
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<Self> {
        Some(self.below(self.node.get(key)?, key))
    }

    pub(super) fn entries(&self) -> Vec<(String, Self)> {
        let entry = |entry: &crate::yaml::Entry| {
            let key = self.file.inputs.put_in(&entry.key);
            let key = without_holes(&key, |name| format!("$[[ {name} ]]"));
            let value = self.below(&entry.value, &key);
            (key, value)
        };
        self.node.entries().iter().map(entry).collect()
    }

    fn below(&self, node: &Node, key: &str) -> Self {
        let path =
            if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Self::new(node, &self.file, path)
    }

    /// The items of a list; nothing for others.
    pub(super) fn items(&self) -> Vec<Self> {
        let item = |(at, node): (usize, &Node)| {
            Self::new(node, &self.file, format!("{}[{at}]", self.path))
        };
        self.node.items().iter().enumerate().map(item).collect()
    }

    /// The items of a list, or the value itself; nothing for `null`.
    pub(super) fn one_or_more(&self) -> Vec<Self> {
        if self.node.is_list() {
            self.items()
        } else if self.node.is_null() {
            Vec::new()
        } else {
            vec![self.clone()]
        }
    }

    /// The text of a scalar, with the values of inputs in it.
    pub(super) fn text(&self) -> Option<String> {
        self.node.text().map(|text| self.file.inputs.put_in(text))
    }

    pub(super) fn place(&self) -> Place {
        self.file.source.at(self.node.line()).path(self.path.clone())
    }
}
