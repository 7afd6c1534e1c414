//! Leases: scheduled work is done by one server at a time, however many there are.

use super::Leases;
use super::entity::lease::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
};
use uuid::Uuid;

/// What the name of a mark begins with: what a process writes to see whether it is kept.
pub(super) const MARK: &str = "write-proof:";

impl<C: ConnectionTrait> Leases<'_, C> {
    /// Takes or renews the lease until then (milliseconds); `false` while another holds it.
    pub async fn take(
        &self,
        name: &str,
        holder: Uuid,
        now: i64,
        until: i64,
    ) -> Result<bool, DbErr> {
        let renewed = Entity::update_many()
            .col_expr(Column::Holder, Expr::value(holder))
            .col_expr(Column::Until, Expr::value(until))
            .filter(Column::Name.eq(name))
            .filter(Condition::any().add(Column::Holder.eq(holder)).add(Column::Until.lt(now)))
            .exec(self.db)
            .await?;
        if renewed.rows_affected > 0 {
            return Ok(true);
        }
        let row = ActiveModel {
            name: Set(name.to_owned()),
            holder: Set(holder),
            until: Set(until),
            progress: Set(String::new()),
        };
        let there = OnConflict::column(Column::Name).do_nothing().to_owned();
        let made = Entity::insert(row).on_conflict(there).exec_without_returning(self.db).await?;
        Ok(made > 0)
    }

    /// Writes a mark of the process `holder`, over its last one.
    pub(super) async fn mark(&self, name: &str, holder: Uuid, mark: i64) -> Result<(), DbErr> {
        let row = ActiveModel {
            name: Set(name.to_owned()),
            holder: Set(holder),
            until: Set(mark),
            progress: Set(String::new()),
        };
        let over = OnConflict::column(Column::Name).update_column(Column::Until).to_owned();
        Entity::insert(row).on_conflict(over).exec_without_returning(self.db).await?;
        Ok(())
    }

    /// Until when the lease is taken; `None` when nobody ever took it.
    pub(super) async fn until(&self, name: &str) -> Result<Option<i64>, DbErr> {
        Ok(Entity::find_by_id(name).one(self.db).await?.map(|row| row.until))
    }

    /// Forgets the marks of before that time (milliseconds), whose processes have ended.
    pub async fn sweep(&self, before: i64) -> Result<(), DbErr> {
        Entity::delete_many()
            .filter(Column::Name.starts_with(MARK))
            .filter(Column::Until.lt(before))
            .exec(self.db)
            .await?;
        Ok(())
    }

    /// What the holder wrote last about how far it has come; empty when nothing is under way.
    pub async fn progress(&self, name: &str) -> Result<String, DbErr> {
        let row = Entity::find_by_id(name).one(self.db).await?;
        Ok(row.map(|row| row.progress).unwrap_or_default())
    }

    /// Writes how far the holder has come.
    pub async fn set_progress(&self, name: &str, progress: &str) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::Progress, Expr::value(progress))
            .filter(Column::Name.eq(name))
            .exec(self.db)
            .await?;
        Ok(())
    }
}
