//! Facts about the instance, by name.

use super::Instance;
use super::authentic::{genuine_now, sealed};
use super::entity::instance::{ActiveModel, Column, Entity, Model};
use super::locked;
use super::seals::Sealing;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    DbErr, EntityTrait,
};

impl<C: Sealing> Instance<'_, C> {
    /// The fact and until when it holds (milliseconds).
    pub async fn find(&self, name: &str) -> Result<Option<(String, Option<i64>)>, DbErr> {
        let row = Entity::find_by_id(name).one(self.db).await?;
        Ok(self.fact(row).await)
    }

    /// The same, locked until the transaction ends.
    pub async fn lock(&self, name: &str) -> Result<Option<(String, Option<i64>)>, DbErr> {
        let row = locked(self.db, Entity::find_by_id(name)).one(self.db).await?;
        Ok(self.fact(row).await)
    }

    async fn fact(&self, row: Option<Model>) -> Option<(String, Option<i64>)> {
        let row = genuine_now::<Entity>(self.db, row?).await?;
        Some((row.value, row.until))
    }

    pub async fn set(&self, name: &str, value: &str, until: Option<i64>) -> Result<(), DbErr> {
        let row = ActiveModel {
            name: Set(name.to_owned()),
            value: Set(value.to_owned()),
            until: Set(until),
            mac: NotSet,
        };
        let row = sealed::<Entity>(self.db, row)?;
        let over = OnConflict::column(Column::Name)
            .update_columns([Column::Value, Column::Until, Column::Mac])
            .to_owned();
        Entity::insert(row).on_conflict(over).exec_without_returning(self.db).await.map(drop)
    }
}
