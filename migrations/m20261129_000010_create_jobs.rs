//! Jobs, and the outbox.
use super::{drop_tables, index, optional, required, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &["job", "outbox"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = |t| manager.create_table(t);
        create(table(
            "job",
            vec![
                required("id").uuid().to_owned(),
                required("kind").text().to_owned(),
                required("job_key").text().to_owned(),
                optional("due_at").big_integer().to_owned(),
                required("attempts").big_integer().to_owned(),
                optional("locked_until").big_integer().to_owned(),
                optional("locked_by").uuid().to_owned(),
                optional("last_started_at").big_integer().to_owned(),
                optional("last_finished_at").big_integer().to_owned(),
                optional("last_result").text().to_owned(),
                optional("last_error_code").text().to_owned(),
                required("progress").text().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        manager.create_index(index("job_name", "job", &["kind", "job_key"], true)).await?;
        manager.create_index(index("job_due", "job", &["due_at"], false)).await?;
        create(table(
            "outbox",
            vec![
                required("id").uuid().to_owned(),
                required("at").big_integer().to_owned(),
                optional("project_id").uuid().to_owned(),
                required("chain").uuid().to_owned(),
                required("seq").big_integer().to_owned(),
                required("kind").text().to_owned(),
                required("subject_id").uuid().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        manager.create_index(index("outbox_at", "outbox", &["at"], false)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
