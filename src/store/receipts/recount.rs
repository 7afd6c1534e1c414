//! What is added up of receipts is recounted from the receipts, which are links of the chain: so that who
//! changes a sum is found. It takes the memory of so many sums and not of all: beyond that the receipts
//! are gone through again for the credentials that are left.

mod delivered;
mod reported;
mod rest;

use super::base::{Aside, put};
use super::days::{DayKey, DaySum};
use super::{Receipts, Removed};
use crate::domain::moment::Moment;
use crate::store::Holds;
use crate::store::entity::{chain_head, fetch, usage_day};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use std::cmp::min;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Links that are summed up at once.
const PART: i64 = 5_000;
/// Sums that are in memory at once, unless one credential has more.
const MOST: usize = 100_000;
/// Stored sums that are read at once.
const PAGE: u64 = 2_000;

/// The first row that does not say what the receipts say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongSum {
    pub table: &'static str,
    /// Which row, by its key.
    pub row: String,
}

impl WrongSum {
    fn of_day((credential, pipeline, day, intent, outcome): &DayKey) -> Self {
        let day = Moment::of_day(*day).day().to_text();
        let row =
            format!("credential {credential}, pipeline {pipeline}, {day}, {intent}, {outcome}");
        Self { table: "usage_day", row }
    }

    fn of_pair((credential, pipeline): (Uuid, Uuid)) -> Self {
        Self { table: "usage", row: format!("credential {credential}, pipeline {pipeline}") }
    }

    fn of_version((credential, version): (Uuid, i64)) -> Self {
        Self { table: "secret_version", row: format!("credential {credential}, version {version}") }
    }

    fn of_token(id: &str) -> Self {
        Self { table: "pipeline_token", row: format!("token {id}") }
    }

    pub(super) fn of_counted(chain: Uuid) -> Self {
        Self { table: "counted", row: format!("chain {chain}") }
    }

    /// A row about the link with that number.
    pub(super) fn of_link(table: &'static str, link: i64) -> Self {
        Self { table, row: format!("link {link}") }
    }

    /// What was put aside of a day.
    pub(super) fn of_aside(day: i64) -> Self {
        Self { table: "removed_days", row: Moment::of_day(day).day().to_text() }
    }

    fn of_report(seq: i64, number: i32) -> Self {
        Self { table: "delivery_report", row: format!("link {seq}, receipt {number}") }
    }
}

/// Which credentials are recounted in one go: those after the first and up to the last.
#[derive(Clone, Copy)]
struct Slice {
    after: Option<Uuid>,
    last: Option<Uuid>,
}

impl Slice {
    fn has(self, credential: Uuid) -> bool {
        self.after.is_none_or(|after| credential > after)
            && self.last.is_none_or(|last| credential <= last)
    }

    /// Takes less when there are more sums than fit.
    fn fit<K: Ord, V>(&mut self, sums: &mut BTreeMap<K, V>, credential: impl Fn(&K) -> Uuid) {
        if sums.len() > MOST {
            let middle = sums.keys().nth(sums.len() / 2).map(&credential);
            self.last = middle.or(self.last);
            sums.retain(|key, _| self.has(credential(key)));
        }
    }
}

