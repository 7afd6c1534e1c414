//! Opening the database, with the settings that durability and speed rest on (security 3.8).

use super::Store;
use crate::migrations::Migrator;
use sea_orm::sqlx::{AssertSqlSafe, Executor};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};
use sea_orm_migration::{MigratorTrait, SchemaManager};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the rows are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// The embedded database: a file on a local disk.
    File(PathBuf),
    /// A `postgres://` URL of `PostgreSQL` 15 or later.
    Postgres(String),
}

/// Connections that read at once from the embedded database.
const READERS: u32 = 4;

/// Milliseconds that a statement on `PostgreSQL` waits for a lock: as long as one on `SQLite` does.
const LOCK_TIMEOUT: u32 = 5_000;
/// Milliseconds that a statement takes: more than any of ours, of which the checks of whole tables
/// are the longest, and yet one that has lost its way does not keep its connection for ever.
const STATEMENT_TIMEOUT: u32 = 300_000;
/// Milliseconds between two statements of a transaction: a server that was cut off holds its locks,
/// which all others wait for, no longer than that.
const IDLE_TIMEOUT: u32 = 60_000;

/// Any number that all replicas agree on: the advisory lock round the migrations.
pub(super) const MIGRATION_LOCK: i64 = 0x7265_6763_7265_6401;

impl Store {
    /// Connects, and changes nothing yet.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn connect(address: &Address) -> Result<Self, DbErr> {
        match address {
            Address::File(path) => {
                let writer = sqlite(path, 1, false).await?;
                let reader = sqlite(path, READERS, true).await?;
                Ok(Self { reader, writer })
            }
            Address::Postgres(url) => {
                let mut options = options(url.clone(), 20);
                options.max_lifetime(Duration::from_secs(300));
                bound_sessions(&mut options);
                let pool = Database::connect(options).await?;
                Ok(Self { reader: pool.clone(), writer: pool })
            }
        }
    }

    /// Brings the schema up to date, under a lock.
    ///
    /// # Errors
    /// When a step of the schema fails.
    pub async fn migrate(&self, address: &Address) -> Result<(), DbErr> {
        match address {
            Address::File(_) => {
                if self.schema().await?.pending.is_empty() {
                    return Ok(());
                }
                // All of it or nothing: a step that was cut off half-way could never be repeated.
                let write = self.write().await?;
                Migrator::up(&write.0, None).await?;
                write.commit().await
            }
            Address::Postgres(url) => migrate_postgres(url).await,
        }
    }

    /// Whether the schema was ever made: a new database has no table yet.
    pub async fn has_schema(&self) -> Result<bool, DbErr> {
        SchemaManager::new(&self.reader).has_table("crypto_key").await
    }

    /// Closes, and leaves the log as it is: others may be at it. The last thing a command does.
    pub async fn disconnect(self) -> Result<(), DbErr> {
        self.reader.close().await?;
        self.writer.close().await
    }

    /// Writes the log back into the file and closes; the last thing a server does.
    pub async fn close(self) -> Result<(), DbErr> {
        if self.is_embedded() {
            self.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        self.reader.close().await?;
        self.writer.close().await
    }
}

/// Gives every new connection its timeouts. A statement and not a parameter of the start, which
/// poolers refuse.
fn bound_sessions(options: &mut ConnectOptions) {
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.after_connect(|connection, _| {
            let bounds = format!(
                "SET lock_timeout = {LOCK_TIMEOUT}; SET statement_timeout = {STATEMENT_TIMEOUT}; SET idle_in_transaction_session_timeout = {IDLE_TIMEOUT}"
            );
            Box::pin(async move {
                Executor::execute(connection, AssertSqlSafe(bounds)).await.map(drop)
            })
        })
    });
}

/// One connection, so that the session's lock and the steps share it. It has no timeouts: others
/// may migrate before it, and a step may take long.
async fn migrate_postgres(url: &str) -> Result<(), DbErr> {
    let one = Database::connect(options(url.to_owned(), 1)).await?;
    one.execute_unprepared(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})")).await?;
    let done = Migrator::up(&one, None).await;
    one.execute_unprepared(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})")).await?;
    one.close().await?;
    done
}

async fn sqlite(
    path: &Path,
    connections: u32,
    is_reader: bool,
) -> Result<DatabaseConnection, DbErr> {
    let mut options = options("sqlite::memory:".to_owned(), connections);
    let path = path.to_owned();
    options.map_sqlx_sqlite_opts(move |o| {
        let o = o
            .filename(&path)
            .in_memory(false)
            .shared_cache(false)
            .create_if_missing(!is_reader)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("secure_delete", "ON")
            .pragma("cache_size", "-8000")
            .statement_cache_capacity(256);
        if is_reader { o.pragma("query_only", "ON") } else { o }
    });
    Database::connect(options).await
}

fn options(url: String, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(5))
        .connect_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        // Statements carry values: they are for no log.
        .sqlx_logging(false);
    options.record_stmt_in_spans(false);
    options
}
