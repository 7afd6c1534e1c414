//! Audit events and receipts, chained.
use super::{drop_tables, index, optional, required, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &["chain_head", "audit_event", "receipt"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = |t| manager.create_table(t);
        create(table(
            "chain_head",
            vec![
                required("chain").uuid().to_owned(),
                required("seq").big_integer().to_owned(),
                required("mac").binary().to_owned(),
            ],
            &["chain"],
        ))
        .await?;
        create(table(
            "audit_event",
            vec![
                required("chain").uuid().to_owned(),
                required("seq").big_integer().to_owned(),
                required("at").big_integer().to_owned(),
                required("action").text().to_owned(),
                optional("actor_id").uuid().to_owned(),
                required("actor").text().to_owned(),
                required("subject_id").uuid().to_owned(),
                required("subject").text().to_owned(),
                required("detail").text().to_owned(),
                required("mac").binary().to_owned(),
            ],
            &["chain", "seq"],
        ))
        .await?;
        manager
            .create_index(index(
                "audit_event_subject",
                "audit_event",
                &["subject_id", "seq"],
                false,
            ))
            .await?;
        create(table(
            "receipt",
            vec![
                required("id").uuid().to_owned(),
                required("chain").uuid().to_owned(),
                required("seq").big_integer().to_owned(),
                required("at").big_integer().to_owned(),
                required("pipeline_id").uuid().to_owned(),
                required("pipeline").text().to_owned(),
                optional("credential_id").uuid().to_owned(),
                optional("credential").text().to_owned(),
                optional("version").big_integer().to_owned(),
                required("intent").text().to_owned(),
                required("door").text().to_owned(),
                required("token_id").text().to_owned(),
                required("claims").text().to_owned(),
                optional("address").text().to_owned(),
                required("outcome").text().to_owned(),
                optional("reason").text().to_owned(),
                required("mac").binary().to_owned(),
            ],
            &["chain", "seq"],
        ))
        .await?;
        manager
            .create_index(index("receipt_credential", "receipt", &["credential_id", "seq"], false))
            .await?;
        manager
            .create_index(index("receipt_pipeline", "receipt", &["pipeline_id", "seq"], false))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
