//! A database with its key, for the real program to be started on.

use super::server::{command, program};
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
        Self::on(Database::new().await)
    }

    /// One on this database.
    pub fn on(database: Database) -> Self {
        let kek = database.folder.join("key");
        key_file(&kek, &Kek::generate().unwrap(), 0o600);
        Self { log: database.folder.join("log"), kek, database }
    }

    /// What starts it.
    pub fn command(&self) -> Command {
        self.with_settings(command(&self.database.folder))
    }

    /// Another command of the program, on this database.
    pub fn command_of(&self, program: PathBuf, what: &str) -> Command {
        let mut command = Command::new(program);
        command.arg(what).env_clear().env("REGCRED_DATA", &self.database.folder);
        self.with_settings(command)
    }

    fn with_settings(&self, mut command: Command) -> Command {
        command.env("REGCRED_KEK_FILE", &self.kek);
        if let Some(url) = self.url() {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// The file of the key-encryption key.
    pub fn kek(&self) -> &Path {
        &self.kek
    }

    /// Where a test may put the one before.
    pub fn previous_kek(&self) -> PathBuf {
        self.database.folder.join("previous-key")
    }

    /// Where it is, when it is not the embedded one.
    pub fn url(&self) -> Option<&str> {
        match &self.database.address {
            Address::Postgres(url) => Some(url),
            Address::File(_) => None,
        }
    }

    /// What `regcred keys list` says; null while it can say nothing.
    pub fn keys(&self) -> serde_json::Value {
        let said = self.command_of(program(), "keys").args(["list", "--json"]).output().unwrap();
        serde_json::from_slice(&said.stdout).unwrap_or_default()
    }

    /// The vault over it, in this process.
    pub async fn vault(&self) -> Vault {
        self.vault_with(Settings::default()).await
    }

    /// The same with other settings.
    pub async fn vault_with(&self, settings: Settings) -> Vault {
        let store = Store::connect(&self.database.address).await.unwrap();
        let current = Kek::parse(&fs::read(&self.kek).unwrap()).unwrap();
        let source = KeySource { current: Some(current), previous: None };
        let keyring = unlock(&store, source).await.unwrap();
        Vault::new(store, keyring, settings)
    }
}

/// Writes the key where the program may read it.
pub fn key_file(path: &Path, kek: &Kek, mode: u32) {
    fs::write(path, kek.to_text().as_bytes()).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
