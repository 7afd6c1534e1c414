//! Rows that decide who gets what carry a MAC, and so does the end of each chain. Rows that are there
//! get theirs when a server first opens the keyring.
//!
//! The MAC of the last link of a chain gets another name, so that a server of an older version, which
//! knows nothing of the MAC of the end, cannot write a link: it fails instead of breaking the chain.
use super::{add_columns, drop_columns, run};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 12] = [
    "instance",
    "person",
    "project",
    "membership",
    "session",
    "pipeline",
    "pipeline_token",
    "trust_rule",
    "access_grant",
    "credential",
    "guard_change",
    "secret_version",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            add_columns(manager, table, columns![mac text null]).await?;
        }
        add_columns(manager, "chain_head", columns![head_mac text null]).await?;
        run(manager, &["ALTER TABLE chain_head RENAME COLUMN mac TO link"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            drop_columns(manager, table, columns![mac text null]).await?;
        }
        run(manager, &["ALTER TABLE chain_head RENAME COLUMN link TO mac"]).await?;
        drop_columns(manager, "chain_head", columns![head_mac text null]).await
    }
}
