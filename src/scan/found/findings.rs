//! Where the readers of the systems put what they find.

use super::{
    Found, Kind, Note, Password, Place, Report, Unread, Variable, What, without_user_info,
};
use crate::files::hash;
use crate::reference::{DOCKER_HUB, Reference, is_host, registry};
use crate::variables::{HOLE, first_holes, with_template_holes};
use std::collections::{BTreeMap, BTreeSet};

/// Variables of one name that are listed. No name has more, unless it is made to grow.
const MOST_VARIABLES: usize = 32;

/// Bytes of a name that is kept to be compared. A file of a few bytes can give each of many lines a name of a megabyte.
const LONGEST_NAME: usize = 512;

/// Collects what is found. A name is given as text in which each unknown value is a hole
/// ([`crate::variables::hole`]): what can be said of it is decided here, for all systems alike.
pub struct Findings {
    report: Report,
    /// Which findings a client takes from its own images if it has them there.
    takes: BTreeSet<usize>,
    /// Where a value would come from, by the variable's name. Each system has its own.
    origin: fn(&str) -> &'static str,
}

impl Findings {
    pub fn new(origin: fn(&str) -> &'static str) -> Self {
        Self { report: Report::default(), takes: BTreeSet::new(), origin }
    }

    /// An image. An empty name is none: many systems take it for "not set".
    pub fn image(&mut self, kind: Kind, name: &str, place: Place) {
        self.image_with(kind, name, place, &[]);
    }

    /// An image, with sentences about it.
    pub fn image_with(&mut self, kind: Kind, name: &str, place: Place, notes: &[&str]) {
        let name = with_template_holes(name.trim());
        if name.is_empty() {
            return;
        }
        let what = if name.contains(HOLE) {
            self.unresolved_image(&name)
        } else {
            match Reference::parse(without_id(&name)) {
                Ok(reference) => What::Image(reference),
                Err(problem) => What::Invalid { reason: problem.to_string() },
            }
        };
        let is_open = matches!(what, What::Unresolved { .. });
        let notes = notes.iter().map(|note| (*note).to_owned()).collect();
        let name = if is_open { compared(name) } else { String::new() };
        self.report.found.push(Found { place, kind, what, notes, name });
    }

    /// An image that a client runs or looks into: it is pulled unless the same job built it before.
    pub fn takes_image(&mut self, name: &str, place: Place) {
        let before = self.report.found.len();
        self.image(Kind::Pulls, name, place);
        self.takes.extend(before..self.report.found.len());
    }

    /// A registry, as a login or a mirror names it. Nothing at all is Docker Hub.
    pub fn registry(&mut self, kind: Kind, host: &str, place: Place) {
        let host = with_template_holes(host.trim());
        let what = if host.contains(HOLE) {
            // A variable in the path behind the host changes nothing.
            let bare = host.split_once("://").map_or(host.as_str(), |(_, bare)| bare);
            match bare.split_once('/') {
                Some((first, _)) if !first.contains(HOLE) => registry_or_reason(first),
                _ => What::Unresolved {
                    variables: self.variables(&host),
                    host: None,
                    repository: None,
                },
            }
        } else {
            registry_or_reason(&host)
        };
        self.push(kind, what, place);
    }

    /// A password that is written in the file, if it is: a value from elsewhere is none, nor is an empty one. The value
    /// is only looked at.
    pub fn password(&mut self, field: &str, value: &str, place: Place) {
        let value = with_template_holes(value.trim());
        if !value.is_empty() && !value.contains(HOLE) && !value.contains('$') {
            self.report.passwords.push(Password { place, field: field.to_owned() });
        }
    }

    /// Something that names no image for the reason given.
    pub fn invalid(&mut self, kind: Kind, reason: &str, place: Place) {
        self.push(kind, What::Invalid { reason: reason.to_owned() }, place);
    }

    /// An image whose name would be known if these variables were.
    pub fn unknown(&mut self, kind: Kind, variables: &[&str], place: Place) {
        let variables = variables.iter().map(|name| self.variable(name)).collect();
        self.push(kind, What::Unresolved { variables, host: None, repository: None }, place);
    }

