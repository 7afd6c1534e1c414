//! Pipelines can be edited, their tokens have names, and their list comes in pages, the newest first if
//! somebody asks for that.
use super::{add_columns, drop_columns, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 1] =
    ["CREATE INDEX pipeline_created ON pipeline (project_id, created_at, name_key)"];

const DOWN: [&str; 1] = ["DROP INDEX pipeline_created"];

/// The columns that older tables get.
fn added() -> [(&'static str, Vec<ColumnDef>); 2] {
    [("pipeline", columns![revision big_integer = 1]), ("pipeline_token", columns![name text = ""])]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (of, columns) in added() {
            add_columns(manager, of, columns).await?;
        }
        run(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &DOWN).await?;
        for (of, columns) in added() {
            drop_columns(manager, of, columns).await?;
        }
        Ok(())
    }
}
