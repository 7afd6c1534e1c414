//! `$NAME` and `${_NAME}`: the build's own values, which a trigger can change.

use crate::variables::{Lookup, Syntax, substitute};
use crate::yaml::Node;

/// Values that are made of values go no deeper.
const DEEPEST: usize = 3;

/// Longer values are left out, so that a small file stays small.
const LONGEST: usize = 256;

/// A longer text is no name and no command.
const LONGEST_TEXT: usize = 100_000;

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
                // Longer is no part of a name.
                if value.len() <= LONGEST {
                    values.push((entry.key.clone(), value.to_owned()));
                }
            }
        }
        Self { values }
    }

    pub(super) fn put_in(&self, text: &str) -> String {
        if text.len() > LONGEST_TEXT {
            return text.to_owned();
        }
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
                let value = substitute(value, Syntax::COMPOSE, &inner);
                if value.len() > LONGEST { Lookup::Unknown } else { Lookup::Is(value) }
            }
            _ => Lookup::Unknown,
        }
    }
}
