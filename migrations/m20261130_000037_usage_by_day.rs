//! What pipelines received and were refused is added up by day. The receipts that are there are added by
//! the job, some at a time: so an upgrade takes no longer when there are millions of them.
//!
//! A server of before that still runs knows nothing of days: what it is told of a delivery, or removes,
//! would be missing there for ever. So the column that it asks for when it counts, takes a report or
//! removes receipts has another name.
use super::{add_columns, drop_columns, drop_tables, run, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "usage_day";

const KEY: [&str; 6] = ["chain", "credential_id", "pipeline_id", "day", "intent", "outcome"];

const INDEXES: [&str; 1] =
    ["CREATE INDEX usage_day_pipeline ON usage_day (chain, pipeline_id, day)"];

const FENCE: [&str; 1] = ["ALTER TABLE counted RENAME COLUMN seq TO counts_seq"];

const NO_FENCE: [&str; 1] = ["ALTER TABLE counted RENAME COLUMN counts_seq TO seq"];

/// Up to which link receipts are in the days.
fn added() -> Vec<ColumnDef> {
    columns![days_seq big_integer = 0]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = columns![
            chain uuid,
            credential_id uuid,
            pipeline_id uuid,
            day big_integer,
            intent text,
            outcome text,
            times big_integer,
            failed big_integer,
            first_at big_integer,
            last_at big_integer,
            last_seq big_integer,
            doors big_integer,
            first_version big_integer null,
            last_version big_integer null,
        ];
        manager.create_table(table(TABLE, columns, &KEY)).await?;
        run(manager, &INDEXES).await?;
        run(manager, &FENCE).await?;
        add_columns(manager, "counted", added()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "counted", added()).await?;
        run(manager, &NO_FENCE).await?;
        drop_tables(manager, &[TABLE]).await
    }
}
