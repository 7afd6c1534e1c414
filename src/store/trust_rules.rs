//! Trust rules of one project: whose signed word is taken for which of its pipelines.

use super::entity::pipeline;
use super::entity::trust_rule::{ActiveModel, Column, Entity, Model};
use crate::domain::moment::Moment;
use crate::domain::trust_rule::{Provider, TrustRule};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// A handle on a project's trust rules.
#[derive(Debug)]
pub struct TrustRules<'a, C: ConnectionTrait> {
    pub(super) db: &'a C,
    pub(super) project: Uuid,
}

impl<C: ConnectionTrait> TrustRules<'_, C> {
    /// Inserts a rule of the pipeline, which nothing has used yet. A rule for Drone, which has no
    /// public key, keeps the salt of its secret in that place.
    pub async fn insert(&self, pipeline: Uuid, rule: TrustRule) -> Result<(), DbErr> {
        let row = ActiveModel {
            id: Set(rule.id),
            project_id: Set(self.project),
            pipeline_id: Set(pipeline),
            provider: Set(rule.provider.word().to_owned()),
            issuer: Set(rule.issuer),
            audience: Set(rule.audience),
            claims: Set(serde_json::to_string(&rule.claims).unwrap_or_default()),
            public_key: Set(rule.public_key),
            created_at: Set(rule.created_at.0),
            created_by: Set(rule.created_by),
            last_used_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(self.db).await?;
        Ok(())
    }

    /// The rules of a pipeline, oldest first, as pages show them. One that cannot be read is none.
    pub async fn of_pipeline(&self, pipeline: Uuid) -> Result<Vec<TrustRule>, DbErr> {
        let rows = Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::PipelineId.eq(pipeline))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(self.db)
            .await?;
        Ok(rows.into_iter().filter_map(shown).collect())
    }

    /// The rules of the project for what this provider signs, oldest first, each with its pipeline
    /// and that one's name. For judging a signature: those for Drone have their salt in the place
    /// of a public key.
    pub async fn of_provider(
        &self,
        provider: Provider,
    ) -> Result<Vec<(TrustRule, Uuid, String)>, DbErr> {
        let to_pipeline = Entity::belongs_to(pipeline::Entity)
            .from(Column::PipelineId)
            .to(pipeline::Column::Id)
            .into();
        let rows = Entity::find()
            .join(JoinType::InnerJoin, to_pipeline)
            .select_also(pipeline::Entity)
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::Provider.eq(provider.word()))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(self.db)
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|(row, pipeline)| {
                let pipeline = pipeline.filter(|pipeline| pipeline.project_id == self.project)?;
                Some((rule(row)?, pipeline.id, pipeline.name))
            })
            .collect())
    }

    /// One rule of the pipeline.
    pub async fn find(&self, pipeline: Uuid, id: Uuid) -> Result<Option<TrustRule>, DbErr> {
        Ok(self.row(pipeline, id).await?.and_then(shown))
    }

    /// Removes one rule of the pipeline; gives what it was.
    pub async fn delete(&self, pipeline: Uuid, id: Uuid) -> Result<Option<TrustRule>, DbErr> {
        let Some(row) = self.row(pipeline, id).await? else { return Ok(None) };
        let done = Entity::delete_by_id(id).exec(self.db).await?;
        // Another one may have removed it first.
        Ok(if done.rows_affected > 0 { shown(row) } else { None })
    }

    /// Removes every rule of the pipeline.
    pub async fn delete_of_pipeline(&self, pipeline: Uuid) -> Result<(), DbErr> {
        Entity::delete_many()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::PipelineId.eq(pipeline))
            .exec(self.db)
            .await?;
        Ok(())
    }

    /// Writes down that the rule let something in at `now` (milliseconds).
    pub async fn touch(&self, id: Uuid, now: i64) -> Result<bool, DbErr> {
        let row = ActiveModel { last_used_at: Set(Some(now)), ..ActiveModel::default() };
        let done = Entity::update_many()
            .set(row)
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::Id.eq(id))
            .exec(self.db)
            .await?;
        Ok(done.rows_affected == 1)
    }

    async fn row(&self, pipeline: Uuid, id: Uuid) -> Result<Option<Model>, DbErr> {
        Entity::find_by_id(id)
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::PipelineId.eq(pipeline))
            .one(self.db)
            .await
    }
}

/// The rule of a row; `None` when a part of it is not to be read, so that it lets nobody in.
fn rule(row: Model) -> Option<TrustRule> {
    Some(TrustRule {
        id: row.id,
        provider: Provider::from_word(&row.provider)?,
        issuer: row.issuer,
        audience: row.audience,
        claims: serde_json::from_str(&row.claims).ok()?,
        public_key: row.public_key,
        created_at: Moment(row.created_at),
        created_by: row.created_by,
        last_used_at: row.last_used_at.map(Moment),
    })
}

/// The same for whoever only looks: a salt is no key, and nobody's to see.
fn shown(row: Model) -> Option<TrustRule> {
    let mut rule = rule(row)?;
    if rule.provider == Provider::Drone {
        rule.public_key = None;
    }
    Some(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored() -> Model {
        Model {
            id: Uuid::nil(),
            project_id: Uuid::nil(),
            pipeline_id: Uuid::nil(),
            provider: "github".to_owned(),
            issuer: "https://token.actions.githubusercontent.com".to_owned(),
            audience: "regcred".to_owned(),
            claims: "{\"repository_id\":\"7\"}".to_owned(),
            public_key: None,
            created_at: 0,
            created_by: String::new(),
            last_used_at: None,
        }
    }

    #[test]
    fn a_salt_is_shown_to_nobody_and_a_public_key_is() {
        for (provider, expected) in [("woodpecker", Some("AAAA")), ("drone", None)] {
            let public_key = Some("AAAA".to_owned());
            let row = Model { provider: provider.to_owned(), public_key, ..stored() };
            assert_eq!(rule(row.clone()).unwrap().public_key.as_deref(), Some("AAAA"));
            assert_eq!(shown(row).unwrap().public_key.as_deref(), expected, "{provider}");
        }
    }

    #[test]
    fn a_rule_that_cannot_be_read_lets_nobody_in() {
        let stored = stored();
        let read = rule(stored.clone()).unwrap();
        assert_eq!(read.claims.get("repository_id").map(String::as_str), Some("7"));
        for claims in ["", "null", "[]", "{\"repository_id\":7}"] {
            assert_eq!(rule(Model { claims: claims.to_owned(), ..stored.clone() }), None);
        }
        assert_eq!(rule(Model { provider: "anybody".to_owned(), ..stored }), None);
    }
}
