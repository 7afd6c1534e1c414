//! Who can act as a pipeline and is newer than the approval of a grant.

use super::Grants;
use super::prepared::numbered;
use super::seals::Sealing;
use crate::domain::credential_page::WaitingIdentity;
use crate::domain::moment::Day;
use crate::domain::trust_rule::Provider;
use sea_orm::{DbErr, FromQueryResult, Statement, Value};
use uuid::Uuid;

/// `IS TRUE`, so that the index of all that waits in the project is not taken for it.
const TOKENS: &str = "SELECT pipeline.id AS pipeline_id, pipeline.name AS pipeline,
    pipeline_token.id AS what, pipeline_token.created_by AS created_by
    FROM access_grant
    INNER JOIN pipeline ON pipeline.id = access_grant.pipeline_id
    INNER JOIN pipeline_token ON pipeline_token.pipeline_id = access_grant.pipeline_id
    WHERE access_grant.project_id = ? AND access_grant.credential_id = ?
    AND access_grant.needs_approval IS TRUE AND pipeline_token.identity_epoch > access_grant.approved_epoch
    AND pipeline_token.revoked_at IS NULL AND pipeline_token.expires_at IS NULL
    AND pipeline_token.expires_on >= ?";

const RULES: &str = "SELECT pipeline.id AS pipeline_id, pipeline.name AS pipeline,
    trust_rule.provider AS what, trust_rule.created_by AS created_by
    FROM access_grant
    INNER JOIN pipeline ON pipeline.id = access_grant.pipeline_id
    INNER JOIN trust_rule ON trust_rule.pipeline_id = access_grant.pipeline_id
    WHERE access_grant.project_id = ? AND access_grant.credential_id = ?
    AND access_grant.needs_approval IS TRUE AND trust_rule.identity_epoch > access_grant.approved_epoch
    AND trust_rule.ended_at IS NULL";

#[derive(FromQueryResult)]
struct Row {
    pipeline_id: Uuid,
    pipeline: String,
    what: String,
    created_by: String,
}

impl<C: Sealing> Grants<'_, C> {
    /// The live tokens and rules that do not receive the credential until its grant is approved
    /// again, by the name of the pipeline.
    pub async fn waiting_for(
        &self,
        credential: Uuid,
        today: Day,
    ) -> Result<Vec<WaitingIdentity>, DbErr> {
        let of: [Value; 2] = [self.project.into(), credential.into()];
        let [project, credential] = of.clone();
        let tokens = self.newer(TOKENS, vec![project, credential, today.to_text().into()]).await?;
        let rules = self.newer(RULES, of.to_vec()).await?;
        let token = |row: Row| WaitingIdentity {
            what: format!("Token {}", row.what),
            pipeline_id: row.pipeline_id,
            pipeline: row.pipeline,
            created_by: row.created_by,
        };
        let rule = |row: Row| {
            let provider = Provider::from_word(&row.what).map_or("Unknown", Provider::label);
            WaitingIdentity {
                what: format!("{provider} rule"),
                pipeline_id: row.pipeline_id,
                pipeline: row.pipeline,
                created_by: row.created_by,
            }
        };
        let mut waiting: Vec<WaitingIdentity> =
            tokens.into_iter().map(token).chain(rules.into_iter().map(rule)).collect();
        waiting.sort();
        // One that has it to pull and to push holds two grants.
        waiting.dedup();
        Ok(waiting)
    }

    async fn newer(&self, text: &str, values: Vec<Value>) -> Result<Vec<Row>, DbErr> {
        let backend = self.db.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, numbered(backend, text), values);
        Row::find_by_statement(statement).all(self.db).await
    }
}
