//! What the databases of the tests are copied from. The schema is made once for each process, or on
//! `PostgreSQL` once for each server, and not anew for each test.

use super::database::{Database, address_on, connect, setting};
use regcred::crypto::digest::sha256;
use regcred::store::{Address, Store};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use std::path::{Path, PathBuf};
use tokio::sync::OnceCell;

/// A database as it was left, for others to begin with.
pub enum Template {
    /// What was in the file of an embedded one.
    File(Vec<u8>),
    /// One of the server's, to which nobody is connected.
    Postgres(Box<Database>),
}

/// Any number that all processes of the tests agree on: the advisory lock round the making.
const LOCK: i64 = 0x7265_6763_7465_7374;

/// One with all tables and no row.
pub async fn migrated() -> &'static Template {
    static MIGRATED: OnceCell<Template> = OnceCell::const_new();
    MIGRATED
        .get_or_init(|| async {
            if let Some(server) = setting("REGCRED_TEST_DATABASE_URL") {
                return migrated_on(&server).await;
            }
            let database = Database::new().await;
            migrate(&database.address).await;
            database.into_template()
        })
        .await
}

/// That of the server: made by the first process that asks, under a name that says of which steps.
async fn migrated_on(server: &str) -> Template {
    let name = format!("regcred_template_{}", steps());
    // One connection, which has the lock until it is closed.
    let db = connect(server).await;
    execute(&db, &format!("SELECT pg_advisory_lock({LOCK})")).await;
    let find = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    let found = db.query_one_raw(Statement::from_string(DbBackend::Postgres, find)).await.unwrap();
    if found.is_none() {
        // It gets its name when it is complete, because its maker may be stopped.
        let draft = format!("{name}_draft");
        execute(&db, &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await;
        execute(&db, &format!("CREATE DATABASE {draft} TEMPLATE template0")).await;
        migrate(&address_on(server, &draft)).await;
        execute(&db, &format!("ALTER DATABASE {draft} RENAME TO {name}")).await;
    }
    db.close().await.unwrap();
    Database::template(server, name)
}

async fn execute(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap();
}

/// Closed again, so that all of an embedded one is in its file.
async fn migrate(address: &Address) {
    let store = Store::connect(address).await.unwrap();
    store.migrate(address).await.unwrap();
    store.close().await.unwrap();
}

/// The steps of the schema, and what they are written with, in a few characters.
fn steps() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let steps = std::fs::read_dir(root.join("migrations")).unwrap();
    let mut files: Vec<PathBuf> = steps.map(|step| step.unwrap().path()).collect();
    files.push(root.join("Cargo.lock"));
    files.sort();
    let all: Vec<u8> = files.iter().flat_map(|file| std::fs::read(file).unwrap()).collect();
    sha256(&all)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
