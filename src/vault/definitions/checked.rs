//! What a report says, checked part by part: whoever has a token of the pipeline can send one, and nothing else may
//! be in it than references, where they stand, and hashes.

use crate::domain::definition::{
    DeclaredFile, FILES_MAX, Kind, Named, PATH_MAX, STATEMENTS_MAX, SeenIn, Statement, Variable,
};
use crate::domain::hearsay;
use crate::error::{Error, Result};
use regcred_scan::found::Unread;
use regcred_scan::reference::{Reference, registry};
use regcred_scan::{FORMAT, Found, Password, Place, Report, What};
use std::collections::BTreeMap;

/// Variables of one name, and sentences about it.
const VARIABLES_MAX: usize = 32;
const NOTES_MAX: usize = 16;
/// Lines of a file that is read have at least a byte each, and it has 8 MiB at most.
const LINE_MAX: usize = 8 * 1024 * 1024 + 1;

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
            return refused("The hash of a file must be SHA-256, as 64 small hexadecimal digits.");
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
            "A file of the report has more than {STATEMENTS_MAX} findings."
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

/// As much of it as people are shown, on one line.
fn shown(text: &str) -> String {
    hearsay::kept([text.as_bytes()]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str) -> Report {
        regcred_scan::scan_text("Dockerfile", text)
    }

    #[test]
    fn what_the_scan_finds_is_kept_without_the_text_of_a_line() {
        let text =
            "ARG TAG\nFROM ghcr.io/acme/api:$TAG\nCOPY --from=nginx:1.27 /a /b\nRUN echo zebra\n";
        let files = files(report(text)).unwrap();
        let [file] = files.as_slice() else { panic!("{files:?}") };
        assert_eq!((file.path.as_str(), file.system.as_str()), ("Dockerfile", "Dockerfile"));
        let lines: Vec<(i64, String)> =
            file.statements.iter().map(|one| (one.line, one.named.to_text())).collect();
        assert!(lines.contains(&(2, "ghcr.io/acme/api:…".to_owned())), "{lines:?}");
        assert!(lines.contains(&(3, "docker.io/library/nginx:1.27".to_owned())), "{lines:?}");
        assert!(!serde_json::to_string(file).unwrap().contains("zebra"));
    }

    #[test]
    fn what_no_scan_says_is_refused_and_not_repeated() {
        let changes: [fn(&mut Report); 10] = [
            |report| report.version = 2,
            |report| report.files[0].sha256 = "ZEBRA".repeat(13),
            |report| report.files[0].file = String::new(),
            |report| report.files[0].file = "zebra\u{1b}[2J".to_owned(),
            |report| report.files[0].file = "zebra\u{202e}".to_owned(),
            |report| report.found[0].place.file = "zebra/".repeat(100),
            |report| report.found[0].place.line = usize::MAX,
            |report| report.found[0].what = What::Registry("zebra@ghcr.io".to_owned()),
            |report| report.found[0].what = What::Registry("https://ghcr.io".to_owned()),
            |report| {
                report.found[0].what = What::Unresolved {
                    variables: Vec::new(),
                    host: None,
                    repository: Some("zebra".to_owned()),
                };
            },
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut report = report("FROM nginx\n");
            change(&mut report);
            let error = files(report).unwrap_err();
            assert_eq!(error.status(), 400, "{number}");
            assert!(!error.to_string().to_lowercase().contains("zebra"), "{number}: {error}");
        }
        let image = |host: &str, repository: &str| {
            let (host, repository) = (host.to_owned(), repository.to_owned());
            What::Image(Reference { host, repository, tag: None, digest: None })
        };
        for what in [image("GHCR.io", "a"), image("ghcr.io", "a b"), image("docker.io", "nginx")] {
            let mut report = report("FROM nginx\n");
            report.found[0].what = what;
            assert_eq!(files(report).unwrap_err().status(), 400);
        }
    }

    #[test]
    fn names_that_decide_nothing_are_written_out_and_cut() {
        let mut report = report("FROM nginx\n");
        report.found[0].place.job = Some("a\u{7}b".to_owned());
        report.found[0].notes = vec!["x".repeat(10_000); 100];
        let kept = files(report).unwrap().remove(0).statements.remove(0);
        assert_eq!(kept.job.as_deref(), Some("a\\u{7}b"));
        assert!(kept.notes.len() == NOTES_MAX && kept.notes[0].chars().count() <= 256);
    }

    #[test]
    fn a_report_has_so_many_files_and_a_file_so_many_findings() {
        let mut long = report("FROM nginx\n");
        long.found = vec![long.found[0].clone(); STATEMENTS_MAX + 1];
        assert_eq!(files(long).unwrap_err().status(), 400);
        let mut wide = report("FROM nginx\n");
        let one = wide.files[0].clone();
        let named = |number: usize| regcred_scan::found::FileRead {
            file: format!("{number}/Dockerfile"),
            ..one.clone()
        };
        wide.files = (0..=FILES_MAX).map(named).collect();
        assert_eq!(files(wide).unwrap_err().status(), 400);
    }
}
