//! Data keys have a life, secrets have versions that are kept, and scheduled work has a lease.
use super::{add_columns, drop_columns, drop_tables, run, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What was there before gets what it would have had.
const FILL: [&str; 7] = [
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
    "CREATE INDEX secret_version_key ON secret_version (key_version, id)",
    "CREATE INDEX secret_version_same ON secret_version (project_id, fingerprint)",
];

const UNFILL: [&str; 4] = [
    "DROP INDEX secret_version_same",
    "DROP INDEX secret_version_key",
    "DROP INDEX crypto_key_active",
    "UPDATE crypto_key SET is_active = (state = 'active')",
];

fn was_active() -> Vec<ColumnDef> {
    columns![is_active boolean = false]
}

fn of_keys() -> Vec<ColumnDef> {
    columns![state text = "archived", state_since big_integer = 0]
}

fn of_versions() -> Vec<ColumnDef> {
    columns![
        method text = "password", key_file text null, key_version integer null,
        fingerprint binary null, staged_at big_integer null, unreadable_at big_integer null,
        deliveries big_integer = 0, last_delivered_at big_integer null,
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_columns(manager, "crypto_key", of_keys()).await?;
        add_columns(manager, "secret_version", of_versions()).await?;
        run(manager, &FILL).await?;
        drop_columns(manager, "crypto_key", was_active()).await?;
        let lease = columns![name text, holder uuid, until big_integer, progress text];
        manager.create_table(table("lease", lease, &["name"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["lease"]).await?;
        add_columns(manager, "crypto_key", was_active()).await?;
        run(manager, &UNFILL).await?;
        drop_columns(manager, "crypto_key", of_keys()).await?;
        drop_columns(manager, "secret_version", of_versions()).await
    }
}
