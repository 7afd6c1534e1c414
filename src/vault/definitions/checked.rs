//! What a report says, checked part by part: whoever has a token of the pipeline can send one, and nothing else may
//! be in it than references, where they stand, and hashes.

use crate::domain::definition::{
    DeclaredFile, FILES_MAX, Kind, Named, PATH_MAX, STATEMENTS_MAX, SeenIn, Statement, Variable,
};
use crate::domain::hearsay;
use crate::error::{Error, Result};
use regcred_scan::found::{Unread, without_user_info};
use regcred_scan::reference::{Reference, registry};
use regcred_scan::{FORMAT, Found, Password, Place, Report, What};
use std::collections::{BTreeMap, BTreeSet};

#[cfg(test)]
mod tests;

/// Variables of one name, and sentences about it.
const VARIABLES_MAX: usize = 32;
const NOTES_MAX: usize = 16;
/// Lines of a file that is read have at least a byte each, and it has 8 MiB at most.
const LINE_MAX: usize = 8 * 1024 * 1024 + 1;

const OUTSIDE: &str = "The path of a file must be its path in the repository, such as ci/Dockerfile, with no / at its beginning and no .. in it. Scan in the folder of the repository, with the path . alone.";

/// What each file says, by path.
///
/// # Errors
/// `BadRequest`, which says what is wrong and does not repeat it.
pub(in crate::vault) fn files(report: Report) -> Result<Vec<DeclaredFile>> {
    let Report { version, files, found, passwords, unread, .. } = report;
    if version != FORMAT {
        return refused(
            "This version of the report is unknown. Scan with the regcred or docker-credential-regcred of this server.",
        );
    }
    let mut by_path: BTreeMap<String, DeclaredFile> = BTreeMap::new();
    for read in files {
        let file = at(&mut by_path, &read.file)?;
        let is_hash = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if read.sha256.len() != 64 || !read.sha256.chars().all(is_hash) {
            return refused("The hash of a file must be SHA-256, as 64 lower-case hex digits.");
        }
        if file.sha256.as_ref().is_some_and(|other| *other != read.sha256) {
            return refused("A file is in the report twice, with different texts.");
        }
        read.system.label().clone_into(&mut file.system);
        file.sha256 = Some(read.sha256);
    }
    for one in found {
        let file = at(&mut by_path, &one.place.file)?;
        file.statements.push(reference(one)?);
    }
    for Password { place, field } in passwords {
        let file = at(&mut by_path, &place.file)?;
        file.statements.push(statement(Kind::Password, place, Named::Field(shown(&field)))?);
    }
    for Unread { file, line, reason } in unread {
        let file = at(&mut by_path, &file)?;
        let place = Place::new(String::new(), line.unwrap_or_default());
        file.statements.push(statement(Kind::Unread, place, Named::Unread(shown(&reason)))?);
    }
    for file in by_path.values_mut() {
        file.statements.sort_by_key(|one| one.line);
    }
    let is_too_long = |file: &DeclaredFile| file.statements.len() > STATEMENTS_MAX;
    if by_path.values().any(is_too_long) {
        return Err(Error::BadRequest(format!(
            "A file of the report has more than {STATEMENTS_MAX} references."
        )));
    }
    Ok(by_path.into_values().collect())
}

fn refused<T>(sentence: &str) -> Result<T> {
    Err(Error::BadRequest(sentence.to_owned()))
}

/// The file of that path, which is told from others by it: so it is kept whole, or refused.
fn at<'a>(
    by_path: &'a mut BTreeMap<String, DeclaredFile>,
    path: &str,
) -> Result<&'a mut DeclaredFile> {
    if path.is_empty() || path.chars().count() > PATH_MAX {
        return Err(Error::BadRequest(format!(
            "The path of a file must have 1 to {PATH_MAX} characters."
        )));
    }
    if hearsay::written_out(path) != path {
        return refused("The path of a file contains a control or invisible character.");
    }
    if !is_of_repository(path) {
        return refused(OUTSIDE);
    }
    if by_path.len() >= FILES_MAX && !by_path.contains_key(path) {
        return Err(Error::BadRequest(format!(
            "The report has more than {FILES_MAX} files. Scan and send fewer folders at a time."
        )));
    }
    Ok(by_path.entry(path.to_owned()).or_insert_with(|| DeclaredFile {
        path: path.to_owned(),
        system: String::new(),
        sha256: None,
        statements: Vec::new(),
    }))
}

