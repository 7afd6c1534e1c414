//! What lets the pipelines in that may have a credential: their live tokens and trust rules.

use super::Credentials;
use super::prepared::numbered;
use super::seals::Sealing;
use crate::domain::credential_page::Holder;
use crate::domain::departure::Thing;
use crate::domain::moment::{Day, Moment};
use crate::domain::trust_rule::Provider;
use crate::domain::user::Maker;
use sea_orm::{DbErr, QueryResult, Statement, Value};
use uuid::Uuid;

/// Of each kind; a page that lists more is not read.
const MOST: i64 = 200;

const TOKENS: &str = "SELECT pipeline.id, pipeline.name, pipeline_token.created_by_id,
    pipeline_token.created_by, pipeline_token.last_used_at, pipeline_token.id
    FROM pipeline INNER JOIN pipeline_token ON pipeline_token.pipeline_id = pipeline.id
    WHERE pipeline.id IN (SELECT access_grant.pipeline_id FROM access_grant
        WHERE access_grant.credential_id = ? AND access_grant.project_id = ?)
    AND pipeline_token.revoked_at IS NULL AND pipeline_token.expires_at IS NULL
    AND pipeline_token.expires_on >= ? ORDER BY pipeline.name_key, pipeline_token.id LIMIT ?";

const RULES: &str = "SELECT pipeline.id, pipeline.name, trust_rule.created_by_id,
    trust_rule.created_by, trust_rule.last_used_at, trust_rule.id, trust_rule.provider
    FROM pipeline INNER JOIN trust_rule ON trust_rule.pipeline_id = pipeline.id
    WHERE pipeline.id IN (SELECT access_grant.pipeline_id FROM access_grant
        WHERE access_grant.credential_id = ? AND access_grant.project_id = ?)
    AND trust_rule.ended_at IS NULL ORDER BY pipeline.name_key, trust_rule.id LIMIT ?";

impl<C: Sealing> Credentials<'_, C> {
    /// The live tokens and trust rules of the pipelines that have a grant of the credential, by
    /// pipeline, each with what it is called. Whether their makers are gone is for others to say.
    pub async fn holders(
        &self,
        credential: Uuid,
        today: Day,
    ) -> Result<Vec<(Holder, Thing)>, DbErr> {
        let of = |more: Vec<Value>| {
            let mut values: Vec<Value> = vec![credential.into(), self.project.into()];
            values.extend(more);
            values
        };
        let mut holders = Vec::new();
        for row in self.answers(TOKENS, of(vec![today.to_text().into(), MOST.into()])).await? {
            let thing = Thing::Token(row.try_get_by_index(5)?);
            holders.push((holder(&row)?, thing));
        }
        for row in self.answers(RULES, of(vec![MOST.into()])).await? {
            let provider: String = row.try_get_by_index(6)?;
            let provider = Provider::from_word(&provider);
            holders.push((holder(&row)?, Thing::Rule { id: row.try_get_by_index(5)?, provider }));
        }
        holders.sort_by_cached_key(|(holder, _)| holder.pipeline.to_lowercase());
        Ok(holders)
    }

    async fn answers(&self, text: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        let backend = self.db.get_database_backend();
        let text = numbered(backend, text);
        self.db.query_all_raw(Statement::from_sql_and_values(backend, text, values)).await
    }
}

fn holder(row: &QueryResult) -> Result<Holder, DbErr> {
    Ok(Holder {
        pipeline_id: row.try_get_by_index(0)?,
        pipeline: row.try_get_by_index(1)?,
        what: String::new(),
        made_by: Maker { id: row.try_get_by_index(2)?, name: row.try_get_by_index(3)? },
        is_gone: false,
        last_used_at: row.try_get_by_index::<Option<i64>>(4)?.map(Moment),
    })
}
