//! What the databases hand over of a row: `SQLite` one text, since each value that it hands over is copied;
//! PostgreSQL its columns, since it takes longer to write them as one text than to read all else.

use crate::store::as_json;
use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::{Column, Row, TypeInfo, ValueRef};
use sea_orm::{DbBackend, QueryResult};
use serde_json::Value;
use std::borrow::Cow;
use uuid::Uuid;

/// A row, by all that it says.
pub(super) enum Cells<'a> {
    Text(String),
    /// The columns with all bytes of their values.
    Columns(&'a PgRow, Vec<u8>),
}

/// The columns as a statement asks for them.
pub(super) fn asked(backend: DbBackend, columns: &str) -> String {
    match backend {
        DbBackend::Postgres => columns.replace("UUID(", "("),
        _ => as_json::array(backend, columns),
    }
}

impl<'a> Cells<'a> {
    /// What was handed over, and the ciphertext, which is the last column; nothing of what cannot be read.
    pub(super) fn of(row: &'a QueryResult) -> (Self, Option<Vec<u8>>) {
        let Some(columns) = row.try_as_pg_row() else {
            let cells =
                row.try_get_by_index(0).and_then(|text| Ok((text, row.try_get_by_index(1)?)));
            let (text, blob) = cells.unwrap_or_default();
            return (Self::Text(text), blob);
        };
        let last = columns.len().saturating_sub(1);
        let mut bytes = Vec::with_capacity(1_024);
        for at in 0..last {
            let value = columns.try_get_raw(at).ok().filter(|value| !value.is_null());
            let value = value.and_then(|value| value.as_bytes().ok());
            // Its length stands before each value, so that no two rows have the same bytes.
            let length = value.map_or(-1, |value| value.len() as i64);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(value.unwrap_or_default());
        }
        (Self::Columns(columns, bytes), columns.try_get(last).unwrap_or_default())
    }

    /// All that it says; of two rows that say the same it is the same.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Columns(_, bytes) => bytes,
        }
    }

    /// The columns as one array of JSON; an empty text when one of them cannot be read.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Columns(row, _) => {
                let last = row.len().saturating_sub(1);
                let values: Option<Vec<Value>> = (0..last).map(|at| value(row, at)).collect();
                values
                    .and_then(|values| serde_json::to_string(&values).ok())
                    .unwrap_or_default()
                    .into()
            }
        }
    }
}

fn value(row: &PgRow, at: usize) -> Option<Value> {
    Some(match row.column(at).type_info().name() {
        "UUID" => row.try_get::<Option<Uuid>, _>(at).ok()?.map(|id| id.to_string()).into(),
        "INT8" => row.try_get::<Option<i64>, _>(at).ok()?.into(),
        "BOOL" => row.try_get::<Option<bool>, _>(at).ok()?.into(),
        "TEXT" | "VARCHAR" => row.try_get::<Option<String>, _>(at).ok()?.into(),
        _ => return None,
    })
}
