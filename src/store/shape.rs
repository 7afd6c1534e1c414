//! What the tables look like, told by their entities: for what handles rows of every table alike.

use sea_orm::sea_query::ColumnType;
use sea_orm::sqlx::{Row as _, TypeInfo as _, ValueRef as _};
use sea_orm::{ColumnTrait, DbErr, EntityName, EntityTrait, IdenStatic, Iterable, QueryResult};
use serde::{Deserialize, Serialize};

/// What a column holds, whatever the database calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    Uuid,
    Text,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Bigint,
    Boolean,
    Bytes,
}

#[derive(Clone, Debug)]
pub(super) struct TableShape {
    pub(super) name: &'static str,
    pub(super) columns: Vec<(&'static str, ColumnKind)>,
    /// Which of the columns are the primary key, in its order.
    pub(super) key: Vec<usize>,
}

impl TableShape {
    /// Whether the key of that row has a text where ours have bytes: see [`is_text`].
    pub(super) fn has_text_in_key(&self, row: &QueryResult) -> bool {
        let parts = self.key.iter().filter_map(|at| self.columns.get(*at));
        let mut of_bytes =
            parts.filter(|(_, kind)| matches!(kind, ColumnKind::Uuid | ColumnKind::Bytes));
        of_bytes.any(|(name, _)| is_text(row, name))
    }
}

/// Whether that column of the row is a text. In a column of bytes the embedded database keeps one that is
/// read as the same bytes. It is another value all the same: no statement finds the row by them, and the
/// row comes before all those that have bytes there.
pub(super) fn is_text(row: &QueryResult, column: &str) -> bool {
    let value = row.try_as_sqlite_row().and_then(|row| row.try_get_raw(column).ok());
    value.is_some_and(|value| value.type_info().name() == "TEXT")
}

/// The table of an entity. An error when a column is of a kind that nobody handles yet.
pub(super) fn of<E: EntityTrait>() -> Result<TableShape, DbErr> {
    let name = EntityName::table_name(&E::default());
    let mut columns = Vec::new();
    for column in <E::Column as Iterable>::iter() {
        let kind = kind(ColumnTrait::def(&column).get_column_type());
        let column = IdenStatic::as_str(&column);
        let unknown = || DbErr::Type(format!("{name}.{column} is of a kind that has no name here"));
        columns.push((column, kind.ok_or_else(unknown)?));
    }
    let key = <E::PrimaryKey as Iterable>::iter()
        .filter_map(|key| columns.iter().position(|(name, _)| *name == IdenStatic::as_str(&key)))
        .collect();
    Ok(TableShape { name, columns, key })
}

fn kind(column: &ColumnType) -> Option<ColumnKind> {
    Some(match column {
        ColumnType::Uuid => ColumnKind::Uuid,
        ColumnType::Text | ColumnType::String(_) | ColumnType::Char(_) => ColumnKind::Text,
        ColumnType::Integer => ColumnKind::Integer,
        ColumnType::BigInteger => ColumnKind::Bigint,
        ColumnType::Boolean => ColumnKind::Boolean,
        ColumnType::Blob | ColumnType::Binary(_) | ColumnType::VarBinary(_) => ColumnKind::Bytes,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::entity;

    #[test]
    fn every_table_has_a_shape_and_a_key() {
        let shapes = entity::shapes().unwrap();
        assert!(shapes.len() > 16);
        for shape in shapes {
            assert!(!shape.key.is_empty(), "{}", shape.name);
        }
    }
}
