//! An instance with pipelines that may have one credential: for what does not depend on how much
//! there is.

use super::postgres::Fresh;
use super::server::Folder;
use regcred::crypto::kek::Kek;
use regcred::domain::actor::Member;
use regcred::domain::credential_form::CredentialForm;
use regcred::domain::permission::of;
use regcred::domain::pipeline::PipelineForm;
use regcred::store::{Address, Store};
use regcred::vault::{FirstPerson, KeySource, SecretInput, Settings, Vault, unlock};
use std::path::PathBuf;

const EMAIL: &str = "owner@example.com";
/// Who that is.
pub const OWNER: &str = "Olga Owner";
/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// An instance on the embedded database, or on one of PostgreSQL.
pub struct Seed {
    pub vault: Vault,
    /// The owner of the project `bench`.
    pub member: Member,
    /// The file of its key-encryption key.
    pub kek: PathBuf,
    pub folder: Folder,
    /// Where it is, when it is not the embedded one. The caller that takes it keeps it.
    pub fresh: Option<Fresh>,
}

impl Seed {
    /// An empty one, on the server of PostgreSQL if there is one.
    pub async fn on(server: Option<&str>) -> Self {
        let folder = Folder::new();
        let kek = folder.0.join("key");
        let current = Kek::generate().unwrap();
        write_private(&kek, current.to_text().as_bytes());
        let fresh = match server {
            Some(server) => Some(Fresh::new(server).await),
            None => None,
        };
        let address = match &fresh {
            Some(fresh) => Address::Postgres(fresh.url.clone()),
            None => Address::File(folder.0.join("regcred.db")),
        };
        let store = Store::connect(&address).await.unwrap();
        store.migrate(&address).await.unwrap();
        let source = KeySource { current: Some(current), previous: None };
        let keyring = unlock(&store, source).await.unwrap();
        let settings = Settings { address: "http://localhost".to_owned(), ..Settings::default() };
        let vault = Vault::new(store, keyring, settings);
        let link = vault.new_setup_link().await.unwrap().unwrap();
        let first = FirstPerson {
            project_name: "Bench".to_owned(),
            name: OWNER.to_owned(),
            email: EMAIL.to_owned(),
        };
        let signed = vault.set_up(&link, first, PASSWORD).await.unwrap();
        let member = vault.member(&signed.person, &signed.project.slug).await.unwrap();
        Self { vault, member, kek, folder, fresh }
    }

    /// Tokens of new pipelines that may all pull with one new credential.
    pub async fn tokens(&self, pipelines: usize) -> Vec<String> {
        let form = CredentialForm {
            name: "delivered".to_owned(),
            registry_url: "registry.example.com".to_owned(),
            method: "password".to_owned(),
            username: "acme-bot".to_owned(),
            access: "pull".to_owned(),
            ..CredentialForm::default()
        };
        let secret =
            SecretInput { password: "hunter2-hunter2-hunter2".into(), ..SecretInput::default() };
        let editor = self.member.can::<of::RegistryWrite>().unwrap();
        let created = self.vault.create_credential(&editor, &form, &secret).await.unwrap();
        let granter = self.vault.reauthenticate(&self.member, PASSWORD).await.unwrap();
        let mut tokens = Vec::new();
        for number in 0..pipelines {
            let form = PipelineForm {
                name: format!("pipeline {number}"),
                token_days: "30".to_owned(),
                credentials: vec![created.id.to_string()],
                intent: "pull".to_owned(),
                ..PipelineForm::default()
            };
            let (_, token) = self.vault.create_pipeline(&granter, &form).await.unwrap();
            tokens.push(token.as_str().to_owned());
        }
        tokens
    }

    /// Lets go of the database, for the program to be started on it.
    pub async fn close(self) -> (Folder, PathBuf) {
        self.vault.store().clone().close().await.unwrap();
        (self.folder, self.kek)
    }
}

fn write_private(path: &std::path::Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, bytes).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
