//! Writing: one table after the other, in pages by primary key, all of it from one snapshot.

use super::super::schema::{self, Schema};
use super::super::shape::TableShape;
use super::super::{Receipts, Store};
use super::{Columns, FORMAT, Header, VERSION, cell, tables};
use crate::domain::moment::Moment;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement, Value};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    QueryResult, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::SchemaManager;
use serde_json::Value as Json;
use std::io;
use uuid::Uuid;

const PAGE: u64 = 500;

#[derive(Debug, thiserror::Error)]
pub enum DumpProblem {
    #[error("the database refused")]
    Database(#[from] DbErr),
    #[error(transparent)]
    Write(#[from] io::Error),
    #[error("the schema is another one")]
    Schema(Schema),
}

/// Takes the limits of a session from one transaction of `PostgreSQL`.
pub(super) const UNBOUNDED: &str =
    "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0";

/// The rows of one moment, whatever is written meanwhile.
#[derive(Debug)]
pub struct Snapshot(DatabaseTransaction);

impl Store {
    /// Everything as it is now, for as long as the snapshot is held. Nobody waits for it.
    pub async fn snapshot(&self) -> Result<Snapshot, DbErr> {
        // SQLite's readers have a snapshot anyway, from their first read on.
        let options = if self.is_embedded() {
            TransactionOptions::default()
        } else {
            TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            }
        };
        let snapshot = self.reader.inner.begin_with_options(options).await?;
        if !self.is_embedded() {
            // It blocks nobody, and its reader may be slow: a pipe to another machine.
            snapshot.execute_unprepared(UNBOUNDED).await?;
        }
        Ok(Snapshot(snapshot))
    }
}

impl Snapshot {
    /// What the project's pipelines had been handed.
    pub fn receipts(&self, project: Uuid) -> Receipts<'_, DatabaseTransaction> {
        Receipts { db: &self.0, project }
    }

    /// The first line of a backup of it.
    ///
    /// # Errors
    /// `Schema` when the database is older or newer than this program.
    pub async fn header(&self, made_at: Moment) -> Result<Header, DumpProblem> {
        let database = SchemaManager::new(&self.0);
        let schema = schema::read(&database).await?;
        let (true, Some(last)) = (schema.is_current(), schema.applied.last().cloned()) else {
            return Err(DumpProblem::Schema(schema));
        };
        let of = |shape: TableShape| {
            let columns = shape.columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind));
            (shape.name.to_owned(), Columns { columns: columns.collect() })
        };
        let is_embedded = self.0.get_database_backend() == DbBackend::Sqlite;
        Ok(Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            schema: last,
            made_at: made_at.to_rfc3339(),
            database: if is_embedded { "sqlite" } else { "postgres" }.to_owned(),
            kek_ids: schema::kek_ids(&database).await?.into_iter().collect(),
            tables: tables()?.into_iter().map(of).collect(),
        })
    }

    /// Gives `line` the line of every row, without its line feed, and the table it is of.
    ///
    /// # Errors
    /// The database's, or the one that `line` gave.
    pub async fn rows(
        &self,
        line: &mut dyn FnMut(&'static str, &[u8]) -> io::Result<()>,
    ) -> Result<(), DumpProblem> {
        for shape in tables()? {
            let mut after = None;
            loop {
                let rows = self.0.query_all(&page(&shape, after)).await?;
                for row in &rows {
                    line(shape.name, &written(&shape, row)?)?;
                }
                let (true, Some(last)) = (rows.len() as u64 == PAGE, rows.last()) else { break };
                after = Some(key(&shape, last)?);
            }
        }
        Ok(())
    }
}

/// The next rows after the one with this key.
fn page(shape: &TableShape, after: Option<Vec<Value>>) -> SelectStatement {
    let named = |at: &usize| Alias::new(shape.columns[*at].0);
    let mut page = Query::select();
    page.columns(shape.columns.iter().map(|(name, _)| Alias::new(*name)));
    page.from(Alias::new(shape.name)).limit(PAGE);
    for at in &shape.key {
        page.order_by(named(at), Order::Asc);
    }
    if let Some(after) = after {
        let columns = Expr::tuple(shape.key.iter().map(|at| Expr::col(named(at))));
        page.and_where(columns.gt(Expr::tuple(after.into_iter().map(Expr::val))));
    }
    page
}

fn key(shape: &TableShape, row: &QueryResult) -> Result<Vec<Value>, DbErr> {
    shape.key.iter().map(|at| cell::read(row, *at, shape.columns[*at].1)).collect()
}

fn written(shape: &TableShape, row: &QueryResult) -> Result<Vec<u8>, DumpProblem> {
    let mut cells = Vec::with_capacity(shape.columns.len());
    for (at, (_, kind)) in shape.columns.iter().enumerate() {
        cells.push(cell::to_json(cell::read(row, at, *kind)?));
    }
    let line = Json::Array(vec![Json::from(shape.name), Json::Array(cells)]);
    Ok(serde_json::to_vec(&line).map_err(io::Error::from)?)
}
