//! Sessions, by the hash of their id: who reads the database cannot take one over.

use super::entity::session::{ActiveModel, Column, Entity};
use super::{SessionRow, Sessions};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

impl<C: ConnectionTrait> Sessions<'_, C> {
    pub async fn insert(&self, row: SessionRow) -> Result<(), DbErr> {
        Entity::insert(ActiveModel::from(row)).exec_without_returning(self.db).await.map(drop)
    }

    /// Updates a session that exists, and never makes one: a request that was under way during a
    /// sign-out cannot bring the session back.
    pub async fn update(&self, id_hash: &[u8], data: String, expires_at: i64) -> Result<(), DbErr> {
        Entity::update_many()
            .set(ActiveModel {
                data: Set(data),
                expires_at: Set(expires_at),
                ..ActiveModel::default()
            })
            .filter(Column::IdHash.eq(id_hash))
            .exec(self.db)
            .await?;
        Ok(())
    }

    /// The session, if it is neither idle too long nor over at `now`.
    pub async fn find(&self, id_hash: &[u8], now: i64) -> Result<Option<SessionRow>, DbErr> {
        Entity::find_by_id(id_hash.to_vec())
            .filter(Column::ExpiresAt.gt(now))
            .filter(Column::EndsAt.gt(now))
            .one(self.db)
            .await
    }

    pub async fn delete(&self, id_hash: &[u8]) -> Result<(), DbErr> {
        Entity::delete_by_id(id_hash.to_vec()).exec(self.db).await.map(drop)
    }

    /// Removes all of a person's.
    pub async fn delete_of_person(&self, person: Uuid) -> Result<(), DbErr> {
        Entity::delete_many().filter(Column::PersonId.eq(person)).exec(self.db).await.map(drop)
    }

    /// Removes those that are over at `now`.
    pub async fn sweep(&self, now: i64) -> Result<(), DbErr> {
        Entity::delete_many().filter(Column::ExpiresAt.lte(now)).exec(self.db).await.map(drop)
    }
}
