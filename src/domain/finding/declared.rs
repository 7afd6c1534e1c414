//! What is found of a pipeline's files: what they name beside what the pipeline was granted and received.

use super::credentials::{EVIDENCE, blank, first_moment, link, older, times};
use super::{Evidence, FindingKind, Found, TO_FETCH, Thing, WINDOW};
use crate::domain::definition::{Definition, Kind, Match, Named, Statement};
use crate::domain::matching::named;
use crate::domain::moment::Moment;
use crate::domain::registry::RegistryHost;
use crate::domain::usage::Figures;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Lines of a file that a finding names.
const LINES: usize = 10;

/// A statement of a file.
#[derive(Clone, Debug)]
pub struct Declared<'a> {
    pub file: &'a Definition,
    pub statement: Statement,
    /// Since when the file names it without a break.
    pub since: Moment,
    /// Which granted credential serves it, by the rules of deliveries.
    pub found: Match,
    /// Since when the pipeline may have that credential; `None` without a grant of it.
    pub granted: Option<Moment>,
    /// Whether some credential of the project is for its registry.
    pub is_served: bool,
}

/// A credential that the pipeline received.
#[derive(Clone, Debug)]
pub struct Received {
    pub credential: Thing,
    pub host: RegistryHost,
    pub is_insecure: bool,
    pub grant: Option<Uuid>,
    /// In the window.
    pub figures: Figures,
    /// The last delivery there ever was.
    pub last_ever: Option<Moment>,
    /// The repositories that it was delivered for since the files name what they name, where a request named one.
    pub images: Vec<ReceivedImage>,
}

#[derive(Clone, Debug)]
pub struct ReceivedImage {
    pub repository: String,
    /// The link of the last delivery.
    pub link: i64,
}

/// A pipeline that has files.
#[derive(Clone, Debug)]
pub struct DeclaredFacts<'a> {
    pub pipeline: Thing,
    pub files: &'a [Definition],
    pub statements: Vec<Declared<'a>>,
    pub received: Vec<Received>,
}

/// All that is found of its files.
pub fn of_declared(facts: &DeclaredFacts<'_>, now: Moment) -> Vec<Found> {
    let mut all = passwords(facts);
    all.extend(statements(facts, now));
    all.extend(not_declared(facts, now));
    all
}

fn passwords(facts: &DeclaredFacts<'_>) -> Vec<Found> {
    let of_file = |file: &Definition| {
        let lines = facts.statements.iter();
        let lines = lines
            .filter(|one| one.file.id == file.id && one.statement.kind == Kind::Password)
            .take(LINES);
        let evidence: Vec<Evidence> = lines.map(line).collect();
        let fact = format!(
            "{} holds {}. Everybody who can read the repository can read it. Declared {}.",
            file.path,
            if file.counts.passwords == 1 {
                "a password".to_owned()
            } else {
                format!("{} passwords", file.counts.passwords)
            },
            file.declared()
        );
        // Who accepted some passwords did not accept more of them.
        let about = format!("{} {}", file.counts.passwords, file.path);
        Found { fact, evidence, ..of(FindingKind::PasswordInFile, facts, about) }
    };
    let such = facts.files.iter().filter(|file| file.counts.passwords > 0);
    such.map(of_file).collect()
}

/// What is found of single statements: each thing once, by the first of them.
fn statements(facts: &DeclaredFacts<'_>, now: Moment) -> Vec<Found> {
    let mut keys = BTreeSet::new();
    let all = facts.statements.iter().filter(|one| is_fetched(&one.statement));
    let found = all.flat_map(|one| {
        [tie(facts, one), no_credential(facts, one), not_delivered(facts, one, now)]
    });
    found.flatten().filter(|found| keys.insert(found.key())).collect()
}

/// A job that others take from does not run, and what is only built is not fetched.
fn is_fetched(statement: &Statement) -> bool {
    let is_fetch =
        matches!(statement.kind, Kind::Pulls | Kind::Pushes | Kind::LogsIn | Kind::Implicit);
    is_fetch && !statement.is_hidden
}

fn tie(facts: &DeclaredFacts<'_>, one: &Declared<'_>) -> Option<Found> {
    let Match::Tie(names) = &one.found else { return None };
    // Of a login only the registry is known: what ties there may have different paths.
    one.statement.named.repository()?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let image = untagged(&one.statement.named);
    let fact = format!(
        "{} names {image}. {} match it equally well, so none of them is delivered. Give them different paths, or revoke a grant. Declared {}.",
        one.file.path,
        named(&names),
        one.file.declared()
    );
    let evidence = vec![line(one)];
    Some(Found { fact, evidence, ..of(FindingKind::Tie, facts, image) })
}

fn no_credential(facts: &DeclaredFacts<'_>, one: &Declared<'_>) -> Option<Found> {
    let host = one.statement.named.host()?;
    if one.is_served || is_of_run(host) {
        return None;
    }
    let fact = format!(
        "{} names {}, and this project has no credential for {host}. If everything there is public, accept this finding. Declared {}.",
        one.file.path,
        untagged(&one.statement.named),
        one.file.declared()
    );
    let evidence = vec![line(one)];
    Some(Found { fact, evidence, ..of(FindingKind::NoCredential, facts, host.to_owned()) })
}

/// Whether it is a registry beside the run itself, which nobody else can have a credential for.
fn is_of_run(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].into_iter().any(|own| {
        host.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    })
}

