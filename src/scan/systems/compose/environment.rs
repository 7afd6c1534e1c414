//! Values of variables: those of the `.env` file beside.

use crate::source::Source;
use crate::variables::{Lookup, Syntax, substitute};
use crate::yaml::Node;

#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    values: Vec<(String, String)>,
}

impl Environment {
    /// What the `.env` file of the folder says, if there is one.
    pub(super) fn beside(source: &Source<'_>) -> Self {
        let file = source.beside(".env");
        let values = file.map(|file| file.text.lines().filter_map(assignment).collect());
        Self { values: values.unwrap_or_default() }
    }

    /// The values of the other, those of this one where both have one.
    pub(super) fn before(self, other: &Self) -> Self {
        // The later of two counts.
        let values = other.values.iter().cloned().chain(self.values).collect();
        Self { values }
    }

    /// The text of a scalar with its values in it; empty if it is none.
    pub(super) fn text(&self, node: &Node) -> String {
        node.text().map(|text| self.put_in(text)).unwrap_or_default()
    }

    pub(super) fn put_in(&self, text: &str) -> String {
        substitute(text, Syntax::COMPOSE, &|name| self.lookup(name))
    }

    fn lookup(&self, name: &str) -> Lookup {
        let found = self.values.iter().rev().find(|(known, _)| known == name);
        found.map_or(Lookup::Unknown, |(_, value)| Lookup::Is(value.clone()))
    }
}

/// `NAME=value`, maybe quoted, maybe with `export` before or a comment behind.
fn assignment(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || name.starts_with('#') {
        return None;
    }
    let quoted = |quote: char| value.strip_prefix(quote)?.split(quote).next();
    let value = match quoted('"').or_else(|| quoted('\'')) {
        Some(inside) => inside,
        None => value.split(" #").next().unwrap_or(value).trim(),
    };
    // A value made of others is not followed.
    (!value.contains('$')).then(|| (name.to_owned(), value.to_owned()))
}
