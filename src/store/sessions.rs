//! Sessions, by the hash of their id: who reads the database cannot take one over.

use super::authentic::{self, genuine_now};
use super::entity::session::{ActiveModel, Column, Entity};
use super::seals::Sealing;
use super::{SessionRow, Sessions};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

impl<C: Sealing> Sessions<'_, C> {
    pub async fn insert(&self, row: SessionRow) -> Result<(), DbErr> {
        authentic::insert::<Entity, C>(self.db, ActiveModel::from(row)).await
    }

    /// Updates a session that exists, and never makes one: a request that was under way during a
    /// sign-out cannot bring the session back.
    pub async fn update(&self, id_hash: &[u8], data: String, expires_at: i64) -> Result<(), DbErr> {
        let such = Condition::all().add(Column::IdHash.eq(id_hash));
        let prolong = |_: &SessionRow| ActiveModel {
            data: Set(data.clone()),
            expires_at: Set(expires_at),
            ..ActiveModel::default()
        };
        authentic::change::<Entity, C>(self.db, such, prolong).await.map(drop)
    }

    /// The session, if it is neither idle too long nor over at `now`.
    pub async fn find(&self, id_hash: &[u8], now: i64) -> Result<Option<SessionRow>, DbErr> {
        let row = Entity::find_by_id(id_hash.to_vec())
            .filter(Column::ExpiresAt.gt(now))
            .filter(Column::EndsAt.gt(now))
            .one(self.db)
            .await?;
        match row {
            Some(row) => Ok(genuine_now::<Entity>(self.db, row).await),
            None => Ok(None),
        }
    }

    /// What is in those of a person that are not over at `now`, whoever wrote it.
    pub async fn of_person(&self, person: Uuid, now: i64) -> Result<Vec<String>, DbErr> {
        let rows = Entity::find().filter(Column::PersonId.eq(person));
        let rows = rows.filter(Column::EndsAt.gt(now)).all(self.db).await?;
        Ok(rows.into_iter().map(|row| row.data).collect())
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
