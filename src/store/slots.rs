//! Single-use slots between a post and the page after it, found by the hash of a random id.

use super::Slots;
use super::entity::Sealed;
use super::entity::slot::{ActiveModel, Column, Entity};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

#[derive(Clone, Debug)]
pub struct SlotRow {
    /// What its content is sealed to.
    pub id: Uuid,
    /// SHA-256 of the id in the URL.
    pub id_hash: Vec<u8>,
    pub person_id: Uuid,
    /// What it holds, as a word.
    pub kind: String,
    pub sealed: Vec<u8>,
    /// Milliseconds.
    pub expires_at: i64,
}

impl<C: ConnectionTrait> Slots<'_, C> {
    pub async fn insert(&self, row: SlotRow) -> Result<(), DbErr> {
        let row = ActiveModel {
            id: Set(row.id),
            id_hash: Set(row.id_hash),
            person_id: Set(Some(row.person_id)),
            kind: Set(row.kind),
            sealed: Set(Sealed(row.sealed)),
            expires_at: Set(row.expires_at),
        };
        Entity::insert(row).exec_without_returning(self.db).await.map(drop)
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
        Ok(row.filter(|row| row.person_id == Some(person)).map(|row| SlotRow {
            id: row.id,
            id_hash: row.id_hash,
            person_id: person,
            kind: row.kind,
            sealed: row.sealed.0,
            expires_at: row.expires_at,
        }))
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
