//! What a scan has looked at: a file that it would have found there and did not is gone.

use super::{system, walk};
use std::path::Path;

const ALL: &str = ".";

/// The path as the names of the files in it begin.
pub(super) fn name(path: &Path) -> String {
    let shown = path.display().to_string();
    let name = shown.strip_prefix("./").unwrap_or(&shown).trim_end_matches('/');
    match name {
        // The root of a disk keeps its slash: it is no folder of a repository.
        "" if shown.starts_with('/') => "/".to_owned(),
        "" => ALL.to_owned(),
        name => name.to_owned(),
    }
}

/// Whether a scan of the path would find the file, if it is there. Some files are only found by who names them: another
/// scan may do so.
pub fn covers(path: &str, file: &str) -> bool {
    let below = if path == ALL {
        Some(file)
    } else {
        file.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'))
    };
    path == file || below.is_some_and(|below| walk::enters(below) && system::may_be_one(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_covers_what_a_scan_of_it_finds() {
        for (path, file, is_covered) in [
            (".", "Dockerfile", true),
            (".", "ci/build/Dockerfile", true),
            ("ci", "ci/build/Dockerfile", true),
            ("ci", "ci.yml", false),
            ("ci", "cid/Dockerfile", false),
            ("ci/Dockerfile", "ci/Dockerfile", true),
            ("ci/Dockerfile", "ci/Dockerfile.dev", false),
            (".", "vendor/x/Dockerfile", false),
            ("vendor", "vendor/x/Dockerfile", true),
            (".", "build/no-name", false),
            ("build/no-name", "build/no-name", true),
        ] {
            assert_eq!(covers(path, file), is_covered, "{path} {file}");
        }
    }

    #[test]
    fn a_path_is_named_as_the_files_in_it() {
        for (path, expected) in [
            (".", "."),
            ("./", "."),
            ("./ci/", "ci"),
            ("ci", "ci"),
            ("/", "/"),
            ("/builds/acme", "/builds/acme"),
            ("../ci", "../ci"),
        ] {
            assert_eq!(name(Path::new(path)), expected);
        }
    }
}
