//! Connections that a server keeps from one read to the next.
//!
//! The driver's pool asks each connection that comes back whether it lives, and for the embedded
//! database each question goes to another thread and back: a page of twenty short statements spends
//! more time on that than on the statements. A connection that has just answered is therefore kept
//! here for the next read. One that failed, or that was kept for long, goes back to the pool, which
//! knows what to do with it.

use super::connect::WAIT;
use super::health::Health;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{
    AssertSqlSafe, Database, Error, Executor, IntoArguments, Pool, Postgres, Sqlite, query_with,
};
use sea_orm::{
    ConnAcquireErr, DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr, Statement,
};
use sea_query_sqlx::SqlxValues;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// After that a connection goes back when the next read begins, so that the pool's own rules, on age and
/// idleness, hold for it, too.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// The connections of one database.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    Sqlite(Arc<Idle<Sqlite>>),
    Postgres(Arc<Idle<Postgres>>),
}

impl Kept {
    /// Keeps at most so many connections of the pool, and lets no more reads run at once.
    pub(super) fn of(pool: &DatabaseConnection, most: usize, health: &Health) -> Self {
        if pool.get_database_backend() == DbBackend::Postgres {
            let pool = pool.get_postgres_connection_pool().clone();
            Self::Postgres(Arc::new(Idle::new(pool, most, health)))
        } else {
            let pool = pool.get_sqlite_connection_pool().clone();
            Self::Sqlite(Arc::new(Idle::new(pool, most, health)))
        }
    }

    pub(super) async fn one(&self, asked: &Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(idle) => idle.one(asked).await,
            Self::Postgres(idle) => idle.one(asked).await,
        }
    }

    pub(super) async fn all(&self, asked: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(idle) => idle.all(asked).await,
            Self::Postgres(idle) => idle.all(asked).await,
        }
    }

    /// Gives all of them back to the pool, and keeps none from now on.
    pub(super) fn close(&self) {
        match self {
            Self::Sqlite(idle) => idle.close(),
            Self::Postgres(idle) => idle.close(),
        }
    }
}

/// Connections of one pool that wait for the next read.
#[derive(Debug)]
pub(super) struct Idle<DB: Database> {
    pool: Pool<DB>,
    /// One for each read that runs. The pool has so many connections more than all others need, since
    /// nobody else gets those that are kept here.
    places: Semaphore,
    /// The last that came back is the first that goes. `None` once it is closed.
    free: Mutex<Option<Vec<Taken<DB>>>>,
    health: Health,
}

/// A connection, and when the pool gave it away: it was found good then.
#[derive(Debug)]
struct Taken<DB: Database> {
    connection: PoolConnection<DB>,
    at: Instant,
}

impl<DB: Database> Idle<DB> {
    fn new(pool: Pool<DB>, most: usize, health: &Health) -> Self {
        let free = Mutex::new(Some(Vec::with_capacity(most)));
        Self { pool, places: Semaphore::new(most), free, health: health.clone() }
    }

    fn next(&self) -> Option<Taken<DB>> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let free = free.as_mut()?;
        // Those at the bottom are not reached while few read at once, and age all the same.
        let (good, old) = std::mem::take(free).into_iter().partition(|one| self.is_good(one));
        *free = good;
        old.into_iter().for_each(|one: Taken<DB>| self.give_back(one));
        free.pop()
    }

    fn is_good(&self, one: &Taken<DB>) -> bool {
        one.at.elapsed() < KEPT_FOR && !self.is_doubted(one)
    }

    /// Whether the database may not be there any more, or be another one.
    fn is_doubted(&self, one: &Taken<DB>) -> bool {
        let kept = one.at.elapsed();
        self.health.is_suspect(kept) || self.health.is_astray(kept)
    }

    /// The pool would ask a host that went away without a word whether it lives, and wait.
    fn give_back(&self, mut one: Taken<DB>) {
        if self.is_doubted(&one) {
            one.connection.close_on_drop();
        }
    }

    fn keep(&self, taken: Taken<DB>) {
        if let Some(free) = &mut *self.free.lock().unwrap_or_else(PoisonError::into_inner) {
            free.push(taken);
        }
    }

    fn close(&self) {
        drop(self.free.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// A connection, and a place among those that read, within the time that the pool would wait.
    async fn take(&self) -> Result<(Taken<DB>, SemaphorePermit<'_>), DbErr> {
        let taking = async {
            let place = self.places.acquire().await.map_err(|_| closed())?;
            if let Some(taken) = self.next() {
                return Ok((taken, place));
            }
            let connection = self.pool.acquire().await.map_err(not_acquired)?;
            Ok((Taken { connection, at: Instant::now() }, place))
        };
        let late = |_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
        timeout(WAIT, taking).await.map_err(late)?
    }
}

impl<DB: Database> Idle<DB>
where
    SqlxValues: IntoArguments<DB>,
    QueryResult: From<DB::Row>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    async fn one(&self, asked: &Statement) -> Result<Option<QueryResult>, DbErr> {
        let (mut taken, _place) = self.take().await?;
        let sql = AssertSqlSafe(asked.sql.as_str());
        let query = query_with::<DB, _>(sql, values(asked));
        let found = query.fetch_optional(&mut *taken.connection).await.map_err(failed)?;
        self.keep(taken);
        Ok(found.map(QueryResult::from))
    }

    async fn all(&self, asked: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        let (mut taken, _place) = self.take().await?;
        let sql = AssertSqlSafe(asked.sql.as_str());
        let query = query_with::<DB, _>(sql, values(asked));
        let found = query.fetch_all(&mut *taken.connection).await.map_err(failed)?;
        self.keep(taken);
        Ok(found.into_iter().map(QueryResult::from).collect())
    }
}

