//! What a pipeline says afterwards of what it was handed. The receipts themselves never change.

use super::Receipts;
use super::counts::add_used;
use super::row::shown;
use crate::domain::delivery::{Fetch, Outcome, Report, Use};
use crate::domain::moment::Moment;
use crate::store::entity::delivery_report::{ActiveModel, Column, Entity};
use crate::store::entity::{delivery_report, fetch, receipt};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How many more deliveries failed by another report than by the one before.
fn more_failed(before: Option<Report>, now: Report) -> i64 {
    i64::from(now == Report::Failed) - i64::from(before == Some(Report::Failed))
}

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
        // Who counts receipts waits until it is known which of them were reported, and so does another
        // server that is told the same at once.
        let done = self.lock_counted().await?;
        let fetches = fetch::Entity::find()
            .filter(fetch::Column::Id.eq(Fetch::new(id).id()))
            .all(self.db)
            .await?;
        // Sorted, as receipts are counted, so that two servers cannot wait for each other.
        let mut used: BTreeMap<Uuid, (i64, i64)> = BTreeMap::new();
        let mut failed: BTreeMap<(Uuid, i64, &str), i64> = BTreeMap::new();
        let mut rows = Vec::new();
        // Behind the base of the chain a receipt counts as removed.
        let is_theirs = |one: &&fetch::Model| {
            one.chain == self.project && one.pipeline_id == pipeline && one.seq > done.base_seq
        };
        for fetch in fetches.iter().filter(is_theirs) {
            for (receipt, report) in self.spoken_of(fetch.seq, id).await? {
                let (number, credential) = (receipt.number, receipt.credential_id);
                let shown = shown(receipt, fetch, report.as_ref());
                let Some(shown) = shown.filter(|one| one.outcome == Outcome::Delivered) else {
                    continue;
                };
                rows.push(ActiveModel {
                    chain: Set(self.project),
                    seq: Set(fetch.seq),
                    number: Set(number),
                    outcome: Set(outcome.word().to_owned()),
                    at: Set(at),
                });
                // What is not counted yet is counted as used, now that it is reported.
                let is_new = shown.use_of() == Use::Asked && fetch.seq <= done.counts_seq;
                if let (Some(credential), true) = (credential, is_new) {
                    let (times, last) = used.entry(credential).or_insert((0, fetch.at));
                    (*times, *last) = (*times + 1, fetch.at.max(*last));
                }
                let more = more_failed(shown.report, outcome);
                if more != 0 && fetch.seq <= done.summed_seq {
                    let day = Moment(fetch.at).day_number();
                    let of = (credential.unwrap_or_default(), day, shown.intent.word());
                    *failed.entry(of).or_default() += more;
                }
            }
        }
        if rows.is_empty() {
            return Ok(false);
        }
        for (credential, uses) in used {
            add_used(self.db, (credential, pipeline), uses).await?;
        }
        for ((credential, day, intent), more) in failed {
            self.add_failed((credential, pipeline), (day, intent), more).await?;
        }
        // A report has 5 values; SQLite takes 32,766 in a statement.
        for part in rows.chunks(1_000) {
            let again = OnConflict::columns([Column::Chain, Column::Seq, Column::Number])
                .update_columns([Column::Outcome, Column::At])
                .to_owned();
            let insert = Entity::insert_many(part.to_vec()).on_conflict(again);
            insert.exec_without_returning(self.db).await?;
        }
        Ok(true)
    }

    /// The receipts of a link that the id speaks of, each with what was reported of it.
    async fn spoken_of(
        &self,
        seq: i64,
        id: Uuid,
    ) -> Result<Vec<(receipt::Model, Option<delivery_report::Model>)>, DbErr> {
        let (first, last) = Fetch::spoken_of(id);
        let (first, last) = (i32::from(Fetch::number(first)), i32::from(Fetch::number(last)));
        let receipts = receipt::Entity::find()
            .filter(receipt::Column::Chain.eq(self.project))
            .filter(receipt::Column::Seq.eq(seq))
            .filter(receipt::Column::Number.between(first, last))
            .all(self.db)
            .await?;
        let reports = self.reports_of(BTreeSet::from([seq]), (first, last)).await?;
        let mut reports: BTreeMap<i32, delivery_report::Model> =
            reports.into_iter().map(|one| (one.number, one)).collect();
        let with_report = |row: receipt::Model| {
            let report = reports.remove(&row.number);
            (row, report)
        };
        Ok(receipts.into_iter().map(with_report).collect())
    }
}
