//! Pipelines, their tokens and grants, and what they have received.
use super::{drop_tables, index, optional, required, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &["pipeline", "pipeline_token", "access_grant", "usage"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = |t| manager.create_table(t);
        create(table(
            "pipeline",
            vec![
                required("id").uuid().to_owned(),
                required("project_id").uuid().to_owned(),
                required("name").text().to_owned(),
                required("name_key").text().to_owned(),
                required("description").text().to_owned(),
                required("created_at").big_integer().to_owned(),
                required("created_by").text().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        manager
            .create_index(index("pipeline_name", "pipeline", &["project_id", "name_key"], true))
            .await?;
        create(table(
            "pipeline_token",
            vec![
                required("id").text().to_owned(),
                required("project_id").uuid().to_owned(),
                required("pipeline_id").uuid().to_owned(),
                required("secret_hash").binary().to_owned(),
                required("created_at").big_integer().to_owned(),
                required("created_by").text().to_owned(),
                required("expires_on").text().to_owned(),
                optional("last_used_at").big_integer().to_owned(),
                optional("revoked_at").big_integer().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        manager
            .create_index(index(
                "pipeline_token_pipeline",
                "pipeline_token",
                &["pipeline_id"],
                false,
            ))
            .await?;
        create(table(
            "access_grant",
            vec![
                required("id").uuid().to_owned(),
                required("project_id").uuid().to_owned(),
                required("pipeline_id").uuid().to_owned(),
                required("credential_id").uuid().to_owned(),
                required("intent").text().to_owned(),
                required("created_at").big_integer().to_owned(),
                required("created_by").text().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        manager
            .create_index(index(
                "access_grant_pair",
                "access_grant",
                &["pipeline_id", "credential_id"],
                true,
            ))
            .await?;
        manager
            .create_index(index(
                "access_grant_credential",
                "access_grant",
                &["credential_id"],
                false,
            ))
            .await?;
        create(table(
            "usage",
            vec![
                required("project_id").uuid().to_owned(),
                required("credential_id").uuid().to_owned(),
                required("pipeline_id").uuid().to_owned(),
                required("pipeline").text().to_owned(),
                required("deliveries").big_integer().to_owned(),
                required("first_at").big_integer().to_owned(),
                required("last_at").big_integer().to_owned(),
                required("last_version").big_integer().to_owned(),
            ],
            &["credential_id", "pipeline_id"],
        ))
        .await?;
        manager.create_index(index("usage_project", "usage", &["project_id"], false)).await?;
        manager.create_index(index("usage_pipeline", "usage", &["pipeline_id"], false)).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
