//! Rows as one value. Each row that the driver hands over goes from one thread to another, and each of
//! its columns is copied: to take fifty rows of seventeen columns so costs more than to find them.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// The columns as one array of JSON. They stand with commas between, and `UUID(…)` round each id.
pub(super) fn array(backend: DbBackend, columns: &str) -> String {
    let array = part(backend, columns);
    if backend == DbBackend::Postgres { format!("{array}::text") } else { array }
}

fn part(backend: DbBackend, columns: &str) -> String {
    if backend == DbBackend::Postgres {
        return format!("json_build_array({})", columns.replace("UUID(", "("));
    }
    let columns: Vec<String> = columns.split(',').map(of_sqlite).collect();
    format!("json_array({})", columns.join(", "))
}

/// What another table has of each row, with the row itself.
#[derive(Clone, Copy)]
pub(super) struct Beside {
    /// Columns as those of the row, which `from` gives one row of.
    pub(super) columns: &'static str,
    pub(super) from: &'static str,
}

/// The rows that the statement gives, with these of its columns, in the order that `order` says: a
/// list of columns. `None` for one that cannot be read, which only somebody else writes.
pub(super) async fn rows<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    statement: Statement,
    columns: &str,
    order: &str,
) -> Result<Vec<Option<T>>, DbErr> {
    let row = array(statement.db_backend, columns);
    lines(db, statement, &row, order).await
}

/// The same, each as a pair with what is beside it.
pub(super) async fn pairs<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    statement: Statement,
    (columns, Beside { columns: others, from }): (&str, Beside),
    order: &str,
) -> Result<Vec<Option<T>>, DbErr> {
    let backend = statement.db_backend;
    let (row, other) = (part(backend, columns), part(backend, others));
    let row = match backend {
        DbBackend::Postgres => {
            format!("json_build_array({row}, (SELECT {other} FROM {from}))::text")
        }
        // What a subquery gives is text to it, unless it is told otherwise.
        _ => format!("json_array({row}, json((SELECT {other} FROM {from})))"),
    };
    lines(db, statement, &row, order).await
}

async fn lines<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    Statement { sql, values, db_backend }: Statement,
    row: &str,
    order: &str,
) -> Result<Vec<Option<T>>, DbErr> {
    // A row has no line break in it: JSON writes one as two characters.
    let lines = match db_backend {
        DbBackend::Postgres => format!("string_agg({row}, chr(10) ORDER BY {order})"),
        // As bytes: not all text there is UTF-8, and what is not spoils no other row.
        _ => format!("CAST(group_concat({row}, char(10) ORDER BY {order}) AS BLOB)"),
    };
    let sql = format!("SELECT {lines} FROM ({sql}) AS listed");
    let found = db.query_one_raw(Statement { sql, values, db_backend }).await?;
    let Some(found) = found else { return Ok(Vec::new()) };
    let lines = if db_backend == DbBackend::Postgres {
        found.try_get_by_index::<Option<String>>(0)?.map(String::into_bytes)
    } else {
        found.try_get_by_index::<Option<Vec<u8>>>(0)?
    };
    let lines = lines.iter().flat_map(|lines| lines.split(|byte| *byte == b'\n'));
    Ok(lines.map(|line| serde_json::from_slice(line).ok()).collect())
}

/// Bytes, which any column may hold there and only somebody else writes, would fail the statement and
/// with it every other row.
fn of_sqlite(column: &str) -> String {
    let column = column.trim();
    match column.strip_prefix("UUID(") {
        Some(id) => format!("hex({id}"),
        None => format!("CASE typeof({column}) WHEN 'blob' THEN NULL ELSE {column} END"),
    }
}

/// Yes or no, which `SQLite` has as a number.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum Flag {
    Boolean(bool),
    Number(i64),
}

impl From<Flag> for bool {
    fn from(flag: Flag) -> Self {
        match flag {
            Flag::Boolean(is_set) => is_set,
            Flag::Number(number) => number != 0,
        }
    }
}

/// For a column that is yes or no.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Flag::deserialize(from).map(bool::from)
}
