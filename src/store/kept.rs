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
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// The pool's own rules, on age and idleness, hold for a connection at least as often as that.
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
    /// One for each read that runs: fewer than the pool has connections, so that those that are kept
    /// here are never what somebody else waits for.
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
        let taken = self.free.lock().unwrap_or_else(PoisonError::into_inner).as_mut()?.pop()?;
        let kept = taken.at.elapsed();
        let is_good =
            kept < KEPT_FOR && !self.health.is_suspect(kept) && !self.health.is_astray(kept);
        is_good.then_some(taken)
    }

    fn keep(&self, taken: Taken<DB>) {
        if let Some(free) = &mut *self.free.lock().unwrap_or_else(PoisonError::into_inner) {
            free.push(taken);
        }
    }

    fn close(&self) {
        drop(self.free.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// A place among those that read, within the time that the pool would wait.
    async fn place(&self) -> Result<SemaphorePermit<'_>, DbErr> {
        if let Ok(place) = self.places.try_acquire() {
            return Ok(place);
        }
        let late = || DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
        let place = timeout(WAIT, self.places.acquire()).await.map_err(|_| late())?;
        place.map_err(|_| closed())
    }

    async fn take(&self) -> Result<Taken<DB>, DbErr> {
        match self.next() {
            Some(taken) => Ok(taken),
            None => {
                let connection = self.pool.acquire().await.map_err(not_acquired)?;
                Ok(Taken { connection, at: Instant::now() })
            }
        }
    }
}

impl<DB: Database> Idle<DB>
where
    SqlxValues: IntoArguments<DB>,
    QueryResult: From<DB::Row>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    async fn one(&self, asked: &Statement) -> Result<Option<QueryResult>, DbErr> {
        let _place = self.place().await?;
        let mut taken = self.take().await?;
        let sql = AssertSqlSafe(asked.sql.as_str());
        let query = query_with::<DB, _>(sql, values(asked));
        let found = query.fetch_optional(&mut *taken.connection).await.map_err(failed)?;
        self.keep(taken);
        Ok(found.map(QueryResult::from))
    }

    async fn all(&self, asked: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        let _place = self.place().await?;
        let mut taken = self.take().await?;
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
