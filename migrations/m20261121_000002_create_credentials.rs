//! Keys, credentials, and the versions of their secrets.
use super::{drop_tables, index, optional, required, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &["crypto_key", "credential", "secret_version"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = |t| manager.create_table(t);
        create(table(
            "crypto_key",
            vec![
                required("purpose").text().to_owned(),
                required("version").integer().to_owned(),
                required("key_uuid").uuid().to_owned(),
                required("wrapped").binary().to_owned(),
                required("kek_id").text().to_owned(),
                required("is_active").boolean().to_owned(),
                required("created_at").big_integer().to_owned(),
            ],
            &["purpose", "version"],
        ))
        .await?;
        create(table(
            "credential",
            vec![
                required("id").uuid().to_owned(),
                required("project_id").uuid().to_owned(),
                required("name").text().to_owned(),
                required("name_key").text().to_owned(),
                required("search_key").text().to_owned(),
                required("description").text().to_owned(),
                required("host").text().to_owned(),
                required("is_insecure").boolean().to_owned(),
                required("method").text().to_owned(),
                required("username").text().to_owned(),
                required("access").text().to_owned(),
                required("email").text().to_owned(),
                required("paths").text().to_owned(),
                required("owner").text().to_owned(),
                required("environment").text().to_owned(),
                required("labels").text().to_owned(),
                optional("expires_on").text().to_owned(),
                optional("review_on").text().to_owned(),
                optional("rotate_every_days").integer().to_owned(),
                optional("renew_on").text().to_owned(),
                required("is_protected").boolean().to_owned(),
                optional("key_file").text().to_owned(),
                required("secret_version").big_integer().to_owned(),
                required("secret_set_at").big_integer().to_owned(),
                required("secret_set_by").text().to_owned(),
                optional("disabled_at").big_integer().to_owned(),
                optional("unreadable_at").big_integer().to_owned(),
                required("revision").big_integer().to_owned(),
                required("created_at").big_integer().to_owned(),
                required("created_by").text().to_owned(),
                required("updated_at").big_integer().to_owned(),
                required("updated_by").text().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        manager
            .create_index(index("credential_name", "credential", &["project_id", "name_key"], true))
            .await?;
        manager
            .create_index(index("credential_host", "credential", &["project_id", "host"], false))
            .await?;
        manager
            .create_index(index(
                "credential_changed",
                "credential",
                &["project_id", "updated_at"],
                false,
            ))
            .await?;
        create(table(
            "secret_version",
            vec![
                required("id").uuid().to_owned(),
                required("project_id").uuid().to_owned(),
                required("credential_id").uuid().to_owned(),
                required("version").big_integer().to_owned(),
                optional("sealed").binary().to_owned(),
                required("created_at").big_integer().to_owned(),
                required("created_by").text().to_owned(),
                optional("destroyed_at").big_integer().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        manager
            .create_index(index(
                "secret_version_number",
                "secret_version",
                &["credential_id", "version"],
                true,
            ))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
