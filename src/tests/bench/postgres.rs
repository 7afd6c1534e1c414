//! Databases of a PostgreSQL server, when `DATABASE_URL` (or the tests'
//! `REGCRED_TEST_DATABASE_URL`) names one: each seed has a new one, which goes away with it.

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long its connections may take to go once the program has ended.
const DEADLINE: Duration = Duration::from_secs(30);

/// The server's address; `None` when there is none.
#[expect(clippy::disallowed_methods, reason = "the benchmark is told by its environment")]
pub fn server() -> Option<String> {
    let names = ["DATABASE_URL", "REGCRED_TEST_DATABASE_URL"];
    names.into_iter().find_map(|name| std::env::var(name).ok().filter(|url| !url.is_empty()))
}

/// Whether the server keeps what it acknowledges when the machine loses power.
pub async fn is_durable(server: &str) -> bool {
    let off = "SELECT COUNT(*) FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'";
    number(server, off).await == 0
}

/// A database of its own on the server. Dropped, it is removed.
pub struct Fresh {
    /// Where it is.
    pub url: String,
    server: String,
    name: String,
}

impl Fresh {
    /// An empty one.
    pub async fn new(server: &str) -> Self {
        let name = format!("regcred_bench_{}", Uuid::now_v7().simple());
        execute(server, &format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        let (host, _) = server.rsplit_once('/').unwrap();
        Self { url: format!("{host}/{name}"), server: server.to_owned(), name }
    }

    /// Another one with the same in it. Nobody may be connected here.
    pub async fn copy(&self) -> Self {
        let name = format!("regcred_bench_{}", Uuid::now_v7().simple());
        execute(&self.server, &format!("CREATE DATABASE {name} TEMPLATE {}", self.name)).await;
        let (host, _) = self.server.rsplit_once('/').unwrap();
        Self { url: format!("{host}/{name}"), server: self.server.clone(), name }
    }

    /// How often the server has flushed its log so far, by its own word. Waits until nobody is
    /// connected here any more: a connection tells what it did when it ends.
    pub async fn flushes(&self) -> i64 {
        let connected =
            format!("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '{}'", self.name);
        let began = Instant::now();
        while number(&self.server, &connected).await > 0 {
            assert!(began.elapsed() < DEADLINE, "somebody stays connected");
        }
        number(&self.server, "SELECT wal_sync FROM pg_stat_wal").await
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let server = self.server.clone();
        // A runtime cannot wait inside another, hence the thread.
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&server, &sql));
        });
        // A database that stays is only untidy.
        let _ = dropping.join();
    }
}

/// Has the statement carried out. Another database's URL does as well.
pub async fn execute(url: &str, sql: &str) {
    let db = connect(url).await;
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}

/// The one number that the query gives; it has to be a `BIGINT`. Another database's URL does as well.
pub async fn number(url: &str, sql: &str) -> i64 {
    let db = connect(url).await;
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    let number = row.try_get_by_index(0).unwrap();
    db.close().await.unwrap();
    number
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}
