//! All rows that decide: given their MAC once, and looked at for those that we did not write.

use super::pages::Pages;
use super::tables::{adopt, deciding, seal_all};
use super::tampered::Tampered;
use super::{Authentic, is_genuine, said_by};
use crate::store::locked;
use crate::store::prepared::numbered;
use crate::store::seals::{KeyReader, RowMacs, Sealing};
use crate::store::shape::{self, ColumnKind};
use crate::store::{Store, Write};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityName,
    FromQueryResult, IdenStatic, Iterable, ModelTrait, PrimaryKeyToColumn, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, QueryTrait, Select, Statement, Value,
};
use std::fmt::Write as _;
use std::sync::Arc;
use uuid::Uuid;

/// Rows that are in memory at once.
pub(super) const PAGE: u64 = 500;

/// The values of a primary key, in its order.
pub(super) type Key = Vec<Value>;

/// What only those who are signed in make, and what a set-up leaves behind.
const IN_USE: &str = "SELECT 1 AS used WHERE EXISTS (SELECT 1 FROM credential)
    OR EXISTS (SELECT 1 FROM pipeline) OR EXISTS (SELECT 1 FROM person WHERE person.is_admin)
    OR EXISTS (SELECT 1 FROM audit_event WHERE audit_event.chain = ?
        AND audit_event.action = 'instance.set_up')";

impl Store {
    /// From now on rows are written and known with these.
    pub fn set_row_macs(&self, macs: Arc<dyn RowMacs>) {
        self.reader.seals.set(macs);
    }

    /// From now on the stored keys are read with this when a row names one that is not known. It is to
    /// have a store from [`Store::for_key_reader`].
    pub fn set_key_reader(&self, reader: Arc<dyn KeyReader>) {
        self.reader.seals.set_reader(reader);
    }

    /// The same store, with the same keys, for who reads the stored ones again.
    #[must_use]
    pub fn for_key_reader(&self) -> Self {
        let mut store = self.clone();
        store.reader.seals = self.reader.seals.for_reader();
        store
    }

    /// Whether anybody has used the instance: then it is not for a stranger to set up, whatever else
    /// the database says.
    pub async fn is_in_use(&self) -> Result<bool, DbErr> {
        let backend = self.reader.get_database_backend();
        let text = numbered(backend, IN_USE);
        let statement = Statement::from_sql_and_values(backend, text, [Uuid::nil().into()]);
        Ok(self.reader.query_one_raw(statement).await?.is_some())
    }

    /// Every column whose value decides, with its table and what it holds: for tests that change each.
    pub fn deciding_columns() -> Result<Vec<(&'static str, &'static str, ColumnKind)>, DbErr> {
        deciding()
    }

    /// Takes every row of the table for ours as it is now, through a connection of the caller's. For
    /// tests, which write rows by hand; the product never does this.
    pub async fn adopt_rows(&self, db: DatabaseConnection, table: &str) -> Result<(), DbErr> {
        let db = self.reader.over(db);
        adopt(&db, table).await?;
        db.inner.close().await
    }
}

impl Write {
    /// Gives every row that has none its MAC; how many there were.
    pub async fn seal_rows(&self) -> Result<u64, DbErr> {
        seal_all(&self.0).await
    }
}

/// Goes through the table in the order of its key, however many rows have a MAC already.
pub(super) async fn seal_table<E: Authentic, C: Sealing>(db: &C) -> Result<u64, DbErr> {
    let (mut sealed, mut after): (u64, Option<Key>) = (0, None);
    loop {
        // Locked: a row that is changed meanwhile would get the MAC of what it said before.
        let page = locked(db, page::<E>(after.take())).build(db.get_database_backend());
        let page = db.query_all_raw(page).await?;
        // One with a value that no row of ours has gets no MAC, and keeps nobody from starting.
        let read =
            |row: &QueryResult| <E::Model as FromQueryResult>::from_query_result(row, "").ok();
        let rows: Vec<E::Model> = page.iter().filter_map(read).collect();
        if rows.len() < page.len() {
            db.seals().tell(E::TABLE);
        }
        let Some(last) = rows.last() else { return Ok(sealed) };
        after = Some(key_of::<E>(last));
        for row in rows.iter().filter(|row| matches!(row.get(E::MAC), Value::String(None))) {
            give_mac::<E, C>(db, row).await?;
            sealed += 1;
        }
    }
}

/// Gives the row, as it is, a MAC of the key in use.
pub(super) async fn give_mac<E: Authentic, C: Sealing>(
    db: &C,
    row: &E::Model,
) -> Result<(), DbErr> {
    let mac = db.seals().seal(said_by::<E>(row)?.bytes());
    let mac = mac.ok_or_else(|| DbErr::Type("there is no key for rows".to_owned()))?;
    let mut with_mac = <E::ActiveModel as ActiveModelTrait>::default();
    for key in keys::<E>() {
        with_mac.try_set(key, row.get(key))?;
    }
    with_mac.try_set(E::MAC, mac.into())?;
    E::update(with_mac).exec_without_returning(db).await.map(drop)
}

pub(super) fn columns_of<E: Authentic>()
-> Result<Vec<(&'static str, &'static str, ColumnKind)>, DbErr> {
    let shape = shape::of::<E>()?;
    let decides = |name: &str| E::DECIDING.iter().any(|column| IdenStatic::as_str(column) == name);
    let columns = shape.columns.into_iter().filter(|(name, _)| decides(name));
    Ok(columns.map(|(name, kind)| (shape.name, name, kind)).collect())
}

