//! Data keys have a life, secrets have versions that are kept, and scheduled work has a lease.
use super::{drop_tables, index, optional, required, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What was there before gets what it would have had.
const FILL: [&str; 5] = [
    "UPDATE crypto_key SET state = 'active', state_since = created_at WHERE is_active",
    "UPDATE secret_version SET key_version = 1 WHERE sealed IS NOT NULL",
    "UPDATE secret_version SET
        method = (SELECT c.method FROM credential c WHERE c.id = secret_version.credential_id),
        key_file = (SELECT c.key_file FROM credential c WHERE c.id = secret_version.credential_id
                    AND c.secret_version = secret_version.version)
     WHERE EXISTS (SELECT 1 FROM credential c WHERE c.id = secret_version.credential_id)",
    "UPDATE secret_version SET
        deliveries = (SELECT COUNT(*) FROM receipt r WHERE r.credential_id = secret_version.credential_id
                      AND r.version = secret_version.version AND r.outcome = 'delivered'),
        last_delivered_at = (SELECT MAX(r.at) FROM receipt r WHERE r.credential_id = secret_version.credential_id
                             AND r.version = secret_version.version AND r.outcome = 'delivered')",
    // One active key of each purpose, whatever two servers try at once.
    "CREATE UNIQUE INDEX crypto_key_active ON crypto_key (purpose) WHERE state = 'active'",
];

fn add(table: &'static str, column: &mut ColumnDef) -> TableAlterStatement {
    Table::alter().table(Alias::new(table)).add_column(column).to_owned()
}

fn drop(table: &'static str, column: &'static str) -> TableAlterStatement {
    Table::alter().table(Alias::new(table)).drop_column(Alias::new(column)).to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let archived = required("state").text().default("archived").to_owned();
        let nought = |name| required(name).big_integer().default(0).to_owned();
        for mut column in [archived, nought("state_since")] {
            manager.alter_table(add("crypto_key", &mut column)).await?;
        }
        let method = required("method").text().default("password").to_owned();
        for mut column in [
            method,
            optional("key_file").text().to_owned(),
            optional("key_version").integer().to_owned(),
            optional("fingerprint").binary().to_owned(),
            optional("staged_at").big_integer().to_owned(),
            optional("unreadable_at").big_integer().to_owned(),
            nought("deliveries"),
            optional("last_delivered_at").big_integer().to_owned(),
        ] {
            manager.alter_table(add("secret_version", &mut column)).await?;
        }
        for sql in FILL {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        manager.alter_table(drop("crypto_key", "is_active")).await?;
        let by_key = index("secret_version_key", "secret_version", &["key_version", "id"], false);
        manager.create_index(by_key).await?;
        let same =
            index("secret_version_same", "secret_version", &["project_id", "fingerprint"], false);
        manager.create_index(same).await?;
        manager
            .create_table(table(
                "lease",
                vec![
                    required("name").text().to_owned(),
                    required("holder").uuid().to_owned(),
                    required("until").big_integer().to_owned(),
                    required("progress").text().to_owned(),
                ],
                &["name"],
            ))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["lease"]).await?;
        let db = manager.get_connection();
        for name in ["secret_version_same", "secret_version_key", "crypto_key_active"] {
            db.execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        let mut was_active = required("is_active").boolean().default(false).to_owned();
        manager.alter_table(add("crypto_key", &mut was_active)).await?;
        let active = "UPDATE crypto_key SET is_active = (state = 'active')";
        db.execute_unprepared(active).await?;
        for name in ["state", "state_since"] {
            manager.alter_table(drop("crypto_key", name)).await?;
        }
        for name in [
            "method",
            "key_file",
            "key_version",
            "fingerprint",
            "staged_at",
            "unreadable_at",
            "deliveries",
            "last_delivered_at",
        ] {
            manager.alter_table(drop("secret_version", name)).await?;
        }
        Ok(())
    }
}
