//! Trust rules of one project: whose signed word is taken for which of its pipelines.

mod changes;

use super::authentic::{are_genuine, ours_among};
use super::entity::trust_rule::{ActiveModel, Column, Entity, Model};
use super::entity::{Unreadable, pipeline, readable};
use super::latest::latest;
use super::seals::Sealing;
use super::{Pipelines, TrustRules};
use crate::domain::credential::Access;
use crate::domain::moment::Moment;
use crate::domain::trust_rule::{Provider, TrustRule};
use crate::domain::user::Maker;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::BTreeMap;
use uuid::Uuid;

impl<C: Sealing> TrustRules<'_, C> {
    /// Inserts a rule of the pipeline, which nothing has used yet. A rule for Drone, which has no
    /// public key, keeps the salt of its secret in that place, and who was shown that.
    pub async fn insert(
        &self,
        pipeline: Uuid,
        rule: TrustRule,
        shown_to: Option<Uuid>,
    ) -> Result<(), DbErr> {
        Pipelines::new(self.db, self.project).count_identities(pipeline, 1).await?;
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
            created_by: Set(rule.created_by.name),
            last_used_at: Set(None),
            created_by_id: Set(rule.created_by.id),
            ended_at: Set(None),
            identity_epoch: Set(rule.identity_epoch),
            intent: Set(rule.intent.word().to_owned()),
            shown_to: Set(shown_to),
            title: Set(rule.title),
            mac: NotSet,
        };
        self.0.insert(row).await
    }

    /// The rules of a pipeline, oldest first. One that cannot be read, or that we did not write, is
    /// none.
    pub async fn of_pipeline(&self, pipeline: Uuid) -> Result<Vec<TrustRule>, DbErr> {
        let rows = self
            .rows()
            .filter(Column::PipelineId.eq(pipeline))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(self.db)
            .await?;
        Ok(readable(self.genuine(rows).await).into_iter().map(without_salt).collect())
    }

    /// The rules of each of these pipelines, in no order.
    pub async fn of_pipelines(
        &self,
        pipelines: &[Uuid],
    ) -> Result<BTreeMap<Uuid, Vec<TrustRule>>, DbErr> {
        if pipelines.is_empty() {
            return Ok(BTreeMap::new());
        }
        let such = Column::PipelineId.is_in(pipelines.iter().copied());
        let rows = self.rows().filter(such).all(self.db).await?;
        let mut found: BTreeMap<Uuid, Vec<TrustRule>> = BTreeMap::new();
        for row in self.genuine(rows).await {
            let pipeline = row.pipeline_id;
            if let Ok(rule) = TrustRule::try_from(row) {
                found.entry(pipeline).or_default().push(without_salt(rule));
            }
        }
        Ok(found)
    }

    /// The rules of a pipeline for judging a token: without those that have stopped.
    pub async fn live_of_pipeline(&self, pipeline: Uuid) -> Result<Vec<TrustRule>, DbErr> {
        let mut rules = self.of_pipeline(pipeline).await?;
        rules.retain(|rule| rule.ended_at.is_none());
        Ok(rules)
    }

    /// The rules of the project for what this provider signs, oldest first, each with its pipeline
    /// and that one's name, without those that have stopped. For judging a signature: those for
    /// Drone have their salt in the place of a public key.
    pub async fn of_provider(
        &self,
        provider: Provider,
    ) -> Result<Vec<(TrustRule, Uuid, String)>, DbErr> {
        let to_pipeline = Entity::belongs_to(pipeline::Entity)
            .from(Column::PipelineId)
            .to(pipeline::Column::Id)
            .into();
        let rows = self
            .rows()
            .join(JoinType::InnerJoin, to_pipeline)
            .select_also(pipeline::Entity)
            .filter(Column::Provider.eq(provider.word()))
            .filter(Column::EndedAt.is_null())
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(self.db)
            .await?;
        let both = rows.into_iter().filter_map(|(row, pipeline)| Some((row, pipeline?)));
        let both = both.filter(|(_, pipeline)| pipeline.project_id == self.project).collect();
        let both = ours_among(self.db, both, are_genuine::<Entity, pipeline::Entity>).await;
        let read = |(row, pipeline): (Model, pipeline::Model)| {
            Some((TrustRule::try_from(row).ok()?, pipeline.id, pipeline.name))
        };
        Ok(both.into_iter().filter_map(read).collect())
    }

    pub async fn find(&self, pipeline: Uuid, id: Uuid) -> Result<Option<TrustRule>, DbErr> {
        let row = self.genuine(self.row(pipeline, id).await?).await;
        Ok(readable(row).pop().map(without_salt))
    }

    /// Removes one rule of the pipeline; gives what it was.
    pub async fn delete(&self, pipeline: Uuid, id: Uuid) -> Result<Option<TrustRule>, DbErr> {
        let Some(row) = self.row(pipeline, id).await? else { return Ok(None) };
        // Another one may have removed it first.
        let is_gone = self.0.delete(id).await?;
        if is_gone {
            Pipelines::new(self.db, self.project).count_identities(pipeline, -1).await?;
        }
        Ok(TrustRule::try_from(row).ok().filter(|_| is_gone).map(without_salt))
    }

    pub async fn delete_of_pipeline(&self, pipeline: Uuid) -> Result<(), DbErr> {
        self.deletions().filter(Column::PipelineId.eq(pipeline)).exec(self.db).await.map(drop)
    }

    /// Writes down that the rule of that epoch let something in at `now` (milliseconds), unless another
    /// server has written a later time; `false` when there is no such rule any more, when it has stopped, or
    /// when it asks for other things by now.
    pub async fn touch(&self, (id, epoch): (Uuid, i64), now: i64) -> Result<bool, DbErr> {
        let used =
            Entity::update_many().col_expr(Column::LastUsedAt, latest(Column::LastUsedAt, now));
        let such = used.filter(Column::ProjectId.eq(self.project)).filter(Column::Id.eq(id));
        let such = such.filter(Column::EndedAt.is_null()).filter(Column::IdentityEpoch.eq(epoch));
        let done = such.exec(self.db).await?;
        Ok(done.rows_affected > 0)
    }

    /// From now on the rule accepts nothing; `false` when it has stopped before.
    pub async fn end(&self, id: Uuid, now: i64) -> Result<bool, DbErr> {
        let ended = ActiveModel { ended_at: Set(Some(now)), ..ActiveModel::default() };
        let such = Condition::all().add(Column::Id.eq(id)).add(Column::EndedAt.is_null());
        Ok(self.set(such, ended).await? > 0)
    }

    async fn row(&self, pipeline: Uuid, id: Uuid) -> Result<Option<Model>, DbErr> {
        self.one(id).filter(Column::PipelineId.eq(pipeline)).one(self.db).await
    }
}

