//! Whether a secret is a token that a person has, as far as its first letters say. Of those that were stored before,
//! nobody knows.
use super::{add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "secret_version";

fn added() -> Vec<ColumnDef> {
    columns![token text null]
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
