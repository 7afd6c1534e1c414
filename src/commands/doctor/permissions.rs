//! Who can read the files of the embedded database. A key that others can read is refused at start.

use super::report::State;
use crate::opening::config::StorageConfig;
use crate::opening::exposure::open_folder;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const ENTERED_BY_ALL: u32 = 0o001;
const READ_BY_ALL: u32 = 0o004;

/// What others may do in the data folder, and with the files in it.
pub(super) fn look(storage: &StorageConfig) -> (State, String) {
    if storage.database_url.is_some() {
        return (State::Ok, "The files belong to the database server.".to_owned());
    }
    let folder = storage.data.display();
    let Some(mode) = mode_of(&storage.data) else {
        return (State::Problem, format!("The data folder {folder} cannot be read."));
    };
    let is_open =
        |name: &&str| mode_of(&storage.data.join(name)).is_some_and(|mode| mode & READ_BY_ALL != 0);
    let names = ["regcred.db", "regcred.db-wal", "regcred.db-shm"];
    let open: Vec<&str> = names.into_iter().filter(is_open).collect();
    if mode & ENTERED_BY_ALL != 0 && !open.is_empty() {
        let open = open.join(", ");
        let text = format!(
            "Every user of this machine can read {open} in {folder}. Run `chmod 700 {folder}`."
        );
        return (State::Problem, text);
    }
    if let Some(text) = open_folder(&storage.data) {
        return (State::Warning, text);
    }
    (State::Ok, "Only its owner can access the data folder.".to_owned())
}

fn mode_of(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|metadata| metadata.mode())
}
