//! A new database for one test, and what a test does to it behind the product's back.

use super::template::{self, Template};
use regcred::store::Address;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as Connect, DatabaseConnection, DbBackend, Statement,
};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use uuid::Uuid;

/// A database that is removed when this is dropped.
pub struct Database {
    /// Where it is.
    pub address: Address,
    /// A folder of the test's own, which holds the file of the embedded database.
    pub folder: PathBuf,
    name: String,
    admin: Option<String>,
}

impl Database {
    /// An empty one: a file, or a database of the server that the tests were given.
    pub async fn new() -> Self {
        Self::begin(None).await
    }

    /// One with the schema in it.
    pub async fn migrated() -> Self {
        Self::begin(Some(template::migrated().await)).await
    }

    /// A copy of another.
    pub async fn copy_of(template: &Template) -> Self {
        Self::begin(Some(template)).await
    }

    async fn begin(template: Option<&Template>) -> Self {
        let (name, folder) = place();
        let admin = setting("REGCRED_TEST_DATABASE_URL");
        let address = match &admin {
            None => {
                let path = folder.join("regcred.db");
                if let Some(Template::File(bytes)) = template {
                    std::fs::write(&path, bytes).unwrap();
                }
                Address::File(path)
            }
            Some(url) => {
                let template = match template {
                    Some(Template::Postgres(database)) => database.name.as_str(),
                    _ => "template0",
                };
                on(url, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
                address_on(url, &name)
            }
        };
        Self { address, folder, name, admin }
    }

    /// One that is there already and stays.
    pub fn at(url: String) -> Self {
        let (name, folder) = place();
        Self { address: Address::Postgres(url), folder, name, admin: None }
    }

    /// One of that server's, which is there already and stays, for others to begin with.
    pub fn template(server: &str, name: String) -> Template {
        let (address, folder) = (address_on(server, &name), PathBuf::new());
        Template::Postgres(Box::new(Self { address, folder, name, admin: None }))
    }

    /// What is in it now, for others to begin with. Nobody may be connected to it.
    pub fn into_template(self) -> Template {
        if let Address::File(path) = &self.address {
            let log = std::fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len());
            assert_eq!(log, 0, "something of it is not in its file");
            return Template::File(std::fs::read(path).unwrap());
        }
        Template::Postgres(Box::new(self))
    }

    /// Whether it is the embedded one.
    pub fn is_embedded(&self) -> bool {
        matches!(self.address, Address::File(_))
    }

    /// A connection of the test's own.
    pub async fn connect(&self) -> DatabaseConnection {
        let url = match &self.address {
            Address::File(path) => format!("sqlite://{}?mode=rwc", path.display()),
            Address::Postgres(url) => url.clone(),
        };
        connect(&url).await
    }

    /// Runs a statement; gives the rows it changed.
    pub async fn raw(&self, sql: &str) -> u64 {
        let db = self.connect().await;
        let done = db.execute_unprepared(sql).await.unwrap();
        db.close().await.unwrap();
        done.rows_affected()
    }

    /// The one number that the query gives; it has to be a `BIGINT`, as `COUNT` is.
    pub async fn scalar_i64(&self, sql: &str) -> i64 {
        self.scalar(sql).await
    }

    /// The one text that the query gives.
    pub async fn scalar_text(&self, sql: &str) -> String {
        self.scalar(sql).await
    }

    /// The one value that the query gives, of any kind.
    pub async fn scalar<T: sea_orm::TryGetable>(&self, sql: &str) -> T {
        let db = self.connect().await;
        let backend = if self.is_embedded() { DbBackend::Sqlite } else { DbBackend::Postgres };
        let row = db.query_one_raw(Statement::from_string(backend, sql)).await.unwrap().unwrap();
        let value = row.try_get_by_index(0).unwrap();
        db.close().await.unwrap();
        value
    }

    /// An id as the database writes it in a statement.
    pub fn id(&self, id: Uuid) -> String {
        if self.is_embedded() { format!("x'{}'", id.simple()) } else { format!("'{id}'") }
    }

    /// Bytes as the database writes them in a statement.
    pub fn bytes(&self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        if self.is_embedded() { format!("x'{hex}'") } else { format!("'\\x{hex}'::bytea") }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A folder or database that stays is only untidy.
        let _ = std::fs::remove_dir_all(&self.folder);
        let Some(admin) = self.admin.take() else {
            return;
        };
        drop_later(admin, self.name.clone());
    }
}

/// A new name, and a folder of that name, closed to others, as the folder of a server is.
fn place() -> (String, PathBuf) {
    let name = format!("regcred_test_{}", Uuid::now_v7().simple());
    let folder = std::env::temp_dir().join(&name);
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).unwrap();
    (name, folder)
}

/// The address of the database of this name, on the server of another.
pub fn address_on(server: &str, name: &str) -> Address {
    let (server, _) = server.rsplit_once('/').unwrap();
    Address::Postgres(format!("{server}/{name}"))
}

/// Has the database dropped while the tests go on. Those that are left when the process ends stay.
fn drop_later(admin: String, name: String) {
    static NAMES: OnceLock<Sender<String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let (say, names) = channel();
        std::thread::spawn(move || drop_all(&admin, &names));
        say
    });
    let _ = names.send(name);
}

/// Drops the databases as their names arrive.
fn drop_all(admin: &str, names: &Receiver<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let db = runtime.block_on(connect(admin));
    for name in names {
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let _ = runtime.block_on(db.execute_unprepared(&sql));
    }
}

async fn on(url: &str, sql: &str) {
    let db = connect(url).await;
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}

/// One connection.
pub async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    Connect::connect(options).await.unwrap()
}

/// A variable of the tests.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests are told where to run by their environment"
)]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// How often a test that counts repeats: `quick`, or at full length with `REGCRED_SOAK=1`.
pub fn soak(quick: usize, full: usize) -> usize {
    if setting("REGCRED_SOAK").as_deref() == Some("1") { full } else { quick }
}
