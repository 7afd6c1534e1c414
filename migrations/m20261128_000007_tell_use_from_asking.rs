//! What was only asked for is told from what is known to have been used.
use super::{optional, required};
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

fn of_usage() -> TableAlterStatement {
    Table::alter().table(Alias::new("usage")).to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut column in [
            required("used").big_integer().default(0).to_owned(),
            optional("last_used_at").big_integer().to_owned(),
        ] {
            manager.alter_table(of_usage().add_column(&mut column).to_owned()).await?;
        }
        manager.get_connection().execute_unprepared(COUNT).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["used", "last_used_at"] {
            manager.alter_table(of_usage().drop_column(Alias::new(column)).to_owned()).await?;
        }
        Ok(())
    }
}
