//! An approval is for those who could act as the pipeline when it was given, and lowering a guard
//! waits for a second person.
use super::{add_columns, drop_columns, drop_tables, run, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Approvals that stand hold for everybody who could act as the pipeline until now.
const UP: [&str; 3] = [
    "UPDATE access_grant SET approved_epoch = 0 WHERE approved_at IS NOT NULL",
    "CREATE UNIQUE INDEX guard_change_credential ON guard_change (credential_id)",
    // The tokens of people and the trust rules that there are.
    "UPDATE pipeline SET identities = (SELECT COUNT(*) FROM pipeline_token
            WHERE pipeline_token.pipeline_id = pipeline.id AND pipeline_token.expires_at IS NULL)
        + (SELECT COUNT(*) FROM trust_rule WHERE trust_rule.pipeline_id = pipeline.id)",
];

/// Days for which grants that handed out a protected secret go on without a second person: as long as
/// an approval holds at most.
const UPGRADED: i64 = 365;

/// Protected alone guards a secret now, whatever its access was: a grant of one that could only pull
/// needs an approval as well. What ran before runs on, until somebody has decided on it.
fn approve_what_ran() -> String {
    let now = time::OffsetDateTime::now_utc();
    let at = now.unix_timestamp() * 1_000;
    let until = now.date().saturating_add(time::Duration::days(UPGRADED));
    format!(
        "UPDATE access_grant SET needs_approval = TRUE, approver = 'the upgrade', approved_by = NULL,
            approved_at = {at}, approved_until = '{until}', approved_epoch = 0
            WHERE needs_approval = FALSE AND NOT (is_narrow AND intent = 'pull')
            AND credential_id IN (SELECT id FROM credential WHERE is_protected)"
    )
}

/// Who is newer than an approval would be taken for approved by the older schema.
const DOWN: [&str; 1] = [
    "UPDATE access_grant SET approved_by = NULL, approver = NULL, approved_at = NULL,
        approved_until = NULL WHERE approved_epoch IS NULL OR approved_epoch <
        (SELECT pipeline.identity_epoch FROM pipeline WHERE pipeline.id = access_grant.pipeline_id)",
];

fn added() -> [(&'static str, Vec<ColumnDef>); 4] {
    [
        ("pipeline", columns![identity_epoch big_integer = 0, identities big_integer = 0]),
        ("pipeline_token", columns![identity_epoch big_integer = 0]),
        ("trust_rule", columns![identity_epoch big_integer = 0]),
        ("access_grant", columns![approved_epoch big_integer null, revision big_integer = 0]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (of, columns) in added() {
            add_columns(manager, of, columns).await?;
        }
        let columns = columns![
            id uuid, project_id uuid, credential_id uuid, changes text, proposed_by uuid,
            proposer text, proposed_at big_integer, revision big_integer,
        ];
        manager.create_table(table("guard_change", columns, &["id"])).await?;
        run(manager, &UP).await?;
        run(manager, &[approve_what_ran()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["guard_change"]).await?;
        run(manager, &DOWN).await?;
        for (of, columns) in added() {
            drop_columns(manager, of, columns).await?;
        }
        Ok(())
    }
}
