//! What receipts added up to is put aside by day before they are removed because of their age. The event
//! that says so is the base of the chain: it has the place of the last of them, and the digest of all that
//! was put aside. So nobody can change that, or move the base, unseen.

mod checked;

pub(super) use checked::Aside;

use super::Receipts;
use super::days::{DayKey, DaySum};
use crate::checkpoints::tree::{self, Frontier, Hash};
use crate::domain::audit::{Action, Base, Detail};
use crate::domain::moment::Moment;
use crate::store::audit::first_of;
use crate::store::entity::{audit_event, counted, fetch, removed_days};
use crate::store::seals::Sealing;
use crate::store::{Chain, Holds};
use data_encoding::HEXLOWER;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::cmp::{max, min};
use std::collections::BTreeMap;

/// Links and receipts that are put aside at once, unless a single fetch has more: others wait for the
/// writer meanwhile.
const MOST: u64 = 20_000;
/// Links that are summed up in one statement.
const PART: i64 = 1_000;
/// Events of bases that are read at once.
const BASES: u64 = 200;
/// Days that are read at once: each may have thousands of sums.
const DAYS: u64 = 20;

/// What was done to move the base of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Putting {
    /// Nothing is to be put aside, or what was put aside before is to be removed first.
    Nothing,
    /// What the event of the new base has to say.
    Aside(Base),
    /// What was put aside before is not what its base says, or a report is not what its event says.
    /// Nothing was done, so that it can be looked into.
    Changed,
}

/// Adds the sum to those of its key.
pub(super) fn put(sums: &mut BTreeMap<DayKey, DaySum>, sum: DaySum) {
    match sums.get_mut(&sum.key()) {
        Some(known) => known.add(&sum),
        None => drop(sums.insert(sum.key(), sum)),
    }
}

/// The leaf of a day.
fn leaf_of(day: i64, sums: &str) -> Hash {
    tree::leaf(&[day.to_be_bytes().as_slice(), sums.as_bytes()].concat())
}

/// The root of the tree over the days, in their order, in hex.
fn root_of<'a>(leaves: impl Iterator<Item = &'a Hash>) -> String {
    let mut days = Frontier::default();
    leaves.for_each(|leaf| days.push(*leaf));
    HEXLOWER.encode(&days.root())
}

