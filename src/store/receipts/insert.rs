//! The rows of a group of receipts, inserted by a few statements that are always the same.

use crate::store::entity::receipt::{Column, Entity, Model};
use crate::store::prepared::{PreparedRows, repeated};
use sea_orm::{ConnectionTrait, DbErr, EntityName, IdenStatic, Iterable, ModelTrait, Value};

/// Inserts all of them.
pub(super) async fn insert<C: ConnectionTrait>(db: &C, rows: &[Model]) -> Result<(), DbErr> {
    static STATEMENTS: PreparedRows = PreparedRows::new();
    for statement in STATEMENTS.statements(db.get_database_backend(), rows, text, values) {
        db.execute_raw(statement).await?;
    }
    Ok(())
}

fn text(rows: usize) -> String {
    let columns: Vec<&str> = Column::iter().map(|column| column.as_str()).collect();
    let row = format!("({})", repeated("?", columns.len()));
    let names = columns.join("\", \"");
    format!("INSERT INTO \"{}\" (\"{names}\") VALUES {}", Entity.table_name(), repeated(&row, rows))
}

fn values(rows: &[Model]) -> Vec<Value> {
    rows.iter().flat_map(|row| Column::iter().map(|column| row.get(column))).collect()
}
