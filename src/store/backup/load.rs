//! Reading: everything in one transaction, into the schema that the backup was made of, and from
//! there to today's. Nothing here knows an entity, so that an old backup fits a new program.

use super::super::shape::ColumnKind;
use super::super::{Store, Unrecorded, Write, connect, schema};
use super::dump::UNBOUNDED;
use super::{Columns, Header, cell};
use crate::migrations::Migrator;
use sea_orm::sea_query::{Alias, Expr, Query, Value};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sea_orm_migration::{MigratorTrait, SchemaManager};
use serde_json::Value as Json;
use std::collections::BTreeMap;

const ROWS: usize = 500;
/// Values in one statement: `SQLite` takes 32,766, `PostgreSQL` 65,535.
const VALUES: usize = 32_000;
/// Bytes of lines in one statement.
const BYTES: usize = 4 * 1024 * 1024;

/// A database with a row in one of these is in use.
const IN_USE: [&str; 4] = ["crypto_key", "person", "project", "credential"];

/// Why rows were not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("the database is not empty")]
    NotEmpty,
    #[error("the backup is of a newer schema")]
    NewerSchema,
    #[error("the backup is not well formed")]
    Malformed,
    #[error("the database refused")]
    Database(#[from] DbErr),
}

/// Rows on their way into an empty database. Dropped without `finish`, nothing happened.
#[derive(Debug)]
pub struct Loading {
    write: Write,
    tables: BTreeMap<String, Columns>,
    /// The table of the rows that wait for their statement.
    table: String,
    waiting: Vec<Vec<Value>>,
    bytes: usize,
    counts: BTreeMap<String, u64>,
}

impl Store {
    /// Makes the schema that the backup is of, for its rows.
    ///
    /// # Errors
    /// `NotEmpty`, `NewerSchema`, `Malformed` for names that no table has, or the database's.
    pub async fn load(&self, header: &Header) -> Result<Loading, Refusal> {
        let known = schema::steps();
        let at = known.iter().position(|step| *step == header.schema);
        let steps = at.ok_or(Refusal::NewerSchema)? + 1;
        if !header.tables.iter().all(|(table, columns)| is_table(table, columns)) {
            return Err(Refusal::Malformed);
        }
        let write = self.write().await?;
        let db = &write.0.inner;
        if db.get_database_backend() == DbBackend::Postgres {
            // However much there is to restore: nobody else uses the database.
            db.execute_unprepared(UNBOUNDED).await?;
            let lock = connect::MIGRATION_LOCK;
            db.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({lock})")).await?;
        }
        let schema = schema::read(&SchemaManager::new(db)).await?;
        if !schema.unknown.is_empty() || is_in_use(&write).await? {
            return Err(Refusal::NotEmpty);
        }
        let count = |steps: usize| Some(u32::try_from(steps).unwrap_or(u32::MAX));
        match schema.applied.len() {
            more if more > steps => Migrator::down(db, count(more - steps)).await?,
            less if less < steps => Migrator::up(db, count(steps - less)).await?,
            _ => {}
        }
        Ok(Loading {
            write,
            tables: header.tables.clone(),
            table: String::new(),
            waiting: Vec::new(),
            bytes: 0,
            counts: BTreeMap::new(),
        })
    }
}

impl Loading {
    /// Takes the line of a row.
    ///
    /// # Errors
    /// `Malformed`, or the database's.
    pub async fn row(&mut self, line: &[u8]) -> Result<(), Refusal> {
        let (table, cells): (String, Vec<Json>) =
            serde_json::from_slice(line).map_err(|_| Refusal::Malformed)?;
        let columns = &self.tables.get(&table).ok_or(Refusal::Malformed)?.columns;
        if cells.len() != columns.len() {
            return Err(Refusal::Malformed);
        }
        let typed =
            |(cell, (_, kind)): (&Json, &(String, ColumnKind))| cell::from_json(cell, *kind);
        let values: Option<Vec<Value>> = cells.iter().zip(columns).map(typed).collect();
        let values = values.ok_or(Refusal::Malformed)?;
        let most = ROWS.min(VALUES / columns.len());
        if table != self.table || self.waiting.len() >= most || self.bytes > BYTES {
            self.insert().await?;
            self.table.clone_from(&table);
        }
        self.bytes += line.len();
        self.waiting.push(values);
        *self.counts.entry(table).or_default() += 1;
        Ok(())
    }

    /// Brings the rows to today's schema and makes them durable; gives how many each table has got.
    pub async fn finish(mut self) -> Result<BTreeMap<String, u64>, Refusal> {
        self.insert().await?;
        Migrator::up(&self.write.0.inner, None).await?;
        self.write.commit_without_event(Unrecorded::Restore).await?;
        Ok(self.counts)
    }

    async fn insert(&mut self) -> Result<(), Refusal> {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.waiting);
        if rows.is_empty() {
            return Ok(());
        }
        let columns = &self.tables.get(&self.table).ok_or(Refusal::Malformed)?.columns;
        let mut insert = Query::insert();
        insert.into_table(Alias::new(&self.table));
        insert.columns(columns.iter().map(|(name, _)| Alias::new(name)));
        for row in rows {
            insert.values(row.into_iter().map(Expr::val)).map_err(|_| Refusal::Malformed)?;
        }
        self.write.0.execute(&insert).await?;
        Ok(())
    }
}

async fn is_in_use(write: &Write) -> Result<bool, DbErr> {
    let db = &write.0.inner;
    for table in IN_USE {
        if !SchemaManager::new(db).has_table(table).await? {
            continue;
        }
        let sql = format!("SELECT 1 FROM {table} LIMIT 1");
        let any = Statement::from_string(db.get_database_backend(), sql);
        if db.query_one_raw(any).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether these are names that we give, and not of the table that says which steps were applied.
fn is_table(table: &str, columns: &Columns) -> bool {
    let is_letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(is_letter);
    is_name(table)
        && table != "seaql_migrations"
        && !columns.columns.is_empty()
        && columns.columns.iter().all(|(name, _)| is_name(name))
}
