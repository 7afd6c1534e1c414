//! A whole instance for one test: its database, its keys, its router, and the people at it.

use super::acme::Acme;
pub use super::browser::{Browser, Reply, SITE};
use super::database::Database;
pub use super::database::soak;
pub use super::forms::{auths, credential_form, pipeline_form, token_in};
use super::plans::Watch;
use super::template::Template;
use axum::Router;
use regcred::crypto::kek::Kek;
use regcred::domain::actor::Member;
use regcred::domain::credential::Credential;
use regcred::domain::listing::ListQuery;
use regcred::domain::permission::of;
use regcred::domain::project::Project;
use regcred::domain::user::{Person, Role};
use regcred::store::{Address, NewPerson, Store, Unrecorded};
use regcred::vault::{KeySource, Settings, Vault, unlock};
use std::sync::OnceLock;
use uuid::Uuid;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";
/// Who set the instance up.
pub const OWNER: &str = "owner@example.com";

/// An instance.
pub struct App {
    pub router: Router,
    pub vault: Vault,
    pub address: Address,
    /// The owner of the project `acme`, signed in; nobody before the set-up.
    pub owner: Browser,
    pub database: Database,
    kek: String,
    /// What it asks the database is held against the list of what may be asked.
    pub watch: Watch,
}

impl App {
    /// An instance that was set up through its own set-up page: all of a process are copies of one.
    pub async fn new() -> Self {
        let acme = Acme::get().await;
        let database = Database::copy_of(&acme.template).await;
        let mut app = Self::on(database, SITE, Kek::parse(acme.kek.as_bytes()).unwrap()).await;
        app.owner.cookie.clone_from(&acme.cookie);
        app.owner.person = acme.owner;
        app
    }

    /// One that has nothing in common with the others: neither keys nor ids.
    pub async fn another() -> Self {
        let mut app = Self::not_set_up().await;
        let link = app.vault.new_setup_link().await.unwrap().unwrap();
        let form = [
            ("link", link.as_str()),
            ("project_name", "Acme"),
            ("name", "Olga Owner"),
            ("email", OWNER),
            ("password", PASSWORD),
        ];
        let reply = app.owner.post_form("/rpc/setup/create", &form).await;
        assert_eq!(reply.location(), "/p/acme/credentials", "{}", reply.text());
        app.owner.cookie = reply.cookie();
        app.owner.person = Some(app.person_id(OWNER).await);
        app
    }

    /// An instance that nobody has set up.
    pub async fn not_set_up() -> Self {
        Self::at(SITE).await
    }

    /// The same, with that public address.
    pub async fn at(site: &str) -> Self {
        Self::on(Database::migrated().await, site, Kek::generate().unwrap()).await
    }

    /// One on a database that is there, with its key-encryption key.
    pub async fn on(database: Database, site: &str, kek: Kek) -> Self {
        let address = database.address.clone();
        let store = Store::connect(&address).await.unwrap();
        let watch = Watch::default();
        let store = watch.over(store);
        let text = kek.to_text().as_str().to_owned();
        let source = KeySource { current: Some(kek), previous: None };
        let keys = unlock(&store, source).await.unwrap();
        let settings = Settings { address: site.to_owned(), ..Settings::default() };
        let vault = Vault::new(store, keys, settings);
        let router = regcred::server::router(&vault, &[]);
        let owner = Browser::at(&router, site);
        Self { router, vault, address, owner, database, kek: text, watch }
    }

    /// What it holds, for others to begin with, and the key-encryption key of that.
    pub async fn into_template(self) -> (Template, String) {
        self.vault.store().clone().close().await.unwrap();
        (self.database.into_template(), self.kek)
    }

    /// The key-encryption key, as its operator gives it.
    pub fn key_source(&self) -> KeySource {
        let current = Kek::parse(self.kek.as_bytes()).unwrap();
        KeySource { current: Some(current), previous: None }
    }

    /// A browser at another server on the same database.
    pub async fn another_server(&self) -> Browser {
        Browser::new(&self.server_at(SITE).await)
    }

    /// Another server on the same database, with that public address.
    pub async fn server_at(&self, site: &str) -> Router {
        let store = Store::connect(&self.address).await.unwrap();
        let keys = unlock(&store, self.key_source()).await.unwrap();
        let settings = Settings { address: site.to_owned(), ..Settings::default() };
        regcred::server::router(&Vault::new(store, keys, settings), &[])
    }

    /// A browser that nobody is signed in with.
    pub fn nobody(&self) -> Browser {
        Browser::at(&self.router, &self.vault.settings().address)
    }

    /// Another person with that role in the project, signed in.
    pub async fn member(&self, role: Role, project: &str) -> Browser {
        self.new_member_of(project, role.word(), role).await
    }

    /// Another person of that name with that role in the project `acme`, signed in.
    pub async fn new_member(&self, name: &str, role: Role) -> Browser {
        self.new_member_of("acme", name, role).await
    }

    async fn new_member_of(&self, project: &str, name: &str, role: Role) -> Browser {
        let project = self.evidence(&self.owner, project).await.project().id;
        let person = self.new_person(name).await;
        let write = self.vault.store().write().await.unwrap();
        write.projects().admit(project, person.id, role, 0).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
        self.sign_in(&person.email).await
    }

    /// Another project with an owner of its own, signed in.
    pub async fn project(&self, slug: &str) -> Browser {
        let person = self.new_person(&format!("{slug}-owner")).await;
        let project = Project { id: Uuid::now_v7(), slug: slug.to_owned(), name: slug.to_owned() };
        let write = self.vault.store().write().await.unwrap();
        write.chain().begin(project.id).await.unwrap();
        write.projects().insert(&project, 0).await.unwrap();
        write.projects().admit(project.id, person.id, Role::Owner, 0).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
        self.sign_in(&person.email).await
    }

