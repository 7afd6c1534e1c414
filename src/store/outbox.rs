//! The outbox: what others are to be told, written in the transaction of what happened.
//!
//! Each audit event leaves one row here (`Chain::append`). Notifications and shipping read the rows
//! in their order, remember the id of the last one, and find the event by its chain and number.
//! Receipts leave none: there are many more of them, and the chain has them in order already, so
//! who wants receipts reads them there.

use super::entity::outbox::{ActiveModel, Column, Entity};
use super::{EventRow, Outbox};
use crate::domain::audit::Action;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// One event that others may want to know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// Ids go up with time.
    pub id: Uuid,
    /// When it happened, in milliseconds.
    pub at: i64,
    /// In which project; `None` for the instance.
    pub project_id: Option<Uuid>,
    /// Where the event is: its chain,
    pub chain: Uuid,
    /// and its number there.
    pub seq: i64,
    /// What was done.
    pub kind: Action,
    /// To what.
    pub subject_id: Uuid,
}

impl<C: ConnectionTrait> Outbox<'_, C> {
    pub(super) async fn put(&self, chain: Uuid, seq: i64, event: &EventRow) -> Result<(), DbErr> {
        let row = ActiveModel {
            id: Set(Uuid::now_v7()),
            at: Set(event.at),
            project_id: Set((!chain.is_nil()).then_some(chain)),
            chain: Set(chain),
            seq: Set(seq),
            kind: Set(event.action.word().to_owned()),
            subject_id: Set(event.subject_id),
        };
        Entity::insert(row).exec_without_returning(self.db).await.map(drop)
    }

    /// At most so many rows after the row `id` (nil for all), oldest first, that were written by
    /// `settled` (milliseconds). That has to be some seconds ago: a transaction that began earlier
    /// may end later, and its row would be skipped by a reader that has gone past it.
    pub async fn after(&self, id: Uuid, settled: i64, most: u64) -> Result<Vec<OutboxRow>, DbErr> {
        let rows = Entity::find()
            .filter(Column::Id.gt(id))
            .filter(Column::At.lte(settled))
            .order_by_asc(Column::Id)
            .limit(most)
            .all(self.db)
            .await?;
        let shown = rows.into_iter().filter_map(|row| {
            Some(OutboxRow {
                id: row.id,
                at: row.at,
                project_id: row.project_id,
                chain: row.chain,
                seq: row.seq,
                kind: Action::from_word(&row.kind)?,
                subject_id: row.subject_id,
            })
        });
        Ok(shown.collect())
    }

    /// Removes what happened before that time (milliseconds); gives how many rows there were.
    pub async fn forget(&self, before: i64) -> Result<u64, DbErr> {
        let gone = Entity::delete_many().filter(Column::At.lt(before)).exec(self.db).await?;
        Ok(gone.rows_affected)
    }
}
