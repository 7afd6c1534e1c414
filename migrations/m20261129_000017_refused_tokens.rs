//! A token says when it was last used after its end, and from where.
use super::{add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn of_tokens() -> Vec<ColumnDef> {
    columns![refused_at big_integer null, refused_from text null]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "pipeline_token", of_tokens()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "pipeline_token", of_tokens()).await
    }
}
