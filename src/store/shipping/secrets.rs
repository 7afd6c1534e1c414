//! The signing secret or the token of a destination: another one, or none until somebody renews it. The row
//! says who was shown it last.

use super::super::Destinations;
use super::super::authentic;
use super::super::entity::destination::{ActiveModel, Column, Entity};
use super::super::seals::Sealing;
use super::DestinationRow;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DbErr};
use uuid::Uuid;

impl<C: Sealing> Destinations<'_, C> {
    /// Gives it another signing secret; the one before is good until then (milliseconds).
    pub async fn set_salt(
        &self,
        row: &DestinationRow,
        salt: String,
        until: i64,
        shown_to: Option<Uuid>,
    ) -> Result<(), DbErr> {
        let changes = ActiveModel {
            salt: Set(Some(salt)),
            earlier_salt: Set(row.salt.clone()),
            earlier_until: Set(Some(until)),
            shown_to: Set(shown_to),
            ..ActiveModel::default()
        };
        self.change(row.shown.id, changes).await.map(drop)
    }

    /// Gives it another token; the one before opens nothing from now on.
    pub async fn set_token(
        &self,
        id: Uuid,
        token: (String, Vec<u8>),
        shown_to: Option<Uuid>,
    ) -> Result<(), DbErr> {
        let changes = ActiveModel {
            token_id: Set(Some(token.0)),
            token_hash: Set(Some(token.1)),
            shown_to: Set(shown_to),
            ..ActiveModel::default()
        };
        self.change(id, changes).await.map(drop)
    }

    /// Takes its token away, if this person was shown it last; `false` when they were not.
    pub async fn end_token(&self, id: Uuid, person: Uuid) -> Result<bool, DbErr> {
        let such = Condition::all().add(Column::Id.eq(id)).add(Column::ShownTo.eq(person));
        let changes = ActiveModel {
            token_id: Set(None),
            token_hash: Set(None),
            shown_to: Set(None),
            ..ActiveModel::default()
        };
        Ok(authentic::change::<Entity, C>(self.db, such, |_| changes.clone()).await? > 0)
    }
}
