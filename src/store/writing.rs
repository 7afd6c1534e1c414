//! Transactions that write. What failed once is never committed, and where there was any doubt a
//! commit counts only once another connection has read it.

use super::chain::Recorded;
use super::health::is_failure;
use super::line::Place;
use super::seals::{Sealing, Seals};
use super::told::Told;
use super::turns::{Rank, Turn};
use super::unrecorded::Unrecorded;
use super::{Store, connect};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use std::sync::atomic::{AtomicBool, Ordering};

/// One transaction. Dropped without `commit`, it never happened.
#[derive(Debug)]
pub struct Write(pub(super) Tx);

/// The database's transaction, and whether one of its statements failed.
#[derive(Debug)]
pub struct Tx {
    pub(super) inner: DatabaseTransaction,
    store: Store,
    has_failed: AtomicBool,
    /// What the log is told once it is durable.
    pub(super) told: Told,
    /// Given back after the connection is.
    _turn: Option<Turn>,
    _place: Option<Place>,
}

impl Store {
    /// Begins a transaction that may write at once (`SQLite`: `IMMEDIATE`, so that waiting for the
    /// lock honours the busy timeout).
    pub async fn write(&self) -> Result<Write, DbErr> {
        self.write_as(Rank::Other).await
    }

    /// The same for what others wait for: it goes before what is less urgent.
    pub async fn write_as(&self, rank: Rank) -> Result<Write, DbErr> {
        self.begin(rank, None).await
    }

    /// The same for who will wait for a chain, and on `PostgreSQL` has a connection meanwhile.
    pub async fn write_in_line(&self, rank: Rank) -> Result<Write, DbErr> {
        let place = if self.is_embedded() { None } else { Some(self.line.enter(rank).await?) };
        self.begin(rank, place).await
    }

    async fn begin(&self, rank: Rank, place: Option<Place>) -> Result<Write, DbErr> {
        self.health.check_files()?;
        let turn = if self.is_embedded() { Some(self.turns.take(rank).await?) } else { None };
        let begun = match self.recorder.as_ref().filter(|_| rank == Rank::Receipts) {
            // Its connections may hang, and then there are the others.
            Some(own) => match own.begin_with_options(options()).await {
                Ok(begun) => Ok(begun),
                Err(_) => self.writer.begin_with_options(options()).await,
            },
            None => self.writer.begin_with_options(options()).await,
        };
        let inner = begun.inspect_err(|error| self.notice(error))?;
        let has_failed = AtomicBool::new(false);
        let told = Told::default();
        let store = self.clone();
        Ok(Write(Tx { inner, store, has_failed, told, _turn: turn, _place: place }))
    }

    /// Writes something and reads it through another connection.
    ///
    /// # Errors
    /// When the database does not keep what is written.
    pub async fn prove(&self) -> Result<(), DbErr> {
        // Who asks has little patience, and a database that is only busy is not one that fails.
        self.write_as(Rank::SignIn).await?.commit_read_back(true).await
    }

    /// Whether the embedded database's files are where they were opened; `true` on `PostgreSQL`.
    /// Tells the log when one goes and when all are back.
    pub fn has_its_files(&self) -> bool {
        self.health.check_files().is_ok()
    }

    /// How many writes have failed, and whether none was read back since: with other values, what was
    /// found out before is out of date.
    pub fn condition(&self) -> (u64, bool) {
        (self.health.failures(), self.health.is_doubted())
    }

    fn notice(&self, error: &DbErr) {
        if is_failure(self.writer.get_database_backend(), error) {
            self.health.fail();
        }
    }

    fn mark_name(&self) -> String {
        format!("{}{}", super::leases::MARK, self.id)
    }

    /// Whether another connection finds the mark: on the embedded database one that is opened by the
    /// file's path just now, as it will be after a restart.
    async fn finds(&self, mark: i64) -> Result<bool, DbErr> {
        let Some(path) = self.health.path() else {
            return self.is_marked(&self.reader.inner, mark).await;
        };
        let fresh = connect::one_reader(path).await?;
        let found = self.is_marked(&fresh, mark).await;
        fresh.close().await?;
        found
    }

    async fn is_marked(&self, db: &DatabaseConnection, mark: i64) -> Result<bool, DbErr> {
        Ok(super::Leases { db }.until(&self.mark_name()).await? == Some(mark))
    }
}

impl Write {
    /// Makes it durable, with the event that says who did it; after this it is never lost
    /// (`synchronous=FULL`, `synchronous_commit=on`).
    ///
    /// # Errors
    /// When it is not, or may not be: nothing that depends on it may be told to anybody.
    pub async fn commit(self, _recorded: Recorded) -> Result<(), DbErr> {
        self.commit_read_back(false).await
    }

    /// The same for what leaves no event, for the reason given.
    ///
    /// # Errors
    /// As [`Write::commit`].
    pub async fn commit_without_event(self, _why: Unrecorded) -> Result<(), DbErr> {
        self.commit_read_back(false).await
    }

    async fn commit_read_back(self, is_asked: bool) -> Result<(), DbErr> {
        let store = self.0.store.clone();
        self.0.check()?;
        self.check_keys().await?;
        let failures = store.health.failures();
        let (mark, _proving) = if is_asked || store.health.is_doubted() {
            let mark = store.health.next_mark();
            self.leases().mark(&store.mark_name(), store.id, mark).await?;
            (Some(mark), Some(store.health.proving().await))
        } else {
            (None, None)
        };
        // When the caller is gone in the middle, the outcome is unknown.
        let mut open = Open { store: &store, is_open: true, told: self.0.told };
        self.0.inner.commit().await?;
        open.is_open = false;
        // What it was written to may have gone meanwhile.
        store.health.check_files().inspect_err(|_| store.health.fail())?;
        let Some(mark) = mark else {
            open.told.tell();
            return Ok(());
        };
        if store.finds(mark).await.inspect_err(|error| store.notice(error))? {
            store.health.trust(failures);
            open.told.tell();
            return Ok(());
        }
        store.health.fail();
        Err(broken("what was committed could not be read back"))
    }
}

/// A commit that has begun. Dropped before it has succeeded, it is a failure, and of what was not told
/// by then nobody knows whether it is kept.
struct Open<'a> {
    store: &'a Store,
    is_open: bool,
    told: Told,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.store.health.fail();
        }
        self.told.tell_in_doubt();
    }
}

impl Tx {
    /// Nothing follows a statement that failed: `SQLite` may have ended the transaction, and would
    /// keep what comes now at once and by itself.
    fn check(&self) -> Result<(), DbErr> {
        if self.has_failed.load(Ordering::Acquire) {
            return Err(broken("a statement of the transaction failed"));
        }
        Ok(())
    }

    fn seen<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Err(error) = &result {
            let backend = self.get_database_backend();
            let is_failure = is_failure(backend, error);
            if is_failure {
                self.store.health.fail();
            }
            // After any error `PostgreSQL` undoes the transaction, and yet says to a COMMIT that all
            // is well.
            if is_failure || backend == DbBackend::Postgres {
                self.has_failed.store(true, Ordering::Release);
            }
        }
        result
    }
}

impl Sealing for Tx {
    fn seals(&self) -> &Seals {
        &self.store.reader.seals
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.check()?;
        self.seen(self.inner.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.check()?;
        self.seen(self.inner.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.check()?;
        self.seen(self.inner.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.check()?;
        self.seen(self.inner.query_all_raw(statement).await)
    }
}

fn options() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

pub(super) fn broken(why: &str) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(why.to_owned()))
}
