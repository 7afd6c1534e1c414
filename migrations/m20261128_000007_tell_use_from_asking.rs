//! What was only asked for is told from what is known to have been used.
use super::{add_columns, drop_columns, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// A delivery is known to be used when an image was named, or when the pipeline said how it went.
const COUNT: &str = "UPDATE usage SET
    used = (SELECT COUNT(*) FROM receipt r WHERE r.credential_id = usage.credential_id
        AND r.pipeline_id = usage.pipeline_id AND r.outcome = 'delivered' AND (r.image LIKE '%/%'
        OR EXISTS (SELECT 1 FROM delivery_report d WHERE d.receipt_id = r.id))),
    last_used_at = (SELECT MAX(r.at) FROM receipt r WHERE r.credential_id = usage.credential_id
        AND r.pipeline_id = usage.pipeline_id AND r.outcome = 'delivered' AND (r.image LIKE '%/%'
        OR EXISTS (SELECT 1 FROM delivery_report d WHERE d.receipt_id = r.id)))";

fn of_usage() -> Vec<ColumnDef> {
    columns![used big_integer = 0, last_used_at big_integer null]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "usage", of_usage()).await?;
        run(manager, &[COUNT]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_columns(manager, "usage", of_usage()).await
    }
}
