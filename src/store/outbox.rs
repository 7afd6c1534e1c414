//! The outbox: what others are to be told, written in the transaction of what happened.
//!
//! Each audit event leaves one row here (`Chain::append`). Notifications read the rows in their order,
//! remember the id of the last one, and find the event by its chain and number. Receipts leave none:
//! there are many more of them, and the chain has them in order already, so who wants receipts reads
//! them there, as shipping does.

use super::entity::audit_event;
use super::entity::outbox::{ActiveModel, Column, Entity};
use super::{Outbox, OutboxRow};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

impl<C: ConnectionTrait> Outbox<'_, C> {
    pub(super) async fn put(&self, event: &audit_event::Model) -> Result<(), DbErr> {
        let row = OutboxRow {
            id: Uuid::now_v7(),
            at: event.at,
            project_id: (!event.chain.is_nil()).then_some(event.chain),
            chain: event.chain,
            seq: event.seq,
            kind: event.action.clone(),
            subject_id: event.subject_id,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(self.db).await.map(drop)
    }

    /// At most so many rows after the row `id` (nil for all), oldest first, that were written by
    /// `settled` (milliseconds). That has to be some seconds ago, and more than the clocks of the
    /// servers differ: a transaction that began earlier may end later, and its row would be skipped
    /// by a reader that has gone past it.
    pub async fn after(&self, id: Uuid, settled: i64, most: u64) -> Result<Vec<OutboxRow>, DbErr> {
        Entity::find()
            .filter(Column::Id.gt(id))
            .filter(Column::At.lte(settled))
            .order_by_asc(Column::Id)
            .limit(most)
            .all(self.db)
            .await
    }

    /// Removes what happened before that time (milliseconds); gives how many rows there were.
    pub async fn forget(&self, before: i64) -> Result<u64, DbErr> {
        let gone = Entity::delete_many().filter(Column::At.lt(before)).exec(self.db).await?;
        Ok(gone.rows_affected)
    }
}