/// The paths that a scan has looked at.
///
/// # Errors
/// `BadRequest`, as [`files`].
pub(in crate::vault) fn covered(report: &Report) -> Result<Vec<String>> {
    // `.` is all of the repository.
    if !report.covers.iter().all(|path| path == "." || is_of_repository(path)) {
        return refused(OUTSIDE);
    }
    // Each is held against each file that is known, while the chain is held. Fewer remove less.
    let covers: BTreeSet<&String> = report.covers.iter().collect();
    Ok(covers.into_iter().take(FILES_MAX).cloned().collect())
}

/// Whether it leads down from the root of a repository, written in the one way.
fn is_of_repository(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn reference(found: Found) -> Result<Statement> {
    let notes: Vec<String> = found.notes.iter().take(NOTES_MAX).map(|note| shown(note)).collect();
    let kind = match found.kind {
        regcred_scan::Kind::Pulls => Kind::Pulls,
        regcred_scan::Kind::Pushes => Kind::Pushes,
        regcred_scan::Kind::LogsIn => Kind::LogsIn,
        regcred_scan::Kind::Builds => Kind::Builds,
        regcred_scan::Kind::Implicit => Kind::Implicit,
    };
    let made = statement(kind, found.place, named(found.what)?)?;
    Ok(Statement { notes, ..made })
}

fn statement(kind: Kind, place: Place, named: Named) -> Result<Statement> {
    if place.line > LINE_MAX {
        return refused("The line of a finding is larger than a file can be.");
    }
    Ok(Statement {
        kind,
        line: i64::try_from(place.line).unwrap_or(i64::MAX),
        place: shown(&place.path),
        job: place.job.as_deref().map(shown).filter(|job| !job.is_empty()),
        is_hidden: place.hidden,
        seen_in: match place.seen_in {
            regcred_scan::SeenIn::Field => SeenIn::Field,
            regcred_scan::SeenIn::Script => SeenIn::Script,
            regcred_scan::SeenIn::Template => SeenIn::Template,
        },
        named,
        notes: Vec::new(),
    })
}

/// What is named, if it is spelled as the reader of image names spells it.
fn named(what: What) -> Result<Named> {
    const SPELLING: &str =
        "A finding names an image or registry that is not spelled as regcred scan does.";
    match what {
        What::Image(image) => {
            if !is_canonical(&image) {
                return refused(SPELLING);
            }
            let Reference { host, repository, tag, digest } = image;
            Ok(Named::Image { host, repository, tag, digest })
        }
        What::Registry(host) if is_host(&host) => Ok(Named::Registry(host)),
        What::Registry(_) => refused(SPELLING),
        What::Unresolved { variables, host, repository } => {
            let is_known = match (&host, &repository) {
                (Some(host), Some(repository)) => is_canonical(&Reference {
                    host: host.clone(),
                    repository: repository.clone(),
                    tag: None,
                    digest: None,
                }),
                (Some(host), None) => is_host(host),
                (None, repository) => repository.is_none(),
            };
            if !is_known {
                return refused(SPELLING);
            }
            let variables = variables.into_iter().take(VARIABLES_MAX);
            let variables = variables
                .map(|one| Variable { name: shown(&one.name), from: shown(&one.from) })
                .collect();
            Ok(Named::Unresolved { variables, host, repository })
        }
        What::Invalid { reason } => Ok(Named::Invalid(shown(&reason))),
    }
}

fn is_canonical(image: &Reference) -> bool {
    Reference::parse(&image.to_string()).is_ok_and(|read| read == *image)
}

fn is_host(host: &str) -> bool {
    registry(host).is_ok_and(|read| read == host)
}

/// As much of it as people are shown, on one line, and no password of an address.
fn shown(text: &str) -> String {
    hearsay::kept([without_user_info(text).as_bytes()]).unwrap_or_default()
}
