//! What a pipeline says afterwards of what it was handed. The receipts themselves never change.

use super::Receipts;
use super::counts::add_used;
use super::row::shown;
use crate::domain::audit::{Detail, Reported};
use crate::domain::delivery::{Fetch, Outcome, Report, Use};
use crate::domain::moment::Moment;
use crate::store::entity::delivery_report::{ActiveModel, Column, Entity};
use crate::store::entity::{counted, delivery_report, fetch, receipt};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How many more deliveries failed by another report than by the one before.
fn more_failed(before: Option<Report>, now: Report) -> i64 {
    i64::from(now == Report::Failed) - i64::from(before == Some(Report::Failed))
}

/// What a pipeline says of the deliveries of one link, and what changes by it.
#[derive(Debug)]
pub struct Heard {
    pub fetch: Uuid,
    pub said: Reported,
    /// The numbers of the deliveries.
    numbers: Vec<i32>,
    /// Of each credential how many of them count as used from now on, and the last time.
    used: BTreeMap<Uuid, (i64, i64)>,
    /// The credentials of which a delivery failed that was not known to have failed.
    pub failing: BTreeSet<Uuid>,
    /// Of each credential, day and intent how many more failed.
    failed: BTreeMap<(Uuid, i64, &'static str), i64>,
}

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// What a pipeline says of its deliveries, by link. The id is that of one receipt, or of a fetch and so
    /// of all receipts of it. Nothing of a link whose deliveries were all said to have gone so before;
    /// `None` when the pipeline has no receipt of that id that says that something was delivered.
    pub async fn hear(
        &self,
        id: Uuid,
        pipeline: Uuid,
        outcome: Report,
    ) -> Result<Option<Vec<Heard>>, DbErr> {
        // Who counts receipts waits until it is known which of them were reported, and so does another
        // server that is told the same at once.
        let done = self.lock_counted().await?;
        self.heard(&done, id, (pipeline, outcome)).await
    }

    /// The same, read without a lock. Whoever writes it down has to hear it again: somebody else may have
    /// said it since.
    pub async fn news(
        &self,
        id: Uuid,
        pipeline: Uuid,
        outcome: Report,
    ) -> Result<Option<Vec<Heard>>, DbErr> {
        let done = self.counted().await?;
        self.heard(&done, id, (pipeline, outcome)).await
    }

    async fn heard(
        &self,
        done: &counted::Model,
        id: Uuid,
        (pipeline, outcome): (Uuid, Report),
    ) -> Result<Option<Vec<Heard>>, DbErr> {
        let fetches = fetch::Entity::find()
            .filter(fetch::Column::Id.eq(Fetch::new(id).id()))
            .all(self.db)
            .await?;
        // Behind the base of the chain a receipt counts as removed.
        let is_theirs = |one: &&fetch::Model| {
            one.chain == self.project && one.pipeline_id == pipeline && one.seq > done.base_seq
        };
        let (first, last) = Fetch::spoken_of(id);
        let (first, last) = (i32::from(Fetch::number(first)), i32::from(Fetch::number(last)));
        let (mut heard, mut is_delivered) = (Vec::new(), false);
        for fetch in fetches.iter().filter(is_theirs) {
            let said = Reported { outcome, link: fetch.seq, first, last, deliveries: 0 };
            // Sorted, as receipts are counted, so that two servers cannot wait for each other.
            let (used, failed) = (BTreeMap::new(), BTreeMap::new());
            let (numbers, failing) = (Vec::new(), BTreeSet::new());
            let mut one = Heard { fetch: fetch.id, said, numbers, used, failing, failed };
            let mut is_known = true;
            for (receipt, report) in self.spoken_of(fetch.seq, (first, last)).await? {
                let (number, credential) = (receipt.number, receipt.credential_id);
                let shown = shown(receipt, fetch, report.as_ref());
                let Some(shown) = shown.filter(|one| one.outcome == Outcome::Delivered) else {
                    continue;
                };
                is_known &= report.is_some_and(|row| row.outcome == outcome.word() && row.link > 0);
                one.numbers.push(number);
                one.said.deliveries += 1;
                // What is not counted yet is counted as used, now that it is reported.
                let is_new = shown.use_of() == Use::Asked && fetch.seq <= done.counts_seq;
                if let (Some(credential), true) = (credential, is_new) {
                    let (times, last) = one.used.entry(credential).or_insert((0, fetch.at));
                    (*times, *last) = (*times + 1, fetch.at.max(*last));
                }
                let more = more_failed(shown.report, outcome);
                one.failing.extend(credential.filter(|_| more > 0));
                if more != 0 && fetch.seq <= done.summed_seq {
                    let day = Moment(fetch.at).day_number();
                    let of = (credential.unwrap_or_default(), day, shown.intent.word());
                    *one.failed.entry(of).or_default() += more;
                }
            }
            is_delivered |= !one.numbers.is_empty();
            if !is_known || !self.is_said(&one).await? {
                heard.push(one);
            }
        }
        Ok(is_delivered.then_some(heard))
    }

    /// Whether the last event of each of these deliveries says the same: a row alone may be somebody else's.
    async fn is_said(&self, heard: &Heard) -> Result<bool, DbErr> {
        let events = self.said_in((heard.said.link - 1, heard.said.link)).await?;
        let last = |number: &i32| {
            let mut of_it = events.iter().rev().filter_map(|(_, _, detail)| match detail {
                Detail::Report(of) if (of.first..=of.last).contains(number) => Some(of),
                _ => None,
            });
            of_it.find(|of| of.link == heard.said.link).map(|of| of.outcome)
        };
        Ok(heard.numbers.iter().all(|number| last(number) == Some(heard.said.outcome)))
    }

    /// Writes down what was heard of the pipeline, as the event at that link says it: a later report
    /// replaces an earlier one. What was only asked for counts as used from then on.
    pub async fn keep_report(
        &self,
        pipeline: Uuid,
        heard: Heard,
        (link, at): (i64, i64),
    ) -> Result<(), DbErr> {
        for (credential, uses) in heard.used {
            add_used(self.db, (credential, pipeline), uses).await?;
        }
        for ((credential, day, intent), more) in heard.failed {
            self.add_failed((credential, pipeline), (day, intent), more).await?;
        }
        let row = |number: &i32| ActiveModel {
            chain: Set(self.project),
            seq: Set(heard.said.link),
            number: Set(*number),
            outcome: Set(heard.said.outcome.word().to_owned()),
            at: Set(at),
            link: Set(link),
        };
        // A report has 6 values; SQLite takes 32,766 in a statement.
        for part in heard.numbers.chunks(1_000) {
            let again = OnConflict::columns([Column::Chain, Column::Seq, Column::Number])
                .update_columns([Column::Outcome, Column::At, Column::Link])
                .to_owned();
            let insert = Entity::insert_many(part.iter().map(row)).on_conflict(again);
            insert.exec_without_returning(self.db).await?;
        }
        Ok(())
    }

    /// The receipts of a link with these numbers, each with what was reported of it.
    async fn spoken_of(
        &self,
        seq: i64,
        (first, last): (i32, i32),
    ) -> Result<Vec<(receipt::Model, Option<delivery_report::Model>)>, DbErr> {
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
