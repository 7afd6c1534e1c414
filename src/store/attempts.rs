//! Failed attempts, and what may be done only so often: counted in the database, so that every replica counts together.

use super::Attempts;
use super::entity::attempt::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

impl<C: ConnectionTrait> Attempts<'_, C> {
    /// The attempts under `key` since `from` (milliseconds), and when the first was. Others may
    /// count meanwhile.
    pub async fn count(&self, key: &str, from: i64) -> Result<(i64, i64), DbErr> {
        let row = Entity::find_by_id(key).filter(Column::Since.gte(from)).one(self.db).await?;
        Ok(row.map_or((0, 0), |row| (row.count, row.since)))
    }

    /// One attempt more; a window that began before `from` (milliseconds) begins anew at `now`.
    /// Gives the attempts of the window, this one among them, and when it began.
    ///
    /// Counting and asking are one step: until the transaction ends nobody else counts under the
    /// key, so that of many at once each gets a number of its own. Dropped, it was not counted.
    pub async fn add(&self, key: &str, from: i64, now: i64) -> Result<(i64, i64), DbErr> {
        Entity::delete_many()
            .filter(Column::Key.eq(key))
            .filter(Column::Since.lt(from))
            .exec(self.db)
            .await?;
        let first = ActiveModel { key: Set(key.to_owned()), count: Set(1), since: Set(now) };
        let again = OnConflict::column(Column::Key)
            .value(Column::Count, Expr::col((Entity, Column::Count)).add(1))
            .to_owned();
        Entity::insert(first).on_conflict(again).exec_without_returning(self.db).await?;
        let row = Entity::find_by_id(key).one(self.db).await?;
        row.map(|row| (row.count, row.since))
            .ok_or_else(|| DbErr::RecordNotFound("attempt".to_owned()))
    }

    /// One less.
    pub async fn decrement(&self, key: &str) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::Count, Expr::col(Column::Count).sub(1))
            .filter(Column::Key.eq(key))
            .exec(self.db)
            .await?;
        Ok(())
    }

    pub async fn clear(&self, key: &str) -> Result<(), DbErr> {
        Entity::delete_by_id(key).exec(self.db).await.map(drop)
    }

    /// Forgets windows that began before `from`.
    pub async fn sweep(&self, from: i64) -> Result<(), DbErr> {
        Entity::delete_many().filter(Column::Since.lt(from)).exec(self.db).await.map(drop)
    }
}
