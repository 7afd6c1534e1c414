//! Opening the database, with the settings that durability and speed rest on (security 3.8).

mod postgres;

pub(super) use postgres::MIGRATION_LOCK;

use super::line::Line;
use super::reader::Reader;
use super::turns::Turns;
use super::{Health, Store};
use crate::migrations::Migrator;
use sea_orm::sqlx::Connection;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, RuntimeErr};
use sea_orm_migration::{MigratorTrait, SchemaManager};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// The embedded database: a file on a local disk.
    File(PathBuf),
    /// A `postgres://` URL of `PostgreSQL` 15 or later.
    Postgres(String),
}

impl Address {
    /// Whether nobody on the way to the database can read it or be it. `None`: the URL cannot be read.
    pub fn is_private(&self) -> Option<bool> {
        match self {
            Self::File(_) => Some(true),
            Self::Postgres(url) => postgres::is_private(url),
        }
    }
}

/// Connections that read at once from the embedded database.
const READERS: usize = 4;
/// And those that read for longer, or are asked whether there is a database at all.
const MORE_READERS: u32 = 2;

/// Pages that a connection keeps, in KiB as SQLite wants them (negative). The kernel has them once for all:
/// eight thousand for each reader are 50 MB more while an export goes through a long chain.
const READER_CACHE: &str = "-3000";
const WRITER_CACHE: &str = "-8000";

/// How long a connection is waited for.
pub(super) const WAIT: Duration = Duration::from_secs(5);

const CLOSING: Duration = Duration::from_secs(10);

impl Store {
    /// Connects, and changes nothing yet.
    pub async fn connect(address: &Address) -> Result<Self, DbErr> {
        match address {
            Address::File(path) => {
                make_file(path)?;
                let health = Health::default();
                let writer = writer(path, &health).await?;
                let reader = Reader::new(readers(path, &health).await?, READERS, &health);
                let anchor = Some(one_reader(path).await?);
                health.watch(path)?;
                let (turns, line, id) = (Turns::default(), Line::default(), Uuid::now_v7());
                Ok(Self { reader, writer, recorder: None, turns, line, anchor, health, id })
            }
            Address::Postgres(url) => {
                let health = Health::default();
                let recorder = Some(postgres::recorder(url, &health).await?);
                let writer = postgres::pool(url, &health).await?;
                let reader = Reader::new(writer.clone(), postgres::READERS, &health);
                let (turns, line, id) = (Turns::default(), Line::default(), Uuid::now_v7());
                Ok(Self { reader, writer, recorder, turns, line, anchor: None, health, id })
            }
        }
    }

    /// Brings the schema up to date, under a lock.
    pub async fn migrate(&self, address: &Address) -> Result<(), DbErr> {
        match address {
            Address::File(_) => {
                if self.schema().await?.pending.is_empty() {
                    return Ok(());
                }
                // All of it or nothing: a step that was cut off half-way could never be repeated.
                let write = self.write().await?;
                Migrator::up(&write.0.inner, None).await?;
                write.commit_without_event(super::Unrecorded::Schema).await
            }
            Address::Postgres(url) => postgres::migrate(url).await,
        }
    }

    /// Whether the schema was ever made: a new database has no table yet.
    pub async fn has_schema(&self) -> Result<bool, DbErr> {
        SchemaManager::new(&self.reader.inner).has_table("crypto_key").await
    }

    /// Closes, and leaves the log as it is: others may be at it. The last thing a command does. It
    /// waits for nobody longer than [`CLOSING`].
    pub async fn disconnect(self) -> Result<(), DbErr> {
        in_time(self.close_pools()).await
    }

    /// Writes the log back into the file and closes; the last thing a server does. What was
    /// committed is kept without it, so a disk that takes nothing is no error, and it waits for
    /// nobody longer than [`CLOSING`].
    pub async fn close(self) -> Result<(), DbErr> {
        in_time(async {
            // Where other files lie now, there is nothing of ours to write.
            if self.is_embedded() && self.has_its_files() {
                self.health.begin_to_close();
                let written =
                    self.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await;
                if let Err(error) = written {
                    tracing::warn!(error = %error, "the log of the database was not written back into its file");
                }
            }
            self.close_pools().await
        })
        .await
    }

