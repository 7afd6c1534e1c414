//! A database with its key, for the real program to be started on.

use super::server::command;
use crate::database::Database;
use regcred::crypto::kek::Kek;
use regcred::store::{Address, Store};
use regcred::vault::{KeySource, Settings, Vault, unlock};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A database with its key, for the real program to be started on.
pub struct Instance {
    pub database: Database,
    /// What the server logs.
    pub log: PathBuf,
    kek: PathBuf,
}

impl Instance {
    /// An empty one.
    pub async fn new() -> Self {
        let database = Database::new().await;
        let kek = database.folder.join("key");
        key_file(&kek, &Kek::generate().unwrap(), 0o600);
        Self { log: database.folder.join("log"), kek, database }
    }

    /// What starts it.
    pub fn command(&self) -> Command {
        let mut command = command(&self.database.folder);
        command.env("REGCRED_KEK_FILE", &self.kek);
        if let Some(url) = self.url() {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// Where it is, when it is not the embedded one.
    pub fn url(&self) -> Option<&str> {
        match &self.database.address {
            Address::Postgres(url) => Some(url),
            Address::File(_) => None,
        }
    }

    /// The vault over it, in this process.
    pub async fn vault(&self) -> Vault {
        let store = Store::connect(&self.database.address).await.unwrap();
        let current = Kek::parse(&fs::read(&self.kek).unwrap()).unwrap();
        let source = KeySource { current: Some(current), previous: None };
        let keyring = unlock(&store, &source).await.unwrap();
        let settings = Settings { address: String::new(), has_local_key: false };
        Vault::new(store, keyring, settings)
    }
}

/// Writes the key where the program may read it.
pub fn key_file(path: &Path, kek: &Kek, mode: u32) {
    fs::write(path, kek.to_text().as_bytes()).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
