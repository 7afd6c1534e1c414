//! What a pipeline says afterwards of what it was handed. The receipts themselves never change.

use super::Receipts;
use super::row::shown;
use crate::domain::delivery::{Fetch, Outcome, Report, Use};
use crate::store::entity::delivery_report::{ActiveModel, Column, Entity};
use crate::store::entity::{delivery_report, receipt};
use crate::store::locked;
use crate::store::tallies::add_used;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, JoinType,
    QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::BTreeMap;
use uuid::Uuid;

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// Writes down how deliveries to the pipeline went; a later report replaces an earlier one. The
    /// id is that of one receipt, or of a fetch and so of all receipts of it. What was only asked for
    /// counts as used from then on. `false` when the pipeline has no receipt of that id that says
    /// that something was delivered.
    pub async fn report(
        &self,
        id: Uuid,
        pipeline: Uuid,
        outcome: Report,
        at: i64,
    ) -> Result<bool, DbErr> {
        let (first, last) = Fetch::spoken_of(id);
        // If two servers are told the same at once, the second one waits here until it can see what
        // the first one wrote: else both would count the use. `SQLite` has one writer.
        if self.db.get_database_backend() == DbBackend::Postgres {
            let theirs = receipt::Entity::find()
                .select_only()
                .column(receipt::Column::Id)
                .filter(receipt::Column::Id.between(first, last))
                .order_by_asc(receipt::Column::Id);
            let _: Vec<Uuid> = locked(self.db, theirs).into_tuple().all(self.db).await?;
        }
        let to_report = receipt::Entity::belongs_to(delivery_report::Entity)
            .from(receipt::Column::Id)
            .to(delivery_report::Column::ReceiptId)
            .into();
        let delivered = receipt::Entity::find()
            .join(JoinType::LeftJoin, to_report)
            .select_also(delivery_report::Entity)
            .filter(receipt::Column::Id.between(first, last))
            .all(self.db)
            .await?;
        // Not asked of the database, which would take that for a reason to go through all receipts
        // of the pipeline to find those of the one fetch.
        let is_theirs = |row: &receipt::Model| {
            row.chain == self.project
                && row.pipeline_id == pipeline
                && row.outcome == Outcome::Delivered.word()
        };
        let delivered = delivered.into_iter().filter(|(row, _)| is_theirs(row));
        // Sorted, as the counts of receipts are, so that two servers cannot wait for each other.
        let mut used: BTreeMap<Uuid, (i64, i64)> = BTreeMap::new();
        let mut rows = Vec::new();
        for (row, report) in delivered {
            rows.push(ActiveModel {
                receipt_id: Set(row.id),
                project_id: Set(self.project),
                outcome: Set(outcome.word().to_owned()),
                at: Set(at),
            });
            let (credential, time) = (row.credential_id, row.at);
            let is_new = shown(row, report).is_some_and(|one| one.use_of() == Use::Asked);
            if let (Some(credential), true) = (credential, is_new) {
                let (times, last) = used.entry(credential).or_insert((0, time));
                (*times, *last) = (*times + 1, time.max(*last));
            }
        }
        if rows.is_empty() {
            return Ok(false);
        }
        for (credential, uses) in used {
            add_used(self.db, (credential, pipeline), uses).await?;
        }
        // A report has 4 values; SQLite takes 32,766 in a statement.
        for part in rows.chunks(1_000) {
            let again = OnConflict::column(Column::ReceiptId)
                .update_columns([Column::Outcome, Column::At])
                .to_owned();
            let insert = Entity::insert_many(part.to_vec()).on_conflict(again);
            insert.exec_without_returning(self.db).await?;
        }
        Ok(true)
    }
}
