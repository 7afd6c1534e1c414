//! A credential whose secret others may know is marked: when, by whom, and with which version.
use super::{add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "credential";

fn added() -> Vec<ColumnDef> {
    columns![
        compromised_at big_integer null,
        compromised_by text null,
        compromised_version big_integer null,
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, TABLE, added()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, TABLE, added()).await
    }
}