/// The sums of the row; `None` when it does not say what its hash says.
fn sums_in(row: &removed_days::Model) -> Option<Vec<DaySum>> {
    let is_whole = leaf_of(row.day, &row.sums).as_slice() == row.hash.as_slice();
    serde_json::from_str(&row.sums).ok().filter(|_| is_whole)
}

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The base of the chain; `None` where nothing was ever put aside.
    pub async fn base(&self) -> Result<Option<Base>, DbErr> {
        let newest: Option<String> = audit_event::Entity::find()
            .select_only()
            .column(audit_event::Column::Detail)
            .filter(audit_event::Column::Chain.eq(self.project))
            .filter(audit_event::Column::Action.eq(Action::ReceiptsRemoved.word()))
            .order_by_desc(audit_event::Column::Seq)
            .limit(1)
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(match newest.map(|detail| Detail::from_stored(&detail)) {
            Some(Detail::Base(base)) => Some(base),
            _ => None,
        })
    }

    /// When the base came to stand behind that link; `None` where no base has it.
    pub async fn put_aside_at(&self, seq: i64) -> Result<Option<Moment>, DbErr> {
        use audit_event::Column;
        let mut after = seq;
        let first = first_of(self.db, self.project, Action::ReceiptsRemoved).await?;
        // Before the first of all bases, receipts were removed without one. Between two there were reports.
        let mut has_earlier = first.is_some_and(|first| first < seq);
        loop {
            let bases: Vec<(i64, i64, String)> = audit_event::Entity::find()
                .select_only()
                .columns([Column::Seq, Column::At, Column::Detail])
                .filter(Column::Chain.eq(self.project))
                .filter(Column::Action.eq(Action::ReceiptsRemoved.word()))
                .filter(Column::Seq.gt(after))
                .order_by_asc(Column::Seq)
                .limit(BASES)
                .into_tuple()
                .all(self.db)
                .await?;
            let Some((newest, ..)) = bases.last() else { return Ok(None) };
            after = *newest;
            for (_, at, detail) in bases {
                let Detail::Base(base) = Detail::from_stored(&detail) else { continue };
                if seq <= base.last {
                    return Ok((base.first <= seq || has_earlier).then_some(Moment(at)));
                }
                has_earlier = true;
            }
        }
    }

    /// The number of the oldest link that is a fetch; `None` when there is none.
    pub(super) async fn oldest_seq(&self) -> Result<Option<i64>, DbErr> {
        fetch::Entity::find()
            .select_only()
            .column(fetch::Column::Seq)
            .filter(fetch::Column::Chain.eq(self.project))
            .order_by_asc(fetch::Column::Seq)
            .limit(1)
            .into_tuple()
            .one(self.db)
            .await
    }

    /// The leaf of each day that was put aside.
    async fn leaves_aside(&self) -> Result<BTreeMap<i64, Hash>, DbErr> {
        let rows: Vec<(i64, Vec<u8>)> = removed_days::Entity::find()
            .select_only()
            .columns([removed_days::Column::Day, removed_days::Column::Hash])
            .filter(removed_days::Column::Chain.eq(self.project))
            .order_by_asc(removed_days::Column::Day)
            .into_tuple()
            .all(self.db)
            .await?;
        // One of another length is of nobody, and fits no base.
        let leaf = |hash: Vec<u8>| Hash::try_from(hash).unwrap_or_default();
        Ok(rows.into_iter().map(|(day, hash)| (day, leaf(hash))).collect())
    }

    /// Some of the days that were put aside, behind that one.
    async fn days_aside(&self, after: i64) -> Result<Vec<removed_days::Model>, DbErr> {
        removed_days::Entity::find()
            .filter(removed_days::Column::Chain.eq(self.project))
            .filter(removed_days::Column::Day.gt(after))
            .order_by_asc(removed_days::Column::Day)
            .limit(DAYS)
            .all(self.db)
            .await
    }

    /// The sums of the links behind the first, by day.
    async fn sums_by_day(
        &self,
        (mut after, end): (i64, i64),
    ) -> Result<BTreeMap<i64, BTreeMap<DayKey, DaySum>>, DbErr> {
        let mut days: BTreeMap<i64, BTreeMap<DayKey, DaySum>> = BTreeMap::new();
        while after < end {
            let last = min(end, after + PART);
            for sum in self.sums_between(after, last).await? {
                put(days.entry(sum.day).or_default(), sum);
            }
            after = last;
        }
        Ok(days)
    }
}