fn not_delivered(facts: &DeclaredFacts<'_>, one: &Declared<'_>, now: Moment) -> Option<Found> {
    let Match::Credential { id, name } = &one.found else { return None };
    // What a variable stands for may be another image.
    let Named::Image { .. } = &one.statement.named else { return None };
    // The grant may be newer.
    let since = one.since.max(one.granted?);
    if !older(since, TO_FETCH, now) {
        return None;
    }
    let first_seen = one.file.first_seen;
    let last = facts.received.iter().find(|received| received.credential.id == *id);
    if last.and_then(|received| received.last_ever).is_some_and(|last| last >= first_seen) {
        return None;
    }
    let fact = format!(
        "{} has named {} since at least {}, and the pipeline has not received {name} since then. It may get the secret from somewhere else. Declared {}.",
        one.file.path,
        untagged(&one.statement.named),
        since.day().to_text(),
        one.file.declared()
    );
    let evidence = vec![line(one)];
    let credential = Some(Thing { id: *id, name: name.clone() });
    Some(Found {
        credential,
        fact,
        evidence,
        ..of(FindingKind::NotDelivered, facts, String::new())
    })
}

/// Since when what it receives is what its files, as they are now, should name: before, they may have named something
/// else. A change of anything else in them does not count.
pub fn compared_since(files: &[Definition], now: Moment) -> Option<Moment> {
    let changed = files.iter().map(|file| file.names_changed).max()?;
    Some(changed.max(first_moment(now)))
}

/// What it received although no file names its registry or its image, and may receive still. Where a variable may be any
/// registry, or a file could not be read, nobody can tell.
fn not_declared(facts: &DeclaredFacts<'_>, now: Moment) -> Vec<Found> {
    let is_open = |one: &Declared<'_>| match &one.statement.named {
        Named::Unresolved { host, .. } => host.is_none(),
        Named::Unread(_) => true,
        _ => false,
    };
    let Some(since) = compared_since(facts.files, now) else {
        return Vec::new();
    };
    if facts.statements.iter().any(is_open) {
        return Vec::new();
    }
    let named = facts.statements.iter().filter_map(|one| {
        let host = one.statement.named.host().and_then(RegistryHost::stored)?;
        Some((host, Repositories::of(&one.statement.named)))
    });
    let named: Vec<(RegistryHost, Repositories<'_>)> = named.collect();
    let is_lately = |one: &&Received| {
        one.grant.is_some() && one.figures.last_at.is_some_and(|last| last >= since)
    };
    let such = facts.received.iter().filter(is_lately);
    let found = such.flat_map(|one| {
        let named = named.iter().filter(|(host, _)| one.host.serves(one.is_insecure, host));
        let named: Vec<&Repositories<'_>> = named.map(|(_, named)| named).collect();
        if named.is_empty() { vec![no_host(facts, one)] } else { images(facts, one, &named, since) }
    });
    found.collect()
}

/// What a statement names of its registry.
enum Repositories<'a> {
    /// A login is for all of them, and a variable may be any.
    Any,
    One(&'a str),
}

impl<'a> Repositories<'a> {
    fn of(named: &'a Named) -> Self {
        named.repository().map_or(Self::Any, Self::One)
    }

    fn has(&self, repository: &str) -> bool {
        match self {
            Self::Any => true,
            Self::One(name) => *name == repository,
        }
    }
}

fn no_host(facts: &DeclaredFacts<'_>, one: &Received) -> Found {
    Found {
        credential: Some(one.credential.clone()),
        fact: format!(
            "In the last {WINDOW} days the pipeline received it {}, and no file in its definitions names {}.",
            times(one.figures.delivered()),
            one.host.as_str()
        ),
        evidence: link(one.figures.last_delivery),
        grant: one.grant,
        ..of(FindingKind::NotDeclared, facts, String::new())
    }
}

/// Each image by itself: who accepted one did not accept another.
fn images(
    facts: &DeclaredFacts<'_>,
    one: &Received,
    named: &[&Repositories<'_>],
    since: Moment,
) -> Vec<Found> {
    let is_named = |image: &&ReceivedImage| named.iter().any(|named| named.has(&image.repository));
    let such = one.images.iter().filter(|image| !is_named(image)).take(EVIDENCE);
    let found = such.map(|image| {
        let name = format!("{}/{}", one.host.as_str(), image.repository);
        Found {
            credential: Some(one.credential.clone()),
            fact: format!(
                "Since {} the pipeline received it for {name}. No file in its definitions names this image, although they name others of the registry.",
                since.day().to_text()
            ),
            evidence: link(Some(image.link)),
            ..of(FindingKind::NotDeclared, facts, name)
        }
    });
    found.collect()
}

fn of(kind: FindingKind, facts: &DeclaredFacts<'_>, about: String) -> Found {
    Found { pipeline: Some(facts.pipeline.clone()), about, ..blank(kind) }
}

fn line(one: &Declared<'_>) -> Evidence {
    Evidence::Line { file: one.file.id, path: one.file.path.clone(), line: one.statement.line }
}

/// The image without what stands behind its name, or the registry.
fn untagged(named: &Named) -> String {
    match (named.host(), named.repository()) {
        (Some(host), Some(repository)) => format!("{host}/{repository}"),
        (Some(host), None) => host.to_owned(),
        _ => named.to_text(),
    }
}
