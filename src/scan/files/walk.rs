//! The files of a folder: not without end, and no link is followed.

use crate::found::{Report, Unread};
use std::fs;
use std::path::{Path, PathBuf};

const MOST_FILES: usize = 50_000;

const DEEPEST: usize = 32;

/// Folders of others' files.
const SKIPPED: [&str; 4] = [".git", "node_modules", "target", "vendor"];

/// Every file in the folder, always in the same order. Folders that cannot be listed are part of the report.
pub(super) fn files(folder: &Path, report: &mut Report) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            say(&folder, "The folder cannot be listed.", report);
            continue;
        };
        let mut paths: Vec<PathBuf> =
            entries.filter_map(Result::ok).map(|one| one.path()).collect();
        paths.sort();
        for path in paths {
            let Ok(kind) = fs::symlink_metadata(&path).map(|found| found.file_type()) else {
                say(&path, "It cannot be looked at.", report);
                continue;
            };
            if kind.is_dir() {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                if SKIPPED.contains(&name) {
                    continue;
                }
                if depth == DEEPEST {
                    say(&path, "Folders are read 32 levels deep. This one was not read.", report);
                    continue;
                }
                folders.push((path, depth + 1));
            } else if kind.is_file() {
                found.push(path);
            }
            if found.len() > MOST_FILES {
                found.truncate(MOST_FILES);
                let reason = "The folder has more than 50000 files. The rest was not read.";
                say(&folder, reason, report);
                return found;
            }
        }
    }
    found
}

/// Whether a file that is there would be among those of the folder that holds it, by its path from that folder.
pub(super) fn enters(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    parts.next();
    parts.all(|folder| !SKIPPED.contains(&folder))
}

fn say(path: &Path, reason: &str, report: &mut Report) {
    let file = path.display().to_string();
    report.unread.push(Unread { file, line: None, reason: reason.to_owned() });
}
