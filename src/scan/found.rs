//! What is found in files: references and where they stand. Never the text of a line, and never a secret.

mod findings;
mod place;
#[cfg(test)]
mod tests;
mod text;

use crate::files::System;
use crate::reference::Reference;
use serde::{Deserialize, Serialize};

pub use findings::Findings;
pub use place::{Place, SeenIn, without_user_info};

/// What a file does with an image or a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Pulls,
    Pushes,
    LogsIn,
    /// An image gets this name, and is not pushed where it does.
    Builds,
    /// The system pulls it although the file does not name it.
    Implicit,
}

/// A variable whose value is not in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Variable {
    pub name: String,
    /// Where a value would come from, for example "the environment or the .env file".
    pub from: String,
}

/// What a file names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Image(Reference),
    /// A host, as [`crate::reference::registry`] spells it.
    Registry(String),
    Unresolved {
        variables: Vec<Variable>,
        /// The registry, if it stands before the first variable.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        host: Option<String>,
        /// The repository, if no variable is in it: then only the tag or digest is unknown.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        repository: Option<String>,
    },
    Invalid {
        reason: String,
    },
}

/// One place in a file that names an image or a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Found {
    #[serde(flatten)]
    pub place: Place,
    pub kind: Kind,
    pub what: What,
    /// Sentences about it, for example that a key appears twice.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
    /// The name as it is written, if variables are in it: two that differ are two. It is only compared.
    #[serde(skip)]
    pub(crate) name: String,
}

/// A password that is written in a file. Its value is kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Password {
    #[serde(flatten)]
    pub place: Place,
    /// Which field or option holds it, for example `settings.password`.
    pub field: String,
}

/// A file, or a part of one, that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unread {
    pub file: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<usize>,
    pub reason: String,
}

/// Something about a file that changes how it is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    pub file: String,
    pub line: usize,
    pub sentence: String,
}

/// A file that was read, and as what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileRead {
    pub file: String,
    pub system: System,
    /// The SHA-256 of its text, in hex: what `sha256sum` prints, unless the file begins with a byte order mark.
    pub sha256: String,
}

/// The version of the report's JSON. A reader refuses one that it does not know.
pub const FORMAT: u32 = 1;

/// Bytes of a report that Regcred takes.
pub const LARGEST_REPORT: usize = 256 * 1024;

/// Everything that is known after the files were read. The JSON of `regcred scan --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub version: u32,
    pub files: Vec<FileRead>,
    pub found: Vec<Found>,
    pub passwords: Vec<Password>,
    pub notes: Vec<Note>,
    pub unread: Vec<Unread>,
    /// The paths that were scanned, the folder that all others are in as `.`: what is below one of them and in no other
    /// list is not there. Older programs name none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub covers: Vec<String>,
    /// Files that were read as parts of another one: alone, they are half of it.
    #[serde(skip)]
    pub parts: Vec<String>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            version: FORMAT,
            files: Vec::new(),
            found: Vec::new(),
            passwords: Vec::new(),
            notes: Vec::new(),
            unread: Vec::new(),
            covers: Vec::new(),
            parts: Vec::new(),
        }
    }
}

impl Report {
    /// In the order of files and lines, each finding once.
    pub fn sort(&mut self) {
        self.files.sort();
        self.files.dedup();
        self.found.sort();
        self.found.dedup();
        self.passwords.sort();
        self.passwords.dedup();
        self.notes.sort();
        self.notes.dedup();
        self.unread.sort();
        self.unread.dedup();
        self.covers.sort();
        self.covers.dedup();
    }

    /// 0 if every file could be read, else 1.
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.unread.is_empty())
    }
}