impl<C: Sealing> Receipts<'_, C> {
    /// The oldest link whose receipts are behind the base, by the counts, and are still to be removed.
    pub async fn oldest_aside(&self) -> Result<Option<i64>, DbErr> {
        let done = self.counted().await?;
        Ok(self.oldest_seq().await?.filter(|seq| *seq <= done.base_seq))
    }

    /// Which links are put aside next, of those up to `last`: the first and the last. `None` when there are
    /// none, or receipts behind the base are still to be removed.
    pub async fn next_aside(&self, last: i64) -> Result<Option<(i64, i64)>, DbErr> {
        let done = self.counted().await?;
        self.next_behind(&done, last).await
    }

    async fn next_behind(
        &self,
        done: &counted::Model,
        last: i64,
    ) -> Result<Option<(i64, i64)>, DbErr> {
        let Some(first) = self.oldest_seq().await? else { return Ok(None) };
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        let end = last.min(done.counts_seq).min(done.summed_seq).min(first.saturating_add(most));
        if first <= done.base_seq || first > end {
            return Ok(None);
        }
        let beyond = self.first_beyond(first, MOST).await?;
        let end = beyond.map_or(end, |beyond| end.min(max(beyond - 1, first)));
        let newest: Option<i64> = fetch::Entity::find()
            .select_only()
            .column(fetch::Column::Seq)
            .filter(fetch::Column::Chain.eq(self.project))
            .filter(fetch::Column::Seq.lt(end + 1))
            .order_by_desc(fetch::Column::Seq)
            .limit(1)
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(newest.map(|newest| (first, newest)))
    }

    /// Puts aside what the oldest receipts add up to, up to that link at most, and says so of the counts.
    /// The event has to be written in the same transaction. From then on the receipts may be removed, and
    /// nothing is reported of them any more.
    pub async fn put_aside(&self, holds: Holds<'_>, last: i64) -> Result<Putting, DbErr> {
        let done = self.lock_counted().await?;
        let Some((first, last)) = self.next_behind(&done, last).await? else {
            return Ok(Putting::Nothing);
        };
        let before = self.base().await?;
        let mut leaves = self.leaves_aside().await?;
        let (link, figures) = match &before {
            Some(base) => (base.last, base.figures.clone()),
            None => (0, root_of([].iter())),
        };
        if done.base_seq != link || root_of(leaves.values()) != figures {
            return Ok(Putting::Changed);
        }
        let unknown_until = match &before {
            Some(base) => base.unknown_until,
            None => self.removed_until(holds).await?,
        };
        // The events are read again although they were read before: more may have been reported since.
        if self.wrong_report((first - 1, last)).await?.is_some() {
            return Ok(Putting::Changed);
        }
        let mut until = before.map(|base| base.until);
        for (day, sums) in self.sums_by_day((first - 1, last)).await? {
            until = until.max(sums.values().map(|sum| Moment(sum.last_at)).max());
            let leaf = self.add_aside(day, sums).await?;
            let Some(leaf) = leaf else { return Ok(Putting::Changed) };
            leaves.insert(day, leaf);
        }
        let row = counted::ActiveModel { base_seq: Set(last), ..Default::default() };
        self.note_done(row).await?;
        let head = fetch::Entity::find_by_id((self.project, last)).one(self.db).await?;
        let tree = Chain { db: self.db }.tree(self.project).await?;
        let (number, tree) = tree.map(|tree| (tree.last.number, tree.frontier)).unwrap_or_default();
        Ok(Putting::Aside(Base {
            first,
            last,
            head: head.map(|head| HEXLOWER.encode(&head.mac)).unwrap_or_default(),
            until: until.unwrap_or(Moment(0)),
            tree: number,
            leaves: tree.size(),
            root: HEXLOWER.encode(&tree.root()),
            figures: root_of(leaves.values()),
            unknown_until,
        }))
    }

    /// Adds to what was put aside of a day; its leaf then. `None` when what is there is not what was put
    /// there.
    async fn add_aside(
        &self,
        day: i64,
        mut sums: BTreeMap<DayKey, DaySum>,
    ) -> Result<Option<Hash>, DbErr> {
        let there = removed_days::Entity::find_by_id((self.project, day)).one(self.db).await?;
        if let Some(row) = there {
            let Some(known) = sums_in(&row) else { return Ok(None) };
            known.into_iter().for_each(|sum| put(&mut sums, sum));
        }
        let sums: Vec<DaySum> = sums.into_values().collect();
        // Nothing in it can fail: its keys are texts.
        let sums = serde_json::to_string(&sums).unwrap_or_default();
        let leaf = leaf_of(day, &sums);
        let row = removed_days::Model { chain: self.project, day, sums, hash: leaf.to_vec() };
        let over = OnConflict::columns([removed_days::Column::Chain, removed_days::Column::Day])
            .update_columns([removed_days::Column::Sums, removed_days::Column::Hash])
            .to_owned();
        removed_days::Entity::insert(removed_days::ActiveModel::from(row))
            .on_conflict(over)
            .exec_without_returning(self.db)
            .await?;
        Ok(Some(leaf))
    }
}
