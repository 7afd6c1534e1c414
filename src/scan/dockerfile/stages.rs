//! The stages of a build, and which names are images.

use super::Build;
use crate::reference::Reference;
use crate::variables::{HOLE, Lookup, Syntax, hole, substitute, without_holes};

/// What the builder sets by itself, to values that are not in the file.
const PREDEFINED: [&str; 9] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
];

pub(super) struct Stages<'a> {
    build: &'a Build,
    pub escape: char,
    /// The arguments before the first FROM; no value without a default.
    args: Vec<(String, Option<String>)>,
    /// Lowercase names of the stages that have begun, empty for those without one.
    names: Vec<String>,
    /// The same of all stages of the file.
    all: Vec<String>,
}

impl<'a> Stages<'a> {
    pub(super) fn new(build: &'a Build, escape: char) -> Self {
        Self { build, escape, args: Vec::new(), names: Vec::new(), all: Vec::new() }
    }

    /// `ARG a b=c`. Only those before the first FROM can be in the name of an image.
    pub(super) fn declare(&mut self, words: &[String]) {
        if !self.names.is_empty() {
            return;
        }
        for word in words {
            let (name, default) = match word.split_once('=') {
                Some((name, default)) => (name, Some(default)),
                None => (word.as_str(), None),
            };
            let given = self.build.args.iter().rev().find(|(known, _)| known == name);
            let value = match given {
                Some((_, value)) => Some(value.clone()),
                None => default.map(|default| self.replaced(default, false)),
            };
            self.args.push((name.to_owned(), value));
        }
    }

    /// The name of the image that FROM says; nothing if it is none: a stage, a named context or `scratch`.
    pub(super) fn base(&self, word: &str) -> Option<String> {
        // As BuildKit does: what has no value is empty.
        let empty = self.emptied(self.replaced(word, true));
        if self.is_none(&empty) {
            return None;
        }
        if !empty.contains(HOLE) && Reference::parse(&empty).is_ok() {
            return Some(empty);
        }
        let open = self.replaced(word, false);
        if self.could_be_a_stage(&open) {
            return None;
        }
        Some(if open.contains(HOLE) { open } else { empty })
    }

    /// Without the holes that defaults of arguments brought in. A value that the build is given keeps its own.
    fn emptied(&self, text: String) -> String {
        if !self.build.args.is_empty() {
            return text;
        }
        without_holes(
            &text,
            |name| {
                if PREDEFINED.contains(&name) { hole(name) } else { String::new() }
            },
        )
    }

    /// A stage that the file has, before it is read.
    pub(super) fn announce(&mut self, name: Option<String>) {
        self.all.push(name.unwrap_or_default());
    }

    pub(super) fn begin(&mut self, name: Option<String>) {
        self.names.push(name.unwrap_or_default());
    }

    /// The stage that instructions belong to now: its name or else its number.
    pub(super) fn current(&self) -> Option<String> {
        let last = self.names.len().checked_sub(1)?;
        let name = &self.names[last];
        Some(if name.is_empty() { last.to_string() } else { name.clone() })
    }

    /// Whether a stage with the number can be copied from. BuildKit orders stages by what they need, so that it may come
    /// later.
    pub(super) fn is_another(&self, number: usize) -> bool {
        number < self.all.len() && number + 1 != self.names.len()
    }

    /// Whether it is the name of the stage that instructions belong to now.
    pub(super) fn is_own(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let last = self.all.iter().rposition(|known| *known == name);
        last.is_some_and(|last| last + 1 == self.names.len()) && !self.is_context(&name)
    }

    /// Whether `COPY --from` and mounts take the name for something else than an image: any stage of the file is one.
    /// Case does not count for them.
    pub(super) fn is_other(&self, name: &str) -> bool {
        let is_stage = self.all.contains(&name.to_ascii_lowercase());
        is_stage || name == "scratch" || self.is_context(name)
    }

    /// FROM takes a stage by its exact name, which is lowercase.
    fn is_none(&self, name: &str) -> bool {
        let is_stage = !name.is_empty() && self.names.iter().any(|known| known == name);
        is_stage || name == "scratch" || self.is_context(name)
    }

    fn is_context(&self, name: &str) -> bool {
        let whole = Reference::parse(name).ok().map(tagged);
        self.build.contexts.iter().any(|context| {
            context == name
                || whole.is_some() && Reference::parse(context).ok().map(tagged) == whole
        })
    }

    /// Whether a stage has a name that fits, whatever the unknown values are: `base-$TARGETARCH`.
    fn could_be_a_stage(&self, name: &str) -> bool {
        let Some((before, rest)) = name.split_once(HOLE) else { return false };
        let after = rest.rsplit('\u{e001}').next().unwrap_or_default();
        // A hole alone would fit any.
        let is_part = !before.is_empty() || !after.is_empty();
        is_part
            && self.names.iter().any(|known| {
                known.len() >= before.len() + after.len()
                    && known.starts_with(before)
                    && known.ends_with(after)
                    && !known.is_empty()
            })
    }

    fn replaced(&self, text: &str, unset_is_empty: bool) -> String {
        let lookup = |name: &str| match self.args.iter().rev().find(|(known, _)| known == name) {
            Some((_, Some(value))) => Lookup::Is(value.clone()),
            _ if PREDEFINED.contains(&name) => Lookup::Unknown,
            _ if unset_is_empty => Lookup::Unset,
            _ => Lookup::Unknown,
        };
        substitute(text, Syntax::dockerfile(self.escape), &lookup)
    }
}

fn tagged(reference: Reference) -> Reference {
    let tag = reference.tag.or_else(|| reference.digest.is_none().then(|| "latest".to_owned()));
    Reference { tag, ..reference }
}
