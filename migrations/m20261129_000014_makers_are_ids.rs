//! Whose tokens, trust rules and grants these are, by id beside the name, as the audit events say;
//! which rules have stopped with their maker, and who was shown a secret that a project shares.
use super::{add_columns, drop_columns, drop_tables, run, table};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// An event is a little younger than its row: an issuer was asked in between.
const UP: [&str; 12] = [
    "UPDATE pipeline_token SET created_by_id = (
        SELECT e.actor_id FROM audit_event e
        WHERE e.chain = pipeline_token.project_id AND e.subject_id = pipeline_token.pipeline_id
        AND e.action = 'token.created'
        AND e.detail IN (pipeline_token.id, '{\"token\":\"' || pipeline_token.id || '\"}')
        ORDER BY e.seq LIMIT 1)
        WHERE expires_at IS NULL",
    "UPDATE trust_rule SET created_by_id = (
        SELECT e.actor_id FROM audit_event e
        WHERE e.chain = trust_rule.project_id AND e.subject_id = trust_rule.pipeline_id
        AND e.action = 'trust_rule.created' AND e.actor = trust_rule.created_by
        AND e.at >= trust_rule.created_at AND e.at <= trust_rule.created_at + 300000
        ORDER BY e.seq LIMIT 1)",
    "UPDATE access_grant SET granted_by = (
        SELECT e.actor_id FROM audit_event e
        WHERE e.chain = access_grant.project_id AND e.subject_id = access_grant.pipeline_id
        AND e.action = 'grant.created' AND e.actor = access_grant.created_by
        AND e.at >= access_grant.created_at AND e.at <= access_grant.created_at + 300000
        ORDER BY e.seq LIMIT 1)
        WHERE granted_by IS NULL",
    // Everybody who added a rule for Drone was shown the secret of the project.
    "INSERT INTO shared_secret_view (project_id, person_id, shown_at)
        SELECT e.chain, e.actor_id, MIN(e.at) FROM audit_event e
        WHERE e.action = 'trust_rule.created' AND e.actor_id IS NOT NULL
        AND e.detail IN ('Drone', '{\"provider\":\"drone\"}')
        AND EXISTS (SELECT 1 FROM trust_rule t
            WHERE t.provider = 'drone' AND t.project_id = e.chain)
        GROUP BY e.chain, e.actor_id",
    "CREATE INDEX pipeline_token_maker ON pipeline_token (created_by_id, project_id)
        WHERE created_by_id IS NOT NULL",
    "CREATE INDEX trust_rule_maker ON trust_rule (created_by_id, project_id)",
    "CREATE INDEX access_grant_giver ON access_grant (granted_by, project_id)",
    "CREATE INDEX access_grant_approver ON access_grant (approved_by, project_id)
        WHERE approved_by IS NOT NULL",
    "CREATE INDEX shared_secret_view_person ON shared_secret_view (person_id)",
    // Of few it is not known who made them. They go by the name.
    "CREATE INDEX pipeline_token_named ON pipeline_token (created_by)
        WHERE created_by_id IS NULL AND expires_at IS NULL",
    "CREATE INDEX trust_rule_named ON trust_rule (created_by) WHERE created_by_id IS NULL",
    "CREATE INDEX access_grant_named ON access_grant (created_by) WHERE granted_by IS NULL",
];

/// What has stopped would work again where nothing says that it has.
const DOWN: [&str; 8] = [
    "DELETE FROM trust_rule WHERE ended_at IS NOT NULL",
    "DROP INDEX access_grant_named",
    "DROP INDEX trust_rule_named",
    "DROP INDEX pipeline_token_named",
    "DROP INDEX access_grant_approver",
    "DROP INDEX access_grant_giver",
    "DROP INDEX trust_rule_maker",
    "DROP INDEX pipeline_token_maker",
];

/// The columns that older tables get.
fn added() -> [(&'static str, Vec<ColumnDef>); 2] {
    [
        ("pipeline_token", columns![created_by_id uuid null]),
        ("trust_rule", columns![created_by_id uuid null, ended_at big_integer null]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (of, columns) in added() {
            add_columns(manager, of, columns).await?;
        }
        let view = columns![project_id uuid, person_id uuid, shown_at big_integer];
        let key = ["project_id", "person_id"];
        manager.create_table(table("shared_secret_view", view, &key)).await?;
        run(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["shared_secret_view"]).await?;
        run(manager, &DOWN).await?;
        for (of, columns) in added() {
            drop_columns(manager, of, columns).await?;
        }
        Ok(())
    }
}