    pub fn note(&mut self, file: &str, line: usize, sentence: impl Into<String>) {
        self.report.notes.push(Note { file: file.to_owned(), line, sentence: sentence.into() });
    }

    pub fn unread(&mut self, file: &str, line: Option<usize>, reason: impl Into<String>) {
        self.report.unread.push(Unread { file: file.to_owned(), line, reason: reason.into() });
    }

    /// A file that was read as a part of this one. In a folder it is not read alone as well.
    pub fn part(&mut self, file: &str) {
        self.report.parts.push(file.to_owned());
    }

    /// Adds what was found apart, for who sorts it first.
    pub fn add(&mut self, report: Report) {
        self.report.found.extend(report.found);
        self.report.passwords.extend(report.passwords);
        self.report.notes.extend(report.notes);
        self.report.unread.extend(report.unread);
        self.report.parts.extend(report.parts);
    }

    /// What was found since [`Self::new`]; the files are added by who chose them. What the same job built before is not
    /// pulled when it is run: clients take the image that they have.
    pub fn into_report(mut self) -> Report {
        let key = |one: &Found| {
            let Place { file, job, .. } = one.place.clone();
            (file, job, one.what.clone(), one.name.clone())
        };
        let mut built: BTreeMap<_, usize> = BTreeMap::new();
        for one in self.report.found.iter().filter(|one| one.kind == Kind::Builds) {
            let line = built.entry(key(one)).or_insert(one.place.line);
            *line = one.place.line.min(*line);
        }
        let mut at = 0;
        let takes = &self.takes;
        self.report.found.retain(|one| {
            let is_taken = takes.contains(&at);
            at += 1;
            !(is_taken && built.get(&key(one)).is_some_and(|line| *line <= one.place.line))
        });
        self.report
    }

    fn push(&mut self, kind: Kind, what: What, place: Place) {
        self.report.found.push(Found { place, kind, what, notes: Vec::new(), name: String::new() });
    }

    fn variable(&self, name: &str) -> Variable {
        // An expression may hold an address.
        Variable { name: without_user_info(name), from: (self.origin)(name).to_owned() }
    }

    fn variables(&self, text: &str) -> Vec<Variable> {
        first_holes(text, MOST_VARIABLES).iter().map(|name| self.variable(name)).collect()
    }

    /// What is known in spite of the holes: the host before the first, and the repository if only the tag has one.
    fn unresolved_image(&self, name: &str) -> What {
        let last = name.rfind('/').map_or(0, |slash| slash + 1);
        // A tag or digest begins behind the last slash; a hole before it may hold slashes.
        let end = name[last..].find([':', '@']).map_or(name.len(), |at| last + at);
        let known = &name[..end];
        let whole = (end < name.len() && !known.contains(HOLE)).then(|| Reference::parse(known));
        let (host, repository) = match whole {
            Some(Ok(reference)) => (Some(reference.host), Some(reference.repository)),
            _ => (host_of(name), None),
        };
        What::Unresolved { variables: self.variables(name), host, repository }
    }
}

/// The name, or of a long one its hash.
fn compared(name: String) -> String {
    if name.len() > LONGEST_NAME { hash(&name) } else { name }
}

/// `sha256:` and 64 digits is the id of an image, though the grammar takes it for a tag.
fn without_id(name: &str) -> &str {
    name.strip_prefix("sha256:").filter(|digits| digits.len() == 64).unwrap_or(name)
}

fn registry_or_reason(host: &str) -> What {
    match registry(host) {
        Ok(host) => What::Registry(host),
        Err(problem) => What::Invalid { reason: problem.to_string() },
    }
}

/// The host of a name with holes, if none is in it.
fn host_of(name: &str) -> Option<String> {
    let (first, _) = name.split_once('/')?;
    if first.contains(HOLE) {
        return None;
    }
    if is_host(first) {
        return registry(first).ok();
    }
    Some(DOCKER_HUB.to_owned())
}
