//! Before receipts are removed because of their age, what they add up to is put aside by day, and an event
//! of the chain, its base, has the digest of that.
//!
//! A server of before would remove receipts that nothing was put aside of. So a column that it asks for
//! when it removes receipts has another name.
use super::{add_columns, drop_columns, drop_tables, run, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "removed_days";

const FENCE: [&str; 1] = ["ALTER TABLE counted RENAME COLUMN days_seq TO summed_seq"];

const NO_FENCE: [&str; 1] = ["ALTER TABLE counted RENAME COLUMN summed_seq TO days_seq"];

/// Up to which link receipts are behind the base.
fn added() -> Vec<ColumnDef> {
    columns![base_seq big_integer = 0]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = columns![chain uuid, day big_integer, sums text, hash binary];
        manager.create_table(table(TABLE, columns, &["chain", "day"])).await?;
        run(manager, &FENCE).await?;
        add_columns(manager, "counted", added()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "counted", added()).await?;
        run(manager, &NO_FENCE).await?;
        drop_tables(manager, &[TABLE]).await
    }
}
