//! People, projects, who belongs where, and what signing in needs.
use super::{drop_tables, index, optional, required, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] =
    &["instance", "person", "project", "membership", "session", "attempt", "slot"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = |t| manager.create_table(t);
        create(table(
            "instance",
            vec![
                required("name").text().to_owned(),
                required("value").text().to_owned(),
                optional("until").big_integer().to_owned(),
            ],
            &["name"],
        ))
        .await?;
        create(table(
            "person",
            vec![
                required("id").uuid().to_owned(),
                required("email").text().to_owned(),
                required("email_key").text().to_owned(),
                required("name").text().to_owned(),
                required("password_hash").text().to_owned(),
                required("is_admin").boolean().to_owned(),
                optional("disabled_at").big_integer().to_owned(),
                required("created_at").big_integer().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        manager.create_index(index("person_email", "person", &["email_key"], true)).await?;
        create(table(
            "project",
            vec![
                required("id").uuid().to_owned(),
                required("slug").text().to_owned(),
                required("name").text().to_owned(),
                required("created_at").big_integer().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        manager.create_index(index("project_slug", "project", &["slug"], true)).await?;
        create(table(
            "membership",
            vec![
                required("project_id").uuid().to_owned(),
                required("person_id").uuid().to_owned(),
                required("role").text().to_owned(),
                required("created_at").big_integer().to_owned(),
            ],
            &["project_id", "person_id"],
        ))
        .await?;
        manager
            .create_index(index("membership_person", "membership", &["person_id"], false))
            .await?;
        create(table(
            "session",
            vec![
                required("id_hash").binary().to_owned(),
                required("data").text().to_owned(),
                optional("person_id").uuid().to_owned(),
                required("expires_at").big_integer().to_owned(),
                required("ends_at").big_integer().to_owned(),
            ],
            &["id_hash"],
        ))
        .await?;
        manager.create_index(index("session_expiry", "session", &["expires_at"], false)).await?;
        create(table(
            "attempt",
            vec![
                required("key").text().to_owned(),
                required("count").big_integer().to_owned(),
                required("since").big_integer().to_owned(),
            ],
            &["key"],
        ))
        .await?;
        create(table(
            "slot",
            vec![
                required("id").uuid().to_owned(),
                required("id_hash").binary().to_owned(),
                optional("person_id").uuid().to_owned(),
                required("kind").text().to_owned(),
                required("sealed").binary().to_owned(),
                required("expires_at").big_integer().to_owned(),
            ],
            &["id"],
        ))
        .await?;
        manager.create_index(index("slot_hash", "slot", &["id_hash"], true)).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, TABLES).await
    }
}