impl<DB: Database> Drop for Idle<DB> {
    /// To give a connection back takes a task, for which there may be no runtime any more.
    fn drop(&mut self) {
        if Handle::try_current().is_ok() {
            return;
        }
        let free = self.free.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        for taken in free.into_iter().flatten() {
            drop(taken.connection.detach());
        }
    }
}

fn values(asked: &Statement) -> SqlxValues {
    SqlxValues(asked.values.clone().unwrap_or_else(|| sea_orm::Values(Vec::new())))
}

fn failed(error: Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

/// As the library that has the pool says it.
fn not_acquired(error: Error) -> DbErr {
    match error {
        Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        Error::PoolClosed => closed(),
        other => DbErr::Conn(RuntimeErr::SqlxError(other.into())),
    }
}

fn closed() -> DbErr {
    DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::ConnectOptions;

    async fn kept(health: &Health) -> (DatabaseConnection, Arc<Idle<Sqlite>>) {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(4).min_connections(0).sqlx_logging(false);
        let pool = sea_orm::Database::connect(options).await.unwrap();
        let Kept::Sqlite(idle) = Kept::of(&pool, 2, health) else { panic!("not SQLite") };
        (pool, idle)
    }

    fn asked(sql: &str) -> Statement {
        Statement::from_string(DbBackend::Sqlite, sql)
    }

    /// When each of those that wait was taken.
    fn waiting(idle: &Idle<Sqlite>) -> Vec<Instant> {
        idle.free.lock().unwrap().iter().flatten().map(|one| one.at).collect()
    }

    #[tokio::test]
    async fn one_read_after_another_takes_the_same_connection() {
        let (_pool, idle) = kept(&Health::default()).await;
        // In memory each connection has a database of its own.
        idle.all(&asked("CREATE TEMP TABLE seen (id)")).await.unwrap();
        for _ in 0..3 {
            assert!(idle.one(&asked("SELECT id FROM seen")).await.unwrap().is_none());
        }
        assert_eq!(waiting(&idle).len(), 1);
    }

    #[tokio::test]
    async fn a_connection_whose_read_failed_is_not_kept() {
        let (_pool, idle) = kept(&Health::default()).await;
        idle.one(&asked("SELECT 1")).await.unwrap();
        idle.one(&asked("SELECT nothing FROM nowhere")).await.unwrap_err();
        assert!(waiting(&idle).is_empty());
        idle.all(&asked("SELECT 1")).await.unwrap();
        assert_eq!(waiting(&idle).len(), 1);
    }

    #[tokio::test]
    async fn a_connection_that_was_kept_when_a_write_failed_is_not_read_from() {
        let health = Health::default();
        let (_pool, idle) = kept(&health).await;
        idle.one(&asked("SELECT 1")).await.unwrap();
        let before = waiting(&idle);
        health.fail();
        idle.one(&asked("SELECT 1")).await.unwrap();
        let after = waiting(&idle);
        assert!(after.len() == 1 && after[0] > before[0]);
    }

    #[tokio::test]
    async fn a_connection_that_was_kept_for_long_goes_back_wherever_it_stands() {
        let (_pool, idle) = kept(&Health::default()).await;
        let (one, other) = (idle.take().await.unwrap().0, idle.take().await.unwrap().0);
        let long_ago = Instant::now().checked_sub(KEPT_FOR).unwrap();
        idle.keep(Taken { at: long_ago, ..one });
        let at = other.at;
        idle.keep(other);
        idle.one(&asked("SELECT 1")).await.unwrap();
        assert_eq!(waiting(&idle), [at]);
    }

    #[tokio::test]
    async fn a_closed_one_keeps_none() {
        let (pool, idle) = kept(&Health::default()).await;
        idle.one(&asked("SELECT 1")).await.unwrap();
        idle.close();
        idle.one(&asked("SELECT 1")).await.unwrap();
        assert!(waiting(&idle).is_empty());
        // It waits for each connection that somebody has.
        pool.close().await.unwrap();
        idle.one(&asked("SELECT 1")).await.unwrap_err();
    }
}
