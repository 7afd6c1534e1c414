//! What a signed request may ask for is said by its trust rule, and no longer by its address alone.
use super::{add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Rules that are there only pull until somebody adds one that pushes: who chose the address could
/// ask for more than a person had agreed to.
fn of_rules() -> Vec<ColumnDef> {
    columns![intent text = "pull"]
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