    async fn close_pools(self) -> Result<(), DbErr> {
        self.health.begin_to_close();
        self.reader.close();
        let pools = [Some(self.reader.inner), Some(self.writer), self.recorder, self.anchor];
        for pool in pools.into_iter().flatten() {
            pool.close().await?;
        }
        Ok(())
    }
}

async fn in_time(closing: impl Future<Output = Result<(), DbErr>>) -> Result<(), DbErr> {
    timeout(CLOSING, closing).await.unwrap_or_else(|_| {
        tracing::warn!("a connection to the database was still in use when time was up");
        Ok(())
    })
}

/// Makes the file of a new database. No connection does: one that is opened again while serving
/// would put an empty database where the file was moved away. One that is there is not opened here:
/// to close it would give up the locks that this process has on it.
fn make_file(path: &Path) -> Result<(), DbErr> {
    if path.exists() {
        return Ok(());
    }
    // The permissions that SQLite gives: no more than these, whatever the process may give.
    let made = OpenOptions::new().create(true).append(true).mode(0o644).open(path);
    made.map(drop).map_err(|cause| {
        DbErr::Conn(RuntimeErr::Internal(format!("the database file cannot be made: {cause}")))
    })
}

/// The connection that writes. It is opened anew after a write that failed, and whenever it is still
/// in a transaction: `SQLite` ends one by itself when a commit fails, the driver does not notice,
/// and what it commits from then on may be inside a transaction that is never committed.
async fn writer(path: &Path, health: &Health) -> Result<DatabaseConnection, DbErr> {
    let health = health.clone();
    sqlite(path, 1, false, move |options| {
        options.map_sqlx_sqlite_pool_opts(move |pool| {
            let (released, acquired) = (health.clone(), health.clone());
            pool.after_release(move |_, about| {
                let is_suspect = released.is_suspect(about.age);
                Box::pin(async move { Ok(!is_suspect) })
            })
            .before_acquire(move |connection, about| {
                let is_clean = !connection.is_in_transaction() && !acquired.is_suspect(about.age);
                Box::pin(async move { Ok(is_clean) })
            })
        });
    })
    .await
}

/// The connections that read. Those that were opened while other files lay there are not used again.
async fn readers(path: &Path, health: &Health) -> Result<DatabaseConnection, DbErr> {
    let health = health.clone();
    sqlite(path, READERS as u32 + MORE_READERS, true, move |options| {
        options.map_sqlx_sqlite_pool_opts(move |pool| {
            let health = health.clone();
            pool.before_acquire(move |_, about| {
                let is_astray = health.is_astray(about.age);
                Box::pin(async move { Ok(!is_astray) })
            })
        });
    })
    .await
}

/// One connection that reads, opened by the path just now and kept.
pub(super) async fn one_reader(path: &Path) -> Result<DatabaseConnection, DbErr> {
    sqlite(path, 1, true, |options| {
        options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    })
    .await
}

async fn sqlite(
    path: &Path,
    connections: u32,
    is_reader: bool,
    more: impl FnOnce(&mut ConnectOptions),
) -> Result<DatabaseConnection, DbErr> {
    let mut options = options("sqlite::memory:".to_owned(), connections);
    // Opened when needed, which for a write is after a look whether the file is there.
    options.min_connections(0);
    more(&mut options);
    let path = path.to_owned();
    options.map_sqlx_sqlite_opts(move |o| {
        let o = o
            .filename(&path)
            .in_memory(false)
            .shared_cache(false)
            .create_if_missing(false)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("secure_delete", "ON")
            .pragma("cache_size", if is_reader { READER_CACHE } else { WRITER_CACHE })
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
        .acquire_timeout(WAIT)
        .connect_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        // Statements carry values: they are for no log.
        .sqlx_logging(false);
    options.record_stmt_in_spans(false);
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::TransactionTrait;

    #[tokio::test]
    async fn closing_waits_for_no_connection_for_ever() {
        let name = format!("regcred_closing_{}", Uuid::now_v7().simple());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let address = Address::File(folder.join("regcred.db"));
        let store = Store::connect(&address).await.unwrap();
        store.migrate(&address).await.unwrap();
        // Somebody is in the middle of something, and stays there.
        let held = store.reader.inner.begin().await.unwrap();
        tokio::time::pause();
        store.close().await.unwrap();
        drop(held);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
