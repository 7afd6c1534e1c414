//! Single-use slots between a post and the page after it, found by the hash of a random id.

use super::entity::slot::{ActiveModel, Column, Entity};
use super::{SlotRow, Slots};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

impl<C: ConnectionTrait> Slots<'_, C> {
    pub async fn insert(&self, row: SlotRow) -> Result<(), DbErr> {
        Entity::insert(ActiveModel::from(row)).exec_without_returning(self.db).await.map(drop)
    }

    /// The slot of this kind, for this person.
    pub async fn find(
        &self,
        id_hash: &[u8],
        kind: &str,
        person: Uuid,
        now: i64,
    ) -> Result<Option<SlotRow>, DbErr> {
        let row = Entity::find()
            .filter(Column::IdHash.eq(id_hash))
            .filter(Column::Kind.eq(kind))
            .filter(Column::ExpiresAt.gt(now))
            .one(self.db)
            .await?;
        Ok(row.filter(|row| row.person_id == Some(person)))
    }

    /// Removes a slot; `false` when somebody took it first.
    pub async fn delete(&self, id: Uuid) -> Result<bool, DbErr> {
        Ok(Entity::delete_by_id(id).exec(self.db).await?.rows_affected > 0)
    }

    /// Removes those that are over at `now`.
    pub async fn sweep(&self, now: i64) -> Result<(), DbErr> {
        Entity::delete_many().filter(Column::ExpiresAt.lte(now)).exec(self.db).await.map(drop)
    }
}
