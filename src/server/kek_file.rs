//! Where the key-encryption key comes from (security 3.5): a file that was given, or for the
//! embedded database the file that the first run makes beside it.

use super::config::Config;
use crate::crypto::kek::{Kek, KekProblem};
use crate::vault::KeySource;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileProblem {
    /// It is not there, or may not be read.
    #[error("The key file {path} cannot be read: {cause}.")]
    Unreadable {
        /// Which.
        path: String,
        /// The system's word.
        cause: io::Error,
    },
    /// Others may read it.
    #[error("The key file {path} can be read by others. Run `chmod 600 {path}`.")]
    Open {
        /// Which.
        path: String,
    },
    /// It holds no key.
    #[error("The key file {path} does not hold a key: {cause}")]
    NotAKey {
        /// Which.
        path: String,
        /// What is wrong.
        cause: KekProblem,
    },
    /// The first run could not make it.
    #[error("The first key could not be written to {path}: {cause}.")]
    NotWritten {
        /// Where.
        path: String,
        /// The system's word.
        cause: io::Error,
    },
    /// No random bytes.
    #[error("The system gave no random bytes for the first key.")]
    Random,
}

/// The keys, and where the local one lies when it was generated here.
#[derive(Debug)]
pub struct FoundKeys {
    /// What unlocks the keyring.
    pub source: KeySource,
    /// The generated file, if that is what is used.
    pub local: Option<PathBuf>,
    /// Whether it was made just now.
    pub is_new: bool,
}

/// Finds the keys. With no file given, the embedded database uses the file in `<data>/kek` whose id
/// the database `expected`; a new database gets a new one.
pub fn find(config: &Config, expected: &BTreeSet<String>) -> Result<FoundKeys, KeyFileProblem> {
    let read_option = |path: &Option<PathBuf>| path.as_deref().map(read).transpose();
    let mut source = KeySource {
        current: read_option(&config.kek_file)?,
        previous: read_option(&config.kek_previous_file)?,
    };
    let mut found = FoundKeys { source: KeySource::default(), local: None, is_new: false };
    if source.current.is_none() && config.database_url.is_none() {
        let folder = config.data.join("kek");
        let local = match existing(&folder, expected) {
            Some(path) => Some(path),
            None if expected.is_empty() => {
                found.is_new = true;
                Some(generate(&folder)?)
            }
            None => None,
        };
        if let Some(path) = &local {
            source.current = Some(read(path)?);
        }
        found.local = local;
    }
    found.source = source;
    Ok(found)
}

fn read(path: &Path) -> Result<Kek, KeyFileProblem> {
    let name = path.display().to_string();
    let unreadable = |cause| KeyFileProblem::Unreadable { path: name.clone(), cause };
    let mode = fs::metadata(path).map_err(unreadable)?.mode();
    if mode & 0o077 != 0 {
        return Err(KeyFileProblem::Open { path: name });
    }
    let bytes = Zeroizing::new(fs::read(path).map_err(unreadable)?);
    Kek::parse(&bytes).map_err(|cause| KeyFileProblem::NotAKey { path: name, cause })
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
fn generate(folder: &Path) -> Result<PathBuf, KeyFileProblem> {
    let kek = Kek::generate().map_err(|_| KeyFileProblem::Random)?;
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
    written()
        .map_err(|cause| KeyFileProblem::NotWritten { path: path.display().to_string(), cause })?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_first_runs_share_no_key() {
        let make = || {
            let folder = std::env::temp_dir().join(format!("regcred-kek-{}", uuid::Uuid::now_v7()));
            let path = generate(&folder).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
            let text = fs::read(&path).unwrap();
            assert!(read(&path).is_ok());
            fs::remove_dir_all(&folder).unwrap();
            text
        };
        let (one, other) = (make(), make());
        assert!(!one.windows(8).any(|window| other.windows(8).any(|w| w == window)));
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let path = std::env::temp_dir().join(format!("regcred-open-{}", uuid::Uuid::now_v7()));
        fs::write(&path, [7; 32]).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        assert!(matches!(read(&path), Err(KeyFileProblem::Open { .. })));
        fs::remove_file(&path).unwrap();
    }
}
