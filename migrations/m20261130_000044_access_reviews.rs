//! Access reviews, and what stood in each as it was when it began.
use super::{drop_tables, run, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const INDEXES: [&str; 2] = [
    "CREATE INDEX review_project ON review (project_id, id)",
    "CREATE UNIQUE INDEX review_item_number ON review_item (review_id, number)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = columns![
            id uuid,
            project_id uuid,
            name text,
            opened_at big_integer,
            opened_by text,
            opened_by_id uuid null,
            due_on text null,
            undecided text,
            items big_integer,
            closed_at big_integer null,
            closed_by text null,
            opening text null,
            closing text null,
            mac text null,
        ];
        manager.create_table(table("review", columns, &["id"])).await?;
        let columns = columns![
            id uuid,
            project_id uuid,
            review_id uuid,
            number big_integer,
            kind text,
            subject text,
            pipeline_id uuid null,
            credential_id uuid null,
            name text,
            terms text,
            whose text,
            whose_id uuid null,
            made_at big_integer null,
            facts text,
            reviewer text null,
            reviewer_id uuid null,
            verdict text null,
            decided_at big_integer null,
            decided_by text null,
            decided_by_id uuid null,
            note text null,
            effect big_integer null,
            mac text null,
        ];
        manager.create_table(table("review_item", columns, &["id"])).await?;
        run(manager, &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["review", "review_item"]).await
    }
}
