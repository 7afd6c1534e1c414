//! The key that the first run makes for itself, for the embedded database only: of several servers
//! on one shared database each would make another.

use super::problem::KekFault;
use crate::crypto::kek::Kek;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file for one of the expected keys, and whether it was made just now: only a new database,
/// which expects none, gets one.
pub(super) fn find_or_generate(
    folder: &Path,
    expected: &BTreeSet<String>,
) -> Result<(Option<PathBuf>, bool), KekFault> {
    match existing(folder, expected) {
        None if expected.is_empty() => Ok((Some(generate(folder)?), true)),
        found => Ok((found, false)),
    }
}

/// The generated file for one of the expected ids; for a new database one that a first run left
/// before it could make the keyring.
fn existing(folder: &Path, expected: &BTreeSet<String>) -> Option<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.into_iter().find(|path| {
        let id = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_prefix("kek-").and_then(|name| name.strip_suffix(".key")));
        id.is_some_and(|id| expected.is_empty() || expected.contains(id))
    })
}

/// Durable before any row is encrypted under it: the file and its folder are flushed.
fn generate(folder: &Path) -> Result<PathBuf, KekFault> {
    let kek = Kek::generate().map_err(|_| KekFault::Random)?;
    let path = folder.join(format!("kek-{}.key", kek.id()));
    let written = || -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        // Under another name until it is whole: a crash leaves no half of a key behind.
        let draft = folder.join(format!("new-{}", kek.id()));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(kek.to_text().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        File::open(folder)?.sync_all()
    };
    written().map_err(|cause| KekFault::NotWritten { path: path.display().to_string(), cause })?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::super::file::{Keeper, read};
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn two_first_runs_share_no_key() {
        let make = || {
            let folder = std::env::temp_dir().join(format!("regcred-kek-{}", uuid::Uuid::now_v7()));
            let path = generate(&folder).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
            let text = fs::read(&path).unwrap();
            assert!(read(&path, Keeper::Operator).is_ok());
            fs::remove_dir_all(&folder).unwrap();
            text
        };
        let (one, other) = (make(), make());
        assert!(!one.windows(8).any(|window| other.windows(8).any(|w| w == window)));
    }
}