    /// A person without a project, with everybody's password.
    pub async fn new_person(&self, name: &str) -> Person {
        // One hash for all: it takes long.
        static HASH: OnceLock<String> = OnceLock::new();
        let hash = HASH.get_or_init(|| regcred::crypto::password::hash(PASSWORD).unwrap());
        let id = Uuid::now_v7();
        let email = format!("{name}-{}@example.com", id.simple());
        let person = Person { id, email: email.clone(), name: name.to_owned(), is_admin: false };
        let new = NewPerson {
            person: person.clone(),
            email_key: email,
            password_hash: hash.clone(),
            created_at: 0,
        };
        let write = self.vault.store().write().await.unwrap();
        write.people().insert(new).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
        person
    }

    /// Signs the person with this address in.
    pub async fn sign_in(&self, email: &str) -> Browser {
        let mut browser = self.nobody();
        let form = [("email", email), ("password", PASSWORD)];
        let reply = browser.post_form("/rpc/session/create", &form).await;
        assert_eq!(reply.location(), "/", "{}", reply.text());
        browser.cookie = reply.cookie();
        browser.person = Some(self.person_id(email).await);
        browser
    }

    async fn person_id(&self, email: &str) -> Uuid {
        self.vault.store().people().find_by_email(email).await.unwrap().unwrap().person.id
    }

    /// The browser's person as a member of the project: the evidence that the vault asks for.
    pub async fn evidence(&self, browser: &Browser, project: &str) -> Member {
        let person = self.vault.person(browser.person.unwrap()).await.unwrap();
        self.vault.member(&person, project).await.unwrap()
    }

    /// Creates a credential of user name and password through the dialog's post; gives its id.
    pub async fn credential(
        &self,
        by: &Browser,
        project: &str,
        name: &str,
        host: &str,
        secret: &str,
    ) -> Uuid {
        self.credential_with(by, project, name, host, secret, &[]).await
    }

    /// The same, with more fields, or other values for them.
    pub async fn credential_with(
        &self,
        by: &Browser,
        project: &str,
        name: &str,
        host: &str,
        secret: &str,
        more: &[(&str, &str)],
    ) -> Uuid {
        let form = credential_form(project, name, host, secret, more);
        let reply = by.post_multipart("/rpc/credentials/create", &form, None).await;
        assert!(reply.location().contains("?said="), "{} {}", reply.location(), reply.text());
        self.find_credential(by, project, name).await
    }

    /// The id of the credential with this name.
    pub async fn find_credential(&self, by: &Browser, project: &str, name: &str) -> Uuid {
        let reader = self.evidence(by, project).await.can::<of::RegistryRead>().unwrap();
        let query = ListQuery { search: name.to_owned(), ..ListQuery::default() };
        let listed = self.vault.list_credentials(&reader, &query).await.unwrap();
        listed.rows.into_iter().find(|row| row.name == name).unwrap().id
    }

    /// The credential as it is stored now.
    pub async fn stored(&self, project: &str, id: Uuid) -> Credential {
        let reader = self.evidence(&self.owner, project).await.can::<of::RegistryRead>().unwrap();
        self.vault.credential_head(&reader, id).await.unwrap().credential
    }

    /// Creates a pipeline through the dialog's post and reads its token off the page; `intent` is
    /// `pull` or `pull_push`.
    pub async fn pipeline(
        &self,
        by: &Browser,
        project: &str,
        name: &str,
        credentials: &[Uuid],
        intent: &str,
    ) -> (Uuid, String) {
        let ids: Vec<String> = credentials.iter().map(Uuid::to_string).collect();
        let mut form = pipeline_form(project, name, intent, PASSWORD);
        form.extend(ids.iter().map(|id| ("form[credentials][]", id.as_str())));
        let reply = by.post_form("/rpc/pipelines/create", &form).await;
        let location = reply.location();
        assert!(location.contains("?once="), "{location} {}", reply.text());
        let path = location.split('?').next().unwrap();
        let id = Uuid::parse_str(path.rsplit('/').next().unwrap()).unwrap();
        let token = token_in(&by.follow(reply).await.text());
        (id, token.expect("the page shows the token"))
    }

    /// Fetches the docker configuration as a pipeline does; an empty token sends none.
    pub async fn docker_config(&self, token: &str, query: &str, headers: &[(&str, &str)]) -> Reply {
        self.nobody().docker_config(token, query, headers).await
    }

    /// Runs a statement on the database as if the product had: what it changes counts as written by
    /// it. Gives the rows it changed.
    pub async fn raw(&self, sql: &str) -> u64 {
        let changed = self.tamper(sql).await;
        let mut words = sql.split_whitespace().filter(|word| *word != "INTO");
        if let (Some("UPDATE" | "INSERT"), Some(table)) = (words.next(), words.next())
            && table != "chain_head"
        {
            self.adopt(table).await;
        }
        changed
    }

    /// The same, once the receipts of the project `acme` are all counted.
    pub async fn counted_i64(&self, sql: &str) -> i64 {
        let store = self.vault.store();
        let project = store.projects().find("acme").await.unwrap().unwrap().id;
        store.count_receipts(project).await.unwrap();
        self.scalar_i64(sql).await
    }

    /// The one number that the query gives; it has to be a `BIGINT`, as `COUNT` is.
    pub async fn scalar_i64(&self, sql: &str) -> i64 {
        self.database.scalar_i64(sql).await
    }
}
