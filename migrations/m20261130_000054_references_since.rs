//! Since when a file names what it names, whatever else in it changed. Of what is there, and of what a server of before
//! writes, only the last change of the file is known.
use super::{add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const FILES: &str = "definition";
const STATEMENTS: &str = "definition_statement";

fn of_files() -> Vec<ColumnDef> {
    columns![names_changed_at big_integer null]
}

fn of_statements() -> Vec<ColumnDef> {
    columns![named_since big_integer null]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, FILES, of_files()).await?;
        add_columns(manager, STATEMENTS, of_statements()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, STATEMENTS, of_statements()).await?;
        drop_columns(manager, FILES, of_files()).await
    }
}
