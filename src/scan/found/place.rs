//! Where something stands.

use crate::variables::{HOLE, without_holes};
use serde::{Deserialize, Serialize};

/// How it was seen: what a script does is a guess, and a template may be filled differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeenIn {
    #[default]
    Field,
    Script,
    Template,
}

/// A line of a file, and what the system would call it. Made by [`crate::Source::at`], then refined:
/// `source.at(node.line()).path("services.web.image").job("web")`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub file: String,
    pub line: usize,
    /// The way to it in the document, for example `services.web.image`; an instruction in a Dockerfile.
    pub path: String,
    /// The job, stage, step or service that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub job: Option<String>,
    /// The job does not run by itself: others take from it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    pub seen_in: SeenIn,
}

impl Place {
    pub fn new(file: impl Into<String>, line: usize) -> Self {
        Self {
            file: file.into(),
            line,
            path: String::new(),
            job: None,
            hidden: false,
            seen_in: SeenIn::Field,
        }
    }

    /// The same on another line.
    #[must_use]
    pub fn line(&self, line: usize) -> Self {
        Self { line, ..self.clone() }
    }

    /// The same with another path.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        Self { path: named(path.into()), ..self }
    }

    #[must_use]
    pub fn job(self, job: impl Into<String>) -> Self {
        Self { job: Some(named(job.into())), ..self }
    }

    #[must_use]
    pub fn hidden(self, hidden: bool) -> Self {
        Self { hidden, ..self }
    }

    #[must_use]
    pub fn seen_in(self, seen_in: SeenIn) -> Self {
        Self { seen_in, ..self }
    }

    /// The same, seen in a script.
    #[must_use]
    pub fn in_script(&self) -> Self {
        self.clone().seen_in(SeenIn::Script)
    }
}

/// The name of a job or path, without the marks of variables that are in it, and without a password.
fn named(text: String) -> String {
    let text = if text.contains(HOLE) { without_holes(&text, |_| "…".to_owned()) } else { text };
    if text.contains("://") { without_user_info(&text) } else { text }
}

/// The text, in which no address has a user or a password, as `https://user:password@host` has.
///
/// What stands before the last `@` of a word is taken for them: a password may hold an `@` that should
/// have been written in another way.
pub fn without_user_info(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once("://") {
        let end = behind.find(char::is_whitespace).unwrap_or(behind.len());
        let (word, next) = behind.split_at(end);
        let host = word.rfind('@');
        out.push_str(before);
        out.push_str("://");
        if host.is_some() {
            out.push('…');
        }
        out.push_str(&word[host.unwrap_or_default()..]);
        rest = next;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_no_user_and_no_password() {
        for (text, expected) in [
            ("push to https://bot:zebra@ghcr.io/acme", "push to https://…@ghcr.io/acme"),
            ("https://bot:zeb@ra@ghcr.io now", "https://…@ghcr.io now"),
            ("https://bot:zeb://ra@a.example.com", "https://…@a.example.com"),
            ("a://b:zebra@c\nd://zebra@e", "a://…@c\nd://…@e"),
            ("https://ghcr.io/acme and a@b", "https://ghcr.io/acme and a@b"),
            ("services.web.image", "services.web.image"),
        ] {
            assert_eq!(without_user_info(text), expected);
            let place = Place::new("ci.yml", 1).path(text).job(text);
            assert_eq!((place.path.as_str(), place.job.as_deref()), (expected, Some(expected)));
        }
    }
}
