//! The secret that a project shares with Drone: who was shown it, and another one in its place. The
//! rules for Drone hold its salt.

use super::TrustRules;
use super::entity::shared_secret_view::{ActiveModel, Column, Entity};
use super::entity::trust_rule;
use super::seals::Sealing;
use crate::domain::trust_rule::Provider;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

impl<C: Sealing> TrustRules<'_, C> {
    /// Writes down that the person was shown the project's secret at `now` (milliseconds).
    pub async fn was_shown(&self, person: Uuid, now: i64) -> Result<(), DbErr> {
        let row = ActiveModel {
            project_id: Set(self.project),
            person_id: Set(person),
            shown_at: Set(now),
        };
        let again = OnConflict::columns([Column::ProjectId, Column::PersonId])
            .update_column(Column::ShownAt)
            .to_owned();
        Entity::insert(row).on_conflict(again).exec_without_returning(self.db).await.map(drop)
    }

    /// Whether the person was shown the project's secret.
    pub async fn has_seen(&self, person: Uuid) -> Result<bool, DbErr> {
        let shown = Entity::find_by_id((self.project, person)).one(self.db).await?;
        Ok(shown.is_some() || self.shown_to().await?.contains(&person))
    }

    /// Who was shown it, as its rules say that have not stopped: nobody removes that from them without
    /// a key.
    pub async fn shown_to(&self) -> Result<Vec<Uuid>, DbErr> {
        let rules = self.rows().filter(trust_rule::Column::Provider.eq(Provider::Drone.word()));
        let rules = self.genuine(rules.all(self.db).await?).await.into_iter();
        Ok(rules.filter(|rule| rule.ended_at.is_none()).filter_map(|rule| rule.shown_to).collect())
    }

    /// Forgets who was shown it: it is another one now, or there is none.
    pub async fn forget_shown(&self) -> Result<(), DbErr> {
        let shown = Entity::delete_many().filter(Column::ProjectId.eq(self.project));
        shown.exec(self.db).await.map(drop)
    }

    /// Gives every rule of the project for Drone this salt, those that have stopped as well: the
    /// secret is another one from the next request on, and only this person is shown it, if
    /// any.
    pub async fn replace_salt(
        &self,
        salt: Option<String>,
        shown_to: Option<Uuid>,
    ) -> Result<(), DbErr> {
        let row = trust_rule::ActiveModel {
            public_key: Set(salt),
            shown_to: Set(shown_to),
            ..Default::default()
        };
        let rules = Condition::all().add(trust_rule::Column::Provider.eq(Provider::Drone.word()));
        self.set(rules, row).await?;
        self.forget_shown().await
    }
}
