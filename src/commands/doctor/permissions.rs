//! Who can get at the files of the embedded database.

use super::report::State;
use crate::server::config::StorageConfig;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What others may do in the data folder, and with the files in it; `local` is the generated key.
pub(super) fn look(storage: &StorageConfig, local: Option<&Path>) -> (State, String) {
    if storage.database_url.is_some() {
        return (State::Ok, "The database keeps its files itself.".to_owned());
    }
    let folder = storage.data.display();
    let Some(mode) = mode(&storage.data) else {
        return (State::Problem, format!("The data folder {folder} cannot be looked at."));
    };
    if let Some(path) = local
        && mode_of_key(path) & 0o077 != 0
    {
        let path = path.display();
        return (State::Problem, format!("Others can read the key. Run `chmod 600 {path}`."));
    }
    let names = ["regcred.db", "regcred.db-wal", "regcred.db-shm"];
    let open: Vec<&str> = names
        .into_iter()
        .filter(|name| self::mode(&storage.data.join(name)).is_some_and(|mode| mode & 0o004 != 0))
        .collect();
    if mode & 0o001 != 0 && !open.is_empty() {
        return (
            State::Problem,
            format!(
                "Everybody on this machine can read {} in {folder}. Run `chmod 700 {folder}`.",
                open.join(", ")
            ),
        );
    }
    if mode & 0o077 != 0 {
        return (
            State::Warning,
            format!("Others may enter the data folder {folder}. Run `chmod 700 {folder}`, unless they are meant to."),
        );
    }
    (State::Ok, "Only the owner can read the data folder.".to_owned())
}

fn mode(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|metadata| metadata.mode())
}

fn mode_of_key(path: &Path) -> u32 {
    mode(path).unwrap_or(0)
}
