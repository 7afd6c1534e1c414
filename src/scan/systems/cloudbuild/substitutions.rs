//! `$NAME` and `${_NAME}`: the build's own values, which a trigger can change.

use crate::variables::{Lookup, Syntax, substitute};
use crate::yaml::Node;

/// Values that are made of values go no deeper.
const DEEPEST: usize = 5;

pub(super) struct Substitutions {
    values: Vec<(String, String)>,
}

impl Substitutions {
    /// Those of the build, and before them those of its trigger.
    pub(super) fn of(build: &Node, trigger: &Node) -> Self {
        let mut values = Vec::new();
        for node in [build.get("substitutions"), trigger.get("substitutions")] {
            for entry in node.map(Node::entries).unwrap_or_default() {
                let value = entry.value.text().unwrap_or_default();
                values.push((entry.key.clone(), value.to_owned()));
            }
        }
        Self { values }
    }

    pub(super) fn put_in(&self, text: &str) -> String {
        substitute(text, Syntax::COMPOSE, &|name| self.lookup(name))
    }

    pub(super) fn lookup(&self, name: &str) -> Lookup {
        self.at_depth(name, 0)
    }

    fn at_depth(&self, name: &str, depth: usize) -> Lookup {
        let found = self.values.iter().rev().find(|(known, _)| known == name);
        match found {
            Some((_, value)) if depth < DEEPEST => {
                let inner = |name: &str| self.at_depth(name, depth + 1);
                Lookup::Is(substitute(value, Syntax::COMPOSE, &inner))
            }
            _ => Lookup::Unknown,
        }
    }
}
