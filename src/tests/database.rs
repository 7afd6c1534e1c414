//! A new database for one test, and what a test does to it behind the product's back.

use regcred::store::Address;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as Connect, DatabaseConnection, DbBackend, Statement,
};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
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
        let name = format!("regcred_test_{}", Uuid::now_v7().simple());
        let folder = std::env::temp_dir().join(&name);
        // Closed to others, as the folder of a server is.
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).unwrap();
        let admin = setting("REGCRED_TEST_DATABASE_URL");
        let address = match &admin {
            None => Address::File(folder.join("regcred.db")),
            Some(url) => {
                on(url, &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
                let (server, _) = url.rsplit_once('/').unwrap();
                Address::Postgres(format!("{server}/{name}"))
            }
        };
        Self { address, folder, name, admin }
    }

    /// One that is there already and stays.
    pub fn at(url: String) -> Self {
        let name = format!("regcred_test_{}", Uuid::now_v7().simple());
        let folder = std::env::temp_dir().join(&name);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).unwrap();
        Self { address: Address::Postgres(url), folder, name, admin: None }
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
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A runtime cannot wait inside another, hence the thread.
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(on(&admin, &sql));
        });
        let _ = dropping.join();
    }
}

async fn on(url: &str, sql: &str) {
    let db = connect(url).await;
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}

async fn connect(url: &str) -> DatabaseConnection {
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
