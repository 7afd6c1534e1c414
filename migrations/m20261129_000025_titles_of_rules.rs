//! Trust rules have titles that people give them. A blank one is made of what the rule says.
use super::{add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn of_rules() -> Vec<ColumnDef> {
    columns![title text = ""]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "trust_rule", of_rules()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "trust_rule", of_rules()).await
    }
}
