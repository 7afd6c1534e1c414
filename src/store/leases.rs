//! Marks: what a process writes to see whether it is kept. The table is that of the leases that jobs
//! had before there was a table of jobs.

use super::Leases;
use super::entity::lease::{ActiveModel, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

/// What the name of a mark begins with.
pub(super) const MARK: &str = "write-proof:";

impl<C: ConnectionTrait> Leases<'_, C> {
    /// Writes a mark of the process `holder`, over its last one.
    pub(super) async fn mark(&self, name: &str, holder: Uuid, mark: i64) -> Result<(), DbErr> {
        let row = ActiveModel {
            name: Set(name.to_owned()),
            holder: Set(holder),
            until: Set(mark),
            progress: Set(String::new()),
        };
        let over = OnConflict::column(Column::Name).update_column(Column::Until).to_owned();
        Entity::insert(row).on_conflict(over).exec_without_returning(self.db).await.map(drop)
    }

    /// The mark of that name; `None` when there is none.
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
}
