//! Each chain has a Merkle tree, of which its end keeps what is needed to append to it, and what was last
//! signed of it. The MAC of the end covers both once they are there. A server of before would write ends
//! without them, and so it fails: the column of the MAC has another name.
//!
//! Of links that are removed because of their age the leaves stay.
use super::{add_columns, drop_columns, drop_tables, run, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const END: &str = "chain_head";
const LEAVES: &str = "removed_leaves";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["ALTER TABLE chain_head RENAME COLUMN head_mac TO end_mac"]).await?;
        add_columns(manager, END, columns![frontier binary null, signed binary null]).await?;
        let columns = columns![chain uuid, first_seq big_integer, leaves binary, proof binary];
        manager.create_table(table(LEAVES, columns, &["chain", "first_seq"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &[LEAVES]).await?;
        drop_columns(manager, END, columns![frontier binary null, signed binary null]).await?;
        run(manager, &["ALTER TABLE chain_head RENAME COLUMN end_mac TO head_mac"]).await
    }
}
