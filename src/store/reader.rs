//! The connections that read, with what they need to know a row that we wrote.

use super::health::Health;
use super::kept::Kept;
use super::seals::Seals;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};

#[derive(Clone, Debug)]
pub struct Reader {
    pub(super) inner: DatabaseConnection,
    /// Those that a server reads through; `None`: each read asks the pool for one.
    kept: Option<Kept>,
    pub(super) seals: Seals,
}

impl Reader {
    /// Reads through connections that are kept from one read to the next, at most so many at once.
    pub(super) fn new(inner: DatabaseConnection, most: usize, health: &Health) -> Self {
        let kept = Some(Kept::of(&inner, most, health));
        Self { inner, kept, seals: Seals::default() }
    }

    /// One that knows rows by the same keys, over a connection of its own.
    pub(super) fn over(&self, inner: DatabaseConnection) -> Self {
        Self { inner, kept: None, seals: self.seals.clone() }
    }

    /// Gives the connections that were kept back to their pool.
    pub(super) fn close(&self) {
        if let Some(kept) = &self.kept {
            kept.close();
        }
    }

    /// Each read asks the pool from now on, which tells whoever observes it.
    pub(super) fn keep_none(&mut self) {
        self.kept = None;
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.kept {
            Some(kept) => kept.one(&statement).await,
            None => self.inner.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.kept {
            Some(kept) => kept.all(&statement).await,
            None => self.inner.query_all_raw(statement).await,
        }
    }
}
