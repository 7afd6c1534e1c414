//! A report of a delivery says which link of the chain says the same, so that nobody can change it unseen.
//!
//! A server of before would write a report that no link says. On `PostgreSQL`, where it may still run, the
//! column has no default then: what it inserts is refused.
use super::{add_columns, drop_columns, run};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "delivery_report";

const FENCE: [&str; 1] = ["ALTER TABLE delivery_report ALTER COLUMN link DROP DEFAULT"];

/// 0: no link says it.
fn added() -> Vec<ColumnDef> {
    columns![link big_integer = 0]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, TABLE, added()).await?;
        match manager.get_database_backend() {
            DbBackend::Postgres => run(manager, &FENCE).await,
            _ => Ok(()),
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, TABLE, added()).await
    }
}
