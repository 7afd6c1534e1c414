//! Which files are read, and as what.

mod content;
mod covered;
mod system;
#[cfg(test)]
mod tests;
mod walk;
mod whole;

use crate::found::{FileRead, Findings, Report};
use crate::source::{self, Source, Tree};
use crate::systems::reader;
use ring::digest::{SHA256, digest};
use std::fmt::Write;
use std::path::{Path, PathBuf};

pub use covered::covers;
pub use system::System;

const NOT_READ: &str =
    "This kind of file is not read. Name a pipeline file, a manifest or a Dockerfile.";

/// Reads the files, and in folders every file that is recognized. What cannot be read is part of the report.
pub fn scan(paths: &[PathBuf]) -> Report {
    let mut report = Report::default();
    for path in paths {
        if path.is_dir() {
            let tree = Tree::around(path);
            let is_whole = scan_folder(path, &tree, &mut report);
            report.covers.extend(is_whole.then(|| covered::name(path)));
        } else {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let tree = Tree::around(folder.unwrap_or(Path::new(".")));
            scan_file(path, &tree, true, &mut report);
            // Where nothing is, there is nothing below either.
            let is_told = path.is_file() || matches!(path.try_exists(), Ok(false));
            report.covers.extend(is_told.then(|| covered::name(path)));
        }
    }
    report.sort();
    report
}

/// Reads every recognized file of a folder that is a repository of its own, whatever is around it.
pub fn scan_repository(root: &Path) -> Report {
    let mut report = Report::default();
    let tree = Tree::at(root);
    scan_folder(root, &tree, &mut report);
    report.sort();
    report
}

/// Gives whether every file of the folder was seen.
fn scan_folder(folder: &Path, tree: &Tree, report: &mut Report) -> bool {
    let before = report.unread.len();
    let files = walk::files(folder, report);
    let is_whole = report.unread.len() == before;
    let one = |file: &PathBuf| {
        let mut one = Report::default();
        scan_file(file, tree, false, &mut one);
        one
    };
    whole::join(files.iter().map(one).collect(), report);
    is_whole
}

/// Reads a text that is no file here. `name` says what it is, as a file's name would.
pub fn scan_text(name: &str, text: &str) -> Report {
    scan_posted(&Tree::none(), name, text)
}

/// Reads one of the files of [`Tree::posted`], by its path.
pub fn scan_posted(tree: &Tree, path: &str, text: &str) -> Report {
    let mut report = Report::default();
    tree.begin();
    read(Source::new(path, path, text.to_owned(), tree), true, &mut report);
    report.sort();
    report
}

/// One report of those of single files. What a file says as a part of another one, it does not say alone.
pub fn joined(reports: Vec<Report>) -> Report {
    let mut report = Report::default();
    whole::join(reports, &mut report);
    report.sort();
    report
}

fn scan_file(path: &Path, tree: &Tree, is_named: bool, report: &mut Report) {
    let shown = path.display().to_string();
    let name = shown.strip_prefix("./").unwrap_or(&shown);
    // In a folder, what nobody would read is not opened.
    if !is_named && !system::may_be_one(name) {
        return;
    }
    match source::read(path) {
        Ok(text) => {
            let inside = tree.path_of(path).unwrap_or_else(|| name.to_owned());
            tree.begin();
            read(Source::new(name, &inside, text, tree), is_named, report);
        }
        // A file of a folder that is no text is not one of ours, unless its name says so.
        Err(_) if !is_named && System::by_name(name).is_none() => {}
        Err(reason) => unread(name, reason, report),
    }
}

fn read(mut source: Source<'_>, is_named: bool, report: &mut Report) {
    let system = System::of(source.path(), &source.text);
    let Some((system, reader)) = system.and_then(|system| Some((system, reader(system)?))) else {
        if is_named {
            unread(&source.name, NOT_READ, report);
        }
        return;
    };
    let sha256 = hash(&source.text);
    let mut found = Findings::new(reader.origin);
    (reader.read)(&mut source, &mut found);
    let read = found.into_report();
    report.files.push(FileRead { file: source.name, system, sha256 });
    report.found.extend(read.found);
    report.passwords.extend(read.passwords);
    report.notes.extend(read.notes);
    report.unread.extend(read.unread);
    report.parts.extend(read.parts);
}

fn unread(file: &str, reason: &str, report: &mut Report) {
    let reason = reason.to_owned();
    report.unread.push(crate::found::Unread { file: file.to_owned(), line: None, reason });
}

/// The SHA-256 of the text, in hex.
pub(crate) fn hash(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
