//! Whether a run of the pipeline or a person sent a definition: a run replaces what runs sent, and nothing else.
use super::{add_columns, drop_columns, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "definition";

/// Runs were named as their pipeline was.
const FILL: [&str; 1] = ["UPDATE definition SET by_run = TRUE WHERE EXISTS (
    SELECT 1 FROM pipeline
    WHERE pipeline.id = definition.pipeline_id AND pipeline.name = definition.sent_by
)"];

fn added() -> Vec<ColumnDef> {
    columns![by_run boolean = false]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, TABLE, added()).await?;
        run(manager, &FILL).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, TABLE, added()).await
    }
}
