//! What a signed request may ask for is said by its trust rule, and no longer by its address alone; and
//! a rule for Drone says who was shown the secret that it is signed with.
use super::{add_columns, drop_columns, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Rules only pull until somebody says more.
fn of_rules() -> Vec<ColumnDef> {
    columns![intent text = "pull", shown_to uuid null]
}

/// Woodpecker signs the address that it sends to, so what the address asked for was what a person had
/// set up there: builds that push go on. Drone does not sign it. Its secret was shown to who made a rule.
const UP: [&str; 2] = [
    "UPDATE trust_rule SET intent = 'pull_push' WHERE provider = 'woodpecker'",
    "UPDATE trust_rule SET shown_to = created_by_id WHERE provider = 'drone'",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "trust_rule", of_rules()).await?;
        run(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "trust_rule", of_rules()).await
    }
}
