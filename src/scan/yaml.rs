//! YAML as a tree with lines: `yaml::read(text, Options::default())` gives its documents.
//!
//! Everything is text: `on`, `yes`, `1.20` and dates stay as they are written. Tags are kept. Aliases and `<<` are
//! followed; what they would make of a small file is limited before it is made.

mod compose;
mod entries;
mod flow;
mod limits;
mod node;
mod template;
#[cfg(test)]
mod tests;

pub use compose::read;
pub use node::{Document, Entry, Node, Script};
pub use template::{read_template, seems_a_template};

use std::fmt;

/// Larger files are not read.
pub const LARGEST: usize = 8 * 1024 * 1024;

/// How a file is to be understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `- <<: *list` puts the entries of the list there, as Woodpecker does.
    pub merges_lists: bool,
}

/// Why a text is no YAML that is read here. Never repeats it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    pub sentence: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence)
    }
}

impl std::error::Error for Problem {}
