//! An instance with 10,000 credentials, and pipelines that may have one of them.

use super::load::{Connection, serve};
use super::postgres::Fresh;
use super::server::Folder;
use regcred::crypto::kek::Kek;
use regcred::domain::actor::Member;
use regcred::domain::credential_form::CredentialForm;
use regcred::domain::pipeline::PipelineForm;
use regcred::store::{Address, CredentialChanges, Set, Store};
use regcred::vault::{FirstPerson, KeySource, SecretInput, Settings, Vault, unlock};
use std::net::SocketAddr;
use std::path::PathBuf;
use uuid::Uuid;

/// Rows in the list.
pub const CREDENTIALS: usize = 10_000;
const EMAIL: &str = "owner@example.com";
const PASSWORD: &str = "correct horse battery staple";

/// An instance on the embedded database, or on one of PostgreSQL.
pub struct Seed {
    pub vault: Vault,
    /// The owner of the project `bench`.
    pub member: Member,
    /// The file of its key-encryption key.
    pub kek: PathBuf,
    pub folder: Folder,
    /// Where it is, when it is not the embedded one. Whoever takes it keeps it.
    pub fresh: Option<Fresh>,
}

impl Seed {
    /// With 10,000 credentials on 40 hosts, whose secrets are not there: no list loads them.
    pub async fn new() -> Self {
        Self::with(CREDENTIALS).await
    }

    /// The same, with so many of them.
    pub async fn with(credentials: usize) -> Self {
        Self::on(None, credentials).await
    }

    /// The same, on the server of PostgreSQL if there is one.
    pub async fn on(server: Option<&str>, credentials: usize) -> Self {
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
            name: "Olga Owner".to_owned(),
            email: EMAIL.to_owned(),
        };
        let signed = vault.set_up(&link, first, PASSWORD).await.unwrap();
        let member = vault.member(&signed.person, &signed.project.slug).await.unwrap();
        let write = vault.store().write().await.unwrap();
        for number in 0..credentials {
            write.credentials(signed.project.id).insert(row(number)).await.unwrap();
        }
        write.commit().await.unwrap();
        Self { vault, member, kek, folder, fresh }
    }

    /// Serves it as the program does.
    pub async fn serve(&self) -> SocketAddr {
        serve(regcred::server::router(&self.vault, &[])).await
    }

    /// The cookie of the owner, signed in there.
    pub async fn cookie(&self, address: SocketAddr) -> String {
        let body = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
        let length = body.len();
        let request = format!(
            "POST /rpc/session/create HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\norigin: http://localhost\r\nsec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let mut connection = Connection::open(address).await.unwrap();
        let head = connection.ask(request.as_bytes()).await.unwrap();
        let line = head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = line.and_then(|line| line.split(';').next());
        format!("cookie: {}", cookie.expect("a session"))
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
        let editor = self.member.editor().unwrap();
        let created = self.vault.create_credential(&editor, &form, &secret).await.unwrap();
        let granter = self.vault.reauthenticate(&self.member, PASSWORD).await.unwrap();
        let mut tokens = Vec::new();
        for number in 0..pipelines {
            let form = PipelineForm {
                name: format!("pipeline {number}"),
                description: String::new(),
                token_days: "30".to_owned(),
                credentials: vec![created.id.to_string()],
                intent: "pull".to_owned(),
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

/// A credential of a team: everything that the list shows is there.
fn row(number: usize) -> CredentialChanges {
    let name = format!("team {} deploy {number:05}", number % 97);
    let host = format!("registry-{}.example.com", number % 40);
    let text = |text: &str| Set(text.to_owned());
    CredentialChanges {
        id: Set(Uuid::now_v7()),
        project_id: Set(Uuid::nil()),
        name: Set(name.clone()),
        name_key: Set(name.clone()),
        search_key: Set(format!("{name}\npushes the images of the team\n{host}\nacme-bot")),
        description: text("Pushes the images of the team"),
        host: Set(host),
        is_insecure: Set(false),
        method: text("password"),
        username: text("acme-bot"),
        access: text(if number.is_multiple_of(3) { "pull_push" } else { "pull" }),
        email: text(""),
        paths: text("[\"acme\"]"),
        owner: text("Olga Owner"),
        environment: text("production"),
        labels: text("[]"),
        expires_on: Set(number.is_multiple_of(2).then(|| "2030-01-31".to_owned())),
        review_on: Set(None),
        rotate_every_days: Set(None),
        renew_on: Set(None),
        is_protected: Set(false),
        token_service: Set(None),
        key_file: Set(None),
        secret_version: Set(1),
        secret_set_at: Set(0),
        secret_set_by: text("Olga Owner"),
        disabled_at: Set(None),
        unreadable_at: Set(None),
        revision: Set(1),
        created_at: Set(0),
        created_by: text("Olga Owner"),
        updated_at: Set(i64::try_from(number).unwrap_or_default()),
        updated_by: text("Olga Owner"),
    }
}
