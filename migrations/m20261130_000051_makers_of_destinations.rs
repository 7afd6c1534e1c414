//! A destination says by id who added it, and who was shown its secret or token last: what they know ends,
//! or is listed, when they leave. Of those that are there nobody is known.
use super::{add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "destination";

fn added() -> Vec<ColumnDef> {
    columns![made_by_id uuid null, shown_to uuid null]
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
