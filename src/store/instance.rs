//! Facts about the instance, by name.

use super::Instance;
use super::entity::instance::{ActiveModel, Column, Entity};
use super::locked;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};

impl<C: ConnectionTrait> Instance<'_, C> {
    /// The fact and until when it holds (milliseconds).
    pub async fn find(&self, name: &str) -> Result<Option<(String, Option<i64>)>, DbErr> {
        Ok(Entity::find_by_id(name).one(self.db).await?.map(|row| (row.value, row.until)))
    }

    /// The same, locked until the transaction ends.
    pub async fn lock(&self, name: &str) -> Result<Option<(String, Option<i64>)>, DbErr> {
        let row = locked(self.db, Entity::find_by_id(name)).one(self.db).await?;
        Ok(row.map(|row| (row.value, row.until)))
    }

    pub async fn set(&self, name: &str, value: &str, until: Option<i64>) -> Result<(), DbErr> {
        let row = ActiveModel {
            name: Set(name.to_owned()),
            value: Set(value.to_owned()),
            until: Set(until),
        };
        let over = OnConflict::column(Column::Name)
            .update_columns([Column::Value, Column::Until])
            .to_owned();
        Entity::insert(row).on_conflict(over).exec_without_returning(self.db).await.map(drop)
    }
}
