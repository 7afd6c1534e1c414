//! Files that a person chose or pasted together.

use crate::domain::definition::{STATEMENTS_MAX, STATEMENTS_OF_ALL_MAX};
use crate::error::{Error, Result};
use regcred_scan::{Report, Tree};
use zeroize::Zeroizing;

/// A file that a person chose or pasted. Its text is read and dropped: there may be a password in it.
#[derive(Clone)]
pub struct WrittenFile {
    pub path: String,
    pub text: Zeroizing<String>,
}

/// One report of all of them.
pub(super) fn scanned(written: &[WrittenFile]) -> Result<Report> {
    let tree = Tree::posted(written.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    let (mut reports, mut unknown) = (Vec::new(), Vec::new());
    for WrittenFile { path, text } in written {
        let report = regcred_scan::scan_posted(&tree, path, text);
        // What will be refused is not kept until all are read.
        if is_too_long(&report) {
            let sentence = format!("One of these files has more than {STATEMENTS_MAX} references.");
            return Err(Error::at("files", sentence));
        }
        if report.files.is_empty() {
            unknown.push(path);
        } else {
            reports.push(report);
        }
    }
    // What another file names needs no name by which it is recognized.
    if unknown.iter().any(|path| !tree.has_opened(path)) {
        return Err(Error::at(
            "files",
            "Regcred does not recognize one of these files. Enter its folder or its full path: pipeline files are recognized by their path.",
        ));
    }
    Ok(regcred_scan::joined(reports))
}

/// Whether a file says more than is kept. The report is also of the files that this one includes.
fn is_too_long(report: &Report) -> bool {
    let mut of_files = report.found.chunk_by(|one, other| one.place.file == other.place.file);
    let of_all = i64::try_from(report.found.len()).unwrap_or(i64::MAX);
    of_all > STATEMENTS_OF_ALL_MAX || of_files.any(|found| found.len() > STATEMENTS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Result<Report> {
        let written = files.iter().map(|(path, text)| WrittenFile {
            path: (*path).to_owned(),
            text: Zeroizing::new((*text).to_owned()),
        });
        scanned(&written.collect::<Vec<_>>())
    }

    const OUTER: (&str, &str) =
        (".gitlab-ci.yml", "include: ci/a.yml\nbuild:\n  extends: .base\n  script: make\n");
    const BASE: &str = ".base:\n  image: ghcr.io/acme/base\n";

    #[test]
    fn files_that_are_posted_together_include_one_another() {
        for path in ["ci/a.yml", "a.yml"] {
            let report = read(&[OUTER, (path, BASE)]).unwrap();
            let line = format!("{path}:2  pulls  ghcr.io/acme/base  build");
            assert!(report.to_lines().contains(&line), "{:?}", report.to_lines());
            assert!(report.unread.is_empty(), "{:?}", report.unread);
        }
        assert_eq!(read(&[OUTER]).unwrap().unread.len(), 1);
    }

    #[test]
    fn a_file_that_nothing_names_has_to_be_recognized() {
        let Err(Error::Invalid(errors)) = read(&[OUTER, ("ci/b.yml", BASE)]) else { panic!() };
        assert_eq!(errors.len(), 1);
    }

    #[test]
    fn each_file_has_its_own_limit() {
        let lines = |many: usize| "FROM nginx\n".repeat(many);
        let (half, whole) = (lines(STATEMENTS_MAX / 2 + 1), lines(STATEMENTS_MAX + 1));
        let half = half.as_str();
        assert!(read(&[("a/Dockerfile", half), ("b/Dockerfile", half)]).is_ok());
        assert!(read(&[("a/Dockerfile", whole.as_str())]).is_err());
    }
}