pub(super) async fn adopt_table<E: Authentic, C: Sealing>(
    db: &C,
    table: &str,
) -> Result<(), DbErr> {
    if EntityName::table_name(&E::default()) != table {
        return Ok(());
    }
    let mut without = <E::ActiveModel as ActiveModelTrait>::default();
    without.try_set(E::MAC, Value::String(None))?;
    E::update_many().set(without).exec(db).await?;
    seal_table::<E, C>(db).await.map(drop)
}

/// Goes through the table in the order of its key.
pub(super) async fn look_at<E: Authentic, C: Sealing>(
    db: &C,
    found: &mut Tampered,
) -> Result<(), DbErr> {
    let mut pages = Pages::default();
    while let Some(page) = pages.next::<E, C>(db, PAGE).await? {
        for _ in 0..page.unreadable {
            found.add::<E>("a row whose key cannot be read".to_owned());
        }
        match page.rows.all(db).await {
            Ok(rows) if rows.len() <= page.names.len() => {
                for row in rows.iter().filter(|row| !is_genuine::<E>(db.seals(), row)) {
                    found.add::<E>(name_of(&key_of::<E>(row)));
                }
            }
            // One of them has a value that no row of ours has.
            _ => {
                for key in page.names {
                    look_at_one::<E, C>(db, &key, found).await?;
                }
            }
        }
    }
    Ok(())
}

async fn look_at_one<E: Authentic, C: Sealing>(
    db: &C,
    key: &[Value],
    found: &mut Tampered,
) -> Result<(), DbErr> {
    let one = by_key::<E>(key);
    let is_ours = match one.clone().one(db).await {
        Ok(row) => row.is_none_or(|row| is_genuine::<E>(db.seals(), &row)),
        Err(_) => {
            // Unless it is the database that does not answer.
            names_of::<E, C>(db, &one).await?.is_empty()
        }
    };
    if !is_ours {
        found.add::<E>(name_of(key));
    }
    Ok(())
}

/// The keys of the rows alone; `None` for one that cannot be read.
pub(super) async fn names_of<E: Authentic, C: Sealing>(
    db: &C,
    rows: &Select<E>,
) -> Result<Vec<Option<Key>>, DbErr> {
    let shape = shape::of::<E>()?;
    let kinds: Vec<ColumnKind> =
        shape.key.iter().filter_map(|at| shape.columns.get(*at)).map(|(_, kind)| *kind).collect();
    let names = rows.clone().select_only().columns(keys::<E>());
    let rows = db.query_all_raw(names.build(db.get_database_backend())).await?;
    let name = |row: &QueryResult| {
        if shape.has_text_in_key(row) {
            return None;
        }
        let value = |(at, kind): (usize, &ColumnKind)| -> Result<Value, DbErr> {
            Ok(match kind {
                ColumnKind::Uuid => row.try_get_by_index::<Uuid>(at)?.into(),
                ColumnKind::Text => row.try_get_by_index::<String>(at)?.into(),
                ColumnKind::Bytes => row.try_get_by_index::<Vec<u8>>(at)?.into(),
                ColumnKind::Integer => row.try_get_by_index::<i32>(at)?.into(),
                ColumnKind::Bigint => row.try_get_by_index::<i64>(at)?.into(),
                ColumnKind::Boolean => row.try_get_by_index::<bool>(at)?.into(),
            })
        };
        kinds.iter().enumerate().map(value).collect::<Result<Key, DbErr>>().ok()
    };
    Ok(rows.iter().map(name).collect())
}

pub(super) fn by_key<E: Authentic>(key: &[Value]) -> Select<E> {
    keys::<E>()
        .zip(key)
        .fold(E::find(), |one, (column, value)| one.filter(ColumnTrait::eq(&column, value.clone())))
}

/// The next rows behind the one with that key, in the order of their key.
pub(super) fn page<E: Authentic>(after: Option<Key>) -> Select<E> {
    let mut page = E::find().limit(PAGE);
    for key in keys::<E>() {
        page = page.order_by_asc(key);
    }
    match after {
        Some(after) => page.filter(beyond::<E>(after)),
        None => page,
    }
}

fn key_of<E: Authentic>(row: &E::Model) -> Key {
    keys::<E>().map(|key| row.get(key)).collect()
}

/// The rows behind that key.
fn beyond<E: Authentic>(key: Key) -> Expr {
    let columns = Expr::tuple(keys::<E>().map(ColumnTrait::into_expr));
    columns.gt(Expr::tuple(key.into_iter().map(Expr::val)))
}

pub(super) fn keys<E: Authentic>() -> impl Iterator<Item = E::Column> {
    <E::PrimaryKey as Iterable>::iter().map(PrimaryKeyToColumn::into_column)
}

/// The primary key of a row, as text.
pub(super) fn name_of(key: &[Value]) -> String {
    let parts = key.iter().map(|value| match value {
        Value::Uuid(Some(id)) => id.to_string(),
        Value::String(Some(text)) => text.clone(),
        Value::Bytes(Some(bytes)) => hex(bytes),
        _ => String::new(),
    });
    parts.collect::<Vec<_>>().join(" ")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // To a text nothing fails.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
