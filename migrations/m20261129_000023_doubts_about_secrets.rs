//! What looked wrong with a secret that was saved anyway, and the day on which one that waits ends.
use super::{add_columns, drop_columns};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The columns that older tables get.
fn added() -> [(&'static str, Vec<ColumnDef>); 2] {
    [
        ("credential", columns![secret_doubt text null]),
        ("secret_version", columns![doubt text null, expires_on text null]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (of, columns) in added() {
            add_columns(manager, of, columns).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (of, columns) in added() {
            drop_columns(manager, of, columns).await?;
        }
        Ok(())
    }
}
