//! The connections to `PostgreSQL`, and what bounds them.

use super::options;
use crate::migrations::Migrator;
use crate::store::Health;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use sea_orm::sqlx::{AssertSqlSafe, Connection, Executor};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};
use sea_orm_migration::MigratorTrait;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;
use tokio::time::timeout;

/// Those that read at once outside of transactions, and are kept for it.
pub(super) const READERS: usize = 6;
/// Connections of one server to `PostgreSQL`, which takes 100 of all servers unless it is told more:
/// with those that write receipts 26. Up to 16 of them wait for chains and rules (`store::line`).
const CONNECTIONS: u32 = 18 + READERS as u32;
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

/// Whether nobody on the way can read or be the database: its certificate and name are verified, or
/// there is no network in between. Read as the driver reads it. `None`: it is no such URL.
pub(super) fn is_private(url: &str) -> Option<bool> {
    let options = PgConnectOptions::from_str(url).ok()?;
    let host = options.get_host();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let is_here = options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.is_loopback());
    Some(is_here || matches!(options.get_ssl_mode(), PgSslMode::VerifyFull))
}

/// What everything but receipts goes through.
pub(super) async fn pool(url: &str, health: &Health) -> Result<DatabaseConnection, DbErr> {
    connect(url, CONNECTIONS, health, |_| {}).await
}

/// What receipts go through. It connects when there are any.
pub(super) async fn recorder(url: &str, health: &Health) -> Result<DatabaseConnection, DbErr> {
    connect(url, RECORDER_CONNECTIONS, health, |options| {
        options.connect_lazy(true).acquire_timeout(RECORDER_WAIT);
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
    // One is opened when it is needed, so that to give one back asks for no other.
    options.max_lifetime(Duration::from_secs(300)).min_connections(0);
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

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn a_database_over_a_network_has_to_prove_who_it_is() {
        for (url, expected) in [
            ("postgres://regcred@localhost/regcred", Some(true)),
            ("postgres://regcred@127.0.0.1:5433/regcred", Some(true)),
            ("postgres://regcred@[::1]/regcred", Some(true)),
            ("postgres:///regcred?host=/run/postgresql", Some(true)),
            ("postgres://db.example.com/regcred?sslmode=verify-full", Some(true)),
            ("postgres://db.example.com/regcred", Some(false)),
            ("postgres://db.example.com/regcred?sslmode=disable", Some(false)),
            ("postgres://db.example.com/regcred?sslmode=require", Some(false)),
            ("postgres://db.example.com/regcred?sslmode=verify-ca", Some(false)),
            ("postgres://localhost/regcred?host=db.example.com", Some(false)),
            ("postgres://localhost/regcred?hostaddr=192.0.2.7", Some(false)),
            ("postgres://127.0.0.1.example.com/regcred", Some(false)),
            ("postgres://db.example.com/regcred?sslmode=verify-full&sslmode=prefer", Some(false)),
            ("postgres://[/regcred", None),
        ] {
            assert_eq!(is_private(url), expected, "{url}");
        }
    }
}
