//! A rule that is there becomes another person's, asks for other things, or gets another salt or title.

use crate::domain::trust_rule::{Provider, TrustRule};
use crate::domain::user::Maker;
use crate::store::TrustRules;
use crate::store::entity::trust_rule::{ActiveModel, Column};
use crate::store::seals::Sealing;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DbErr, QueryFilter};
use uuid::Uuid;

impl<C: Sealing> TrustRules<'_, C> {
    /// Makes the rule another person's as if they had added it then, and one that has stopped accept
    /// again. `salt` is for a rule for Drone that is to have another secret.
    pub async fn confirm(
        &self,
        id: Uuid,
        (identity_epoch, by, at): (i64, Maker, i64),
        salt: Option<String>,
    ) -> Result<bool, DbErr> {
        let mut row = ActiveModel {
            identity_epoch: Set(identity_epoch),
            created_by: Set(by.name),
            created_by_id: Set(by.id),
            created_at: Set(at),
            ended_at: Set(None),
            ..ActiveModel::default()
        };
        if salt.is_some() {
            // The others say who was shown it.
            (row.public_key, row.shown_to) = (Set(salt), Set(None));
        }
        self.update(id, row).await
    }

    /// Has the rule ask for other things, and makes it the person's who says so. It keeps its salt, if
    /// it has one. `false` when there is no such rule, or when it has stopped.
    pub async fn replace(
        &self,
        rule: TrustRule,
        (identity_epoch, by, at): (i64, Maker, i64),
    ) -> Result<bool, DbErr> {
        let mut row = ActiveModel {
            issuer: Set(rule.issuer),
            audience: Set(rule.audience),
            claims: Set(serde_json::to_string(&rule.claims).unwrap_or_default()),
            intent: Set(rule.intent.word().to_owned()),
            title: Set(rule.title),
            identity_epoch: Set(identity_epoch),
            created_by: Set(by.name),
            created_by_id: Set(by.id),
            created_at: Set(at),
            ..ActiveModel::default()
        };
        if rule.provider == Provider::Woodpecker {
            row.public_key = Set(rule.public_key);
        }
        let such = Condition::all().add(Column::Id.eq(rule.id)).add(Column::EndedAt.is_null());
        Ok(self.set(such, row).await? > 0)
    }

    /// Gives the rule another title, which decides nothing; `false` when there is no such rule.
    pub async fn rename(&self, id: Uuid, title: String) -> Result<bool, DbErr> {
        let row = ActiveModel { title: Set(title), ..ActiveModel::default() };
        let done = self.updates(row).filter(Column::Id.eq(id)).exec(self.db).await?;
        Ok(done.rows_affected > 0)
    }

    /// Gives every rule of the pipeline for Drone another salt. They count as made by who is shown
    /// the secret of it, at that epoch and moment.
    pub async fn resalt(
        &self,
        pipeline: Uuid,
        salt: Option<String>,
        (identity_epoch, by, at): (i64, Maker, i64),
    ) -> Result<(), DbErr> {
        let row = ActiveModel {
            public_key: Set(salt),
            shown_to: Set(by.id),
            identity_epoch: Set(identity_epoch),
            created_by: Set(by.name),
            created_by_id: Set(by.id),
            created_at: Set(at),
            ..ActiveModel::default()
        };
        let such = Condition::all()
            .add(Column::PipelineId.eq(pipeline))
            .add(Column::Provider.eq(Provider::Drone.word()));
        self.set(such, row).await.map(drop)
    }
}
