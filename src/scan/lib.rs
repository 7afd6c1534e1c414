//! What pipeline files name: each image, registry and login, with its file, line and job. No network is used, and
//! nothing but references leaves a file: never the text of a line, never a secret.
//!
//! # For a reader of a system
//!
//! A system has a file in `systems/`, with one function `pub fn read(source: &mut Source<'_>, found: &mut Findings)` and
//! one `pub fn origin(variable: &str) -> &'static str`, and a row in [`systems::READERS`].
//!
//! - [`Source`]: `name` and `text` of the file; [`Source::at`] makes a [`Place`]; [`Source::documents`] parses YAML and
//!   says itself what could not be read; [`Source::beside`] and [`Source::from_root`] open other files of the same tree,
//!   [`Source::matching`] finds them.
//! - [`yaml::Node`]: `get`, `at`, `entries`, `items`, `one_or_more`, `text`, `flag`, `line`, `tag`, `script`.
//! - [`variables::substitute`] puts values in; what has none stays in the text as a hole ([`variables::hole`]).
//! - [`Findings`]: `image`, `registry`, `password`, `invalid`, `unknown`, `note`, `unread`. They take text with holes.
//!   [`Findings::part`] says that another file is a part of this one, so that a folder's scan does not read it alone.
//! - [`auths`] reads the JSON of the clients' own file of logins.
//! - [`buildx`] reads what builds are told on one line: caches, outputs, contexts.
//! - [`scripts::commands`] reads the container commands of a script, [`scripts::commands_of`] those of scripts that one
//!   shell runs one after the other; [`dockerfile::read`] a Dockerfile.

pub mod auths;
pub mod buildx;
pub mod command;
pub mod dockerfile;
pub mod files;
pub mod found;
#[cfg(test)]
mod fuzz;
pub mod reference;
pub mod scripts;
mod source;
pub mod systems;
#[cfg(test)]
mod tests;
pub mod variables;
pub mod yaml;

pub use files::{System, covers, joined, scan, scan_posted, scan_repository, scan_text};
pub use found::{
    FORMAT, Findings, Found, Kind, LARGEST_REPORT, Password, Place, Report, SeenIn, What,
};
pub use reference::Reference;
pub use source::{Source, Tree};