impl Receipts<'_, DatabaseTransaction> {
    /// The first sum, report or base that does not fit the receipts and what was put aside of them; `None`
    /// when all do. Of days whose receipts were removed before anything was put aside, sums are at least
    /// those that are known. The links of the chain have to hold. Only a snapshot is asked: elsewhere what is
    /// delivered, reported or removed meanwhile would not fit.
    pub async fn wrong_sum(&self, holds: Holds<'_>) -> Result<Option<WrongSum>, DbErr> {
        let done = self.counted().await?;
        let head = chain_head::Entity::find_by_id(self.project).one(self.db).await?;
        let links = 0..=head.map_or(0, |head| head.seq);
        if !links.contains(&done.counts_seq) || !links.contains(&done.summed_seq) {
            return Ok(Some(WrongSum::of_counted(self.project)));
        }
        match self.lost_report((i64::MIN, i64::MAX)).await? {
            Some(report) => Ok(Some(report)),
            None => match self.aside(holds, &done).await? {
                Ok(aside) => match self.changed_report((aside.last, *links.end())).await? {
                    Some(report) => Ok(Some(report)),
                    None => self.wrong_among(aside, (done.counts_seq, done.summed_seq)).await,
                },
                Err(wrong) => Ok(Some(wrong)),
            },
        }
    }
}

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The days up to which receipts may have been removed that nothing was put aside of; `None` where none
    /// were. Only a chain without a base has some.
    pub(super) async fn removed_until(&self, holds: Holds<'_>) -> Result<Option<i64>, DbErr> {
        if Removed::of(self.db, holds, self.project).await?.is_empty() {
            return Ok(None);
        }
        // Receipts go until the first that is young.
        let Some(seq) = self.oldest_seq().await? else { return Ok(Some(i64::MAX)) };
        let fetch = fetch::Entity::find_by_id((self.project, seq)).one(self.db).await?;
        Ok(Some(fetch.map_or(i64::MAX, |fetch| Moment(fetch.at).day_number())))
    }

    async fn wrong_among(
        &self,
        aside: Aside,
        (counted, end): (i64, i64),
    ) -> Result<Option<WrongSum>, DbErr> {
        let mut slice = Slice { after: None, last: None };
        loop {
            let (sums, last) = self.recount(slice, (aside.last, end)).await?;
            slice.last = last;
            if let Some(wrong) = self.wrong_day(slice, sums, aside.unknown_until).await? {
                return Ok(Some(wrong));
            }
            match last {
                Some(last) => slice = Slice { after: Some(last), last: None },
                None => break,
            }
        }
        self.wrong_delivered((aside.last, counted), aside.unknown_until.is_none()).await
    }

    /// The sums of the credentials of the slice, and the last of them when there are more than fit: what was
    /// put aside up to the first link, and the receipts behind it.
    async fn recount(
        &self,
        mut slice: Slice,
        (mut after, end): (i64, i64),
    ) -> Result<(BTreeMap<DayKey, DaySum>, Option<Uuid>), DbErr> {
        let mut sums: BTreeMap<DayKey, DaySum> = BTreeMap::new();
        let mut take = |more: Vec<DaySum>| {
            let more = more.into_iter().filter(|sum| slice.has(sum.credential_id));
            more.for_each(|sum| put(&mut sums, sum));
            slice.fit(&mut sums, |(credential, ..)| *credential);
        };
        self.each_aside(&mut take).await?;
        while after < end {
            let last = min(end, after + PART);
            take(self.sums_between(after, last).await?);
            after = last;
        }
        Ok((sums, slice.last))
    }

    /// The first stored day of the slice that differs, or that is not stored.
    async fn wrong_day(
        &self,
        slice: Slice,
        mut sums: BTreeMap<DayKey, DaySum>,
        removed_until: Option<i64>,
    ) -> Result<Option<WrongSum>, DbErr> {
        let mut from: Option<DayKey> = None;
        loop {
            let rows = self.stored_days(slice, from.as_ref()).await?;
            let Some(end) = rows.last().map(DaySum::key) else { break };
            for row in rows {
                let key = row.key();
                let counted = sums.remove(&key);
                let may_be_more = removed_until.is_some_and(|until| row.day <= until);
                let holds = match &counted {
                    Some(counted) if may_be_more => {
                        row.times >= counted.times && row.failed >= counted.failed
                    }
                    Some(counted) => row == *counted,
                    None => may_be_more,
                };
                if !holds {
                    return Ok(Some(WrongSum::of_day(&key)));
                }
            }
            from = Some(end);
        }
        Ok(sums.into_keys().next().map(|key| WrongSum::of_day(&key)))
    }

    /// The stored days of the slice after that one, in the order of their keys.
    async fn stored_days(&self, slice: Slice, from: Option<&DayKey>) -> Result<Vec<DaySum>, DbErr> {
        use usage_day::Column;
        let mut such = Condition::all().add(Column::Chain.eq(self.project));
        if let Some(last) = slice.last {
            such = such.add(Column::CredentialId.lte(last));
        }
        match (from, slice.after) {
            (Some(from), _) => such = such.add(beyond(from.clone())),
            (None, Some(after)) => such = such.add(Column::CredentialId.gt(after)),
            (None, None) => {}
        }
        let mut rows = usage_day::Entity::find().filter(such);
        for column in
            [Column::CredentialId, Column::PipelineId, Column::Day, Column::Intent, Column::Outcome]
        {
            rows = rows.order_by_asc(column);
        }
        let rows = rows.limit(PAGE).all(self.db).await?;
        Ok(rows.into_iter().map(DaySum::from).collect())
    }
}

/// What comes after that key.
fn beyond((credential, pipeline, day, intent, outcome): DayKey) -> SimpleExpr {
    use usage_day::Column::{CredentialId, Day, Intent, Outcome, PipelineId};
    let columns = [CredentialId, PipelineId, Day, Intent, Outcome].map(ColumnTrait::into_expr);
    let values = [
        Expr::val(credential),
        Expr::val(pipeline),
        Expr::val(day),
        Expr::val(intent),
        Expr::val(outcome),
    ];
    Expr::tuple(columns).gt(Expr::tuple(values))
}
