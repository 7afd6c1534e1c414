//! The connections to `PostgreSQL`, and what bounds them.

use super::options;
use crate::migrations::Migrator;
use crate::store::Health;
use sea_orm::sqlx::{AssertSqlSafe, Connection, Executor};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};
use sea_orm_migration::MigratorTrait;
use std::time::Duration;
use tokio::time::timeout;

/// Connections of one server to `PostgreSQL`, which takes 100 of all servers unless it is told more:
/// with those that follow 20.
const CONNECTIONS: u32 = 18;
/// Those that write receipts and nothing else: one, and another while the first hangs.
const RECORDER_CONNECTIONS: u32 = 2;
/// How long receipts wait for one of these before they take another.
const RECORDER_WAIT: Duration = Duration::from_secs(2);

/// Milliseconds that a statement on `PostgreSQL` waits for a lock: as long as one on `SQLite` does.
const LOCK_TIMEOUT: u32 = 5_000;
/// Milliseconds that a statement takes: more than any of ours, of which the checks of whole tables
/// are the longest, and yet one that has lost its way does not keep its connection for ever.
const STATEMENT_TIMEOUT: u32 = 300_000;
/// Milliseconds between two statements of a transaction: a server that was cut off holds its locks,
/// which all others wait for, no longer than that.
const IDLE_TIMEOUT: u32 = 60_000;

/// How long a connection may take to say that it lives.
const PING: Duration = Duration::from_secs(1);

/// Any number that all replicas agree on: the advisory lock round the migrations.
pub(in crate::store) const MIGRATION_LOCK: i64 = 0x7265_6763_7265_6401;

/// What everything but receipts goes through.
pub(super) async fn pool(url: &str, health: &Health) -> Result<DatabaseConnection, DbErr> {
    connect(url, CONNECTIONS, health, |_| {}).await
}

/// What receipts go through. It connects when there are any.
pub(super) async fn recorder(url: &str, health: &Health) -> Result<DatabaseConnection, DbErr> {
    connect(url, RECORDER_CONNECTIONS, health, |options| {
        options.min_connections(0).connect_lazy(true).acquire_timeout(RECORDER_WAIT);
    })
    .await
}

/// Connections of a server that serves.
async fn connect(
    url: &str,
    connections: u32,
    health: &Health,
    more: impl FnOnce(&mut ConnectOptions),
) -> Result<DatabaseConnection, DbErr> {
    let mut options = options(url.to_owned(), connections);
    options.max_lifetime(Duration::from_secs(300));
    more(&mut options);
    bound_sessions(&mut options, health);
    Database::connect(options).await
}

/// Gives every new connection its timeouts, and a commit that waits for the disk. Statements and not
/// parameters of the start, which poolers refuse. A connection that was open when a write failed is
/// asked whether it lives before it is used again.
fn bound_sessions(options: &mut ConnectOptions, health: &Health) {
    let health = health.clone();
    options.map_sqlx_postgres_pool_opts(move |pool| {
        let health = health.clone();
        pool.after_connect(|connection, _| {
            let bounds = format!(
                "SET lock_timeout = {LOCK_TIMEOUT}; SET statement_timeout = {STATEMENT_TIMEOUT}; SET idle_in_transaction_session_timeout = {IDLE_TIMEOUT}; SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
            );
            Box::pin(async move {
                Executor::execute(connection, AssertSqlSafe(bounds)).await.map(drop)
            })
        })
        .before_acquire(move |connection, about| {
            let is_suspect = health.is_suspect(about.age);
            Box::pin(async move {
                // A host that went away without a word would be waited for.
                Ok(!is_suspect || matches!(timeout(PING, connection.ping()).await, Ok(Ok(()))))
            })
        })
    });
}

/// One connection, so that the session's lock and the steps share it. It has no timeouts: others
/// may migrate before it, and a step may take long.
pub(super) async fn migrate(url: &str) -> Result<(), DbErr> {
    let one = Database::connect(options(url.to_owned(), 1)).await?;
    one.execute_unprepared(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})")).await?;
    let done = Migrator::up(&one, None).await;
    one.execute_unprepared(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})")).await?;
    one.close().await?;
    done
}
