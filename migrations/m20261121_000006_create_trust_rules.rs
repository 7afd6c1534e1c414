//! Grants have terms, a signed word is taken for a pipeline, and deliveries are reported on.
use super::{add_columns, drop_columns, drop_tables, run, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What the older schema cannot say would be no condition there: it is taken away instead.
const DOWN: [&str; 7] = [
    "DELETE FROM pipeline_token WHERE expires_at IS NOT NULL",
    "DELETE FROM access_grant WHERE repositories <> '[]' OR branches <> '[]' OR events <> '[]'
        OR expires_on IS NOT NULL OR is_narrow OR needs_approval",
    "DELETE FROM access_grant WHERE intent = 'pull' AND EXISTS (
        SELECT 1 FROM access_grant AS wide WHERE wide.pipeline_id = access_grant.pipeline_id
        AND wide.credential_id = access_grant.credential_id AND wide.intent = 'pull_push')",
    "DROP INDEX receipt_id",
    "DROP INDEX pipeline_token_ends",
    "DROP INDEX access_grant_pair",
    "CREATE UNIQUE INDEX access_grant_pair ON access_grant (pipeline_id, credential_id)",
];

const UP: [&str; 8] = [
    // A credential is granted once to pull and once to push, each with its terms.
    "DROP INDEX access_grant_pair",
    "CREATE UNIQUE INDEX access_grant_pair ON access_grant (pipeline_id, credential_id, intent)",
    // Of few tokens it is known when they end, so that the others need not be looked through.
    "CREATE INDEX pipeline_token_ends ON pipeline_token (expires_at) WHERE expires_at IS NOT NULL",
    "CREATE UNIQUE INDEX receipt_id ON receipt (id)",
    "CREATE INDEX trust_rule_pipeline ON trust_rule (pipeline_id)",
    "CREATE INDEX trust_rule_provider ON trust_rule (project_id, provider)",
    "CREATE INDEX used_assertion_expiry ON used_assertion (expires_at)",
    // Grants of a protected credential that can push were given before anybody could approve them.
    "UPDATE access_grant SET needs_approval = TRUE WHERE credential_id IN
        (SELECT id FROM credential WHERE is_protected AND access = 'pull_push')",
];

/// The columns that older tables get.
fn added() -> [(&'static str, Vec<ColumnDef>); 4] {
    let of_grants = columns![
        repositories text = "[]", branches text = "[]", events text = "[]",
        forks text = "nothing", expires_on text null, is_narrow boolean = false,
        needs_approval boolean = false, granted_by uuid null, approved_by uuid null,
        approver text null, approved_at big_integer null, approved_until text null,
    ];
    [
        ("access_grant", of_grants),
        ("pipeline_token", columns![expires_at big_integer null, proof text null]),
        ("receipt", columns![proof text null, image text null]),
        ("credential", columns![token_service text null]),
    ]
}

/// The tables that there were not, each with its key.
fn created() -> [(&'static str, Vec<ColumnDef>, &'static str); 3] {
    let trust_rule = columns![
        id uuid, project_id uuid, pipeline_id uuid, provider text, issuer text, audience text,
        claims text, public_key text null, created_at big_integer, created_by text,
        last_used_at big_integer null,
    ];
    let report = columns![receipt_id uuid, project_id uuid, outcome text, at big_integer];
    [
        ("trust_rule", trust_rule, "id"),
        ("used_assertion", columns![id binary, expires_at big_integer], "id"),
        ("delivery_report", report, "receipt_id"),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (of, columns) in added() {
            add_columns(manager, of, columns).await?;
        }
        for (name, columns, key) in created() {
            manager.create_table(table(name, columns, &[key])).await?;
        }
        run(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &created().map(|(name, ..)| name)).await?;
        run(manager, &DOWN).await?;
        for (of, columns) in added() {
            drop_columns(manager, of, columns).await?;
        }
        Ok(())
    }
}
