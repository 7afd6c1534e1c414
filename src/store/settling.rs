//! The marks of the grants that may wait, put right: a token that ends by itself leaves one where nothing
//! waits, and a server of the version before sets none where something does.

use super::Grants;
use super::prepared::numbered;
use super::seals::Sealing;
use crate::domain::moment::Day;
use sea_orm::{DbErr, Statement, Value};

/// Somebody acts as the pipeline for whom the approval is not.
const NEWER: &str = "(EXISTS (SELECT 1 FROM pipeline_token
        WHERE pipeline_token.pipeline_id = access_grant.pipeline_id
        AND pipeline_token.revoked_at IS NULL AND pipeline_token.expires_at IS NULL
        AND pipeline_token.expires_on >= ?
        AND pipeline_token.identity_epoch > access_grant.approved_epoch)
    OR EXISTS (SELECT 1 FROM trust_rule
        WHERE trust_rule.pipeline_id = access_grant.pipeline_id AND trust_rule.ended_at IS NULL
        AND trust_rule.identity_epoch > access_grant.approved_epoch))";

/// Not looked at, though it may wait. What was rejected asks nobody.
const WAITING: &str = "UPDATE access_grant SET settled_until = ''
    WHERE access_grant.project_id = ? AND access_grant.settled_until >= ?
    AND access_grant.needs_approval AND access_grant.rejected_at IS NULL
    AND (access_grant.approved_until IS NULL OR access_grant.approved_epoch IS NULL
        OR access_grant.approved_until < access_grant.settled_until OR ";

/// Looked at, though it is approved for everybody who acts as its pipeline.
const SETTLED: &str = "UPDATE access_grant SET settled_until = access_grant.approved_until
    WHERE access_grant.project_id = ? AND access_grant.settled_until < ?
    AND access_grant.needs_approval AND access_grant.approved_until >= ?
    AND access_grant.approver IS NOT NULL AND access_grant.approved_at IS NOT NULL
    AND access_grant.approved_epoch IS NOT NULL AND NOT ";

impl<C: Sealing> Grants<'_, C> {
    /// Sets the marks as they should be on that day.
    pub async fn settle(&self, today: Day) -> Result<(), DbErr> {
        let backend = self.db.get_database_backend();
        let (project, today) = (Value::from(self.project), Value::from(today.to_text()));
        for (text, days) in [(format!("{WAITING}{NEWER})"), 2), (format!("{SETTLED}{NEWER}"), 3)] {
            let days = std::iter::repeat_n(today.clone(), days);
            let values: Vec<Value> = std::iter::once(project.clone()).chain(days).collect();
            let text = numbered(backend, &text);
            let statement = Statement::from_sql_and_values(backend, text, values);
            self.db.execute_raw(statement).await?;
        }
        Ok(())
    }
}