/// For judging what is shown. A rule of which a part cannot be read lets nobody in.
impl TryFrom<Model> for TrustRule {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            id: row.id,
            provider: Provider::from_word(&row.provider).ok_or(Unreadable)?,
            issuer: row.issuer,
            audience: row.audience,
            claims: serde_json::from_str(&row.claims).map_err(|_| Unreadable)?,
            public_key: row.public_key,
            created_at: Moment(row.created_at),
            created_by: Maker { id: row.created_by_id, name: row.created_by },
            last_used_at: row.last_used_at.map(Moment),
            ended_at: row.ended_at.map(Moment),
            identity_epoch: row.identity_epoch,
            intent: Access::from_word(&row.intent).ok_or(Unreadable)?,
            title: row.title,
        })
    }
}

/// The rule for who only looks at it: a salt is no key, and nobody's to see.
pub(super) fn without_salt(rule: TrustRule) -> TrustRule {
    let is_salt = rule.provider == Provider::Drone;
    TrustRule { public_key: rule.public_key.filter(|_| !is_salt), ..rule }
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
            created_by_id: None,
            ended_at: None,
            identity_epoch: 0,
            intent: "pull".to_owned(),
            shown_to: None,
            title: String::new(),
            mac: None,
        }
    }

    #[test]
    fn a_salt_is_shown_to_nobody_and_a_public_key_is() {
        for (provider, expected) in [("woodpecker", Some("AAAA")), ("drone", None)] {
            let public_key = Some("AAAA".to_owned());
            let row = Model { provider: provider.to_owned(), public_key, ..stored() };
            let rule = TrustRule::try_from(row).unwrap();
            assert_eq!(rule.public_key.as_deref(), Some("AAAA"));
            assert_eq!(without_salt(rule).public_key.as_deref(), expected, "{provider}");
        }
    }

    #[test]
    fn a_rule_that_cannot_be_read_lets_nobody_in() {
        let stored = stored();
        let read = TrustRule::try_from(stored.clone()).unwrap();
        assert_eq!(read.claims.get("repository_id").map(String::as_str), Some("7"));
        for claims in ["", "null", "[]", "{\"repository_id\":7}"] {
            let row = Model { claims: claims.to_owned(), ..stored.clone() };
            assert_eq!(TrustRule::try_from(row), Err(Unreadable));
        }
        let row = Model { provider: "anybody".to_owned(), ..stored };
        assert_eq!(TrustRule::try_from(row), Err(Unreadable));
    }
}
