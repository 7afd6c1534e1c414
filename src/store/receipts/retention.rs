//! Old receipts are removed on purpose, oldest first, once they are behind the base of the chain, and with
//! them the events that say what was reported of them. Of each run of links that were removed one row
//! stays, with the MAC of its last link and a proof that only the holder of the key can make: so the chain
//! still verifies, and whatever anybody else removes shows. Of each link its leaf stays.

mod removed;

pub(in crate::store) use removed::Removed;
pub(super) use removed::{is_ours, said};

use super::Receipts;
use crate::checkpoints::link::leaf;
use crate::checkpoints::tree::Hash;
use crate::domain::audit::Action;
use crate::domain::shipping::Unsent;
use crate::store::audit::first_of;
use crate::store::chain::{Mac, add_leaf, keep_leaves, message};
use crate::store::entity::{audit_event, delivery_report, fetch, receipt, removed_links};
use crate::store::seals::Sealing;
use crate::store::{Chain, Holds};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// Receipts that one step removes, unless a single fetch has more: others wait for the writer
/// meanwhile.
const RECEIPTS: u64 = 5_000;

/// Links that one step goes through: reports and other events may be among the receipts.
const LINKS: i64 = 2_000;

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Nothing is left behind the base.
    Nothing,
    /// The receipts between these two links, both included. Other events among them stayed.
    Links { first: i64, last: i64 },
    /// This link does not hold. Nothing was removed, so that it can be looked into.
    Broken(i64),
}

/// Links that are removed at once.
struct Runs {
    /// Each run, without its proof.
    removed: Vec<removed_links::Model>,
    /// Their leaves, by the first link of each run.
    leaves: Vec<(i64, Vec<Hash>)>,
}

/// Whether an event says what was reported of a delivery: its second field is the action.
fn is_report(fields: &[&[u8]]) -> bool {
    fields.get(1).is_some_and(|action| *action == Action::DeliveryReported.word().as_bytes())
}

impl<C: Sealing> Receipts<'_, C> {
    /// The last link whose receipts may go: of those that are here now the one before the oldest that
    /// was written at that time (milliseconds) or later. `None` when nothing is old.
    pub async fn last_before(&self, before: i64) -> Result<Option<i64>, DbErr> {
        let seqs = || {
            fetch::Entity::find()
                .select_only()
                .column(fetch::Column::Seq)
                .filter(fetch::Column::Chain.eq(self.project))
        };
        let young: Option<i64> = seqs()
            .filter(fetch::Column::At.gte(before))
            .order_by_asc(fetch::Column::Seq)
            .into_tuple()
            .one(self.db)
            .await?;
        let old = seqs().filter(fetch::Column::Seq.lt(young.unwrap_or(i64::MAX)));
        old.order_by_desc(fetch::Column::Seq).into_tuple().one(self.db).await
    }

    /// Which links behind that one were removed; `None` when none was.
    pub async fn removed_behind(
        &self,
        holds: Holds<'_>,
        link: i64,
    ) -> Result<Option<Unsent>, DbErr> {
        let rows = removed_links::Entity::find()
            .filter(removed_links::Column::Chain.eq(self.project))
            .filter(removed_links::Column::LastSeq.gt(link))
            .order_by_asc(removed_links::Column::LastSeq)
            .all(self.db)
            .await?;
        let ours = rows.iter().filter(|row| is_ours(holds, row));
        let runs = ours.map(|row| (row.first_seq.max(link + 1), row.last_seq));
        Ok(runs.fold(None, |before: Option<Unsent>, (first, last)| {
            let (start, links) = before.map_or((first, 0), |before| (before.first, before.links));
            Some(Unsent { first: start, last, links: links + last - first + 1 })
        }))
    }

    /// Removes the oldest receipts behind the base of the chain, of at most `most` links and some thousands
    /// in all. `base` is the last link that its event names: the counts may say less, and never more. They
    /// are verified first: what does not hold is evidence.
    pub async fn remove_aside(
        &self,
        (mac, holds): (Mac<'_>, Holds<'_>),
        (base, most): (i64, u64),
    ) -> Result<Removal, DbErr> {
        let base = self.lock_counted().await?.base_seq.min(base);
        let oldest: Vec<i64> = fetch::Entity::find()
            .select_only()
            .column(fetch::Column::Seq)
            .filter(fetch::Column::Chain.eq(self.project))
            .order_by_asc(fetch::Column::Seq)
            .limit(most)
            .into_tuple()
            .all(self.db)
            .await?;
        let old: Vec<i64> = oldest.into_iter().take_while(|seq| *seq <= base).collect();
        let Some(first) = old.first().copied() else { return Ok(Removal::Nothing) };
        // Of what was removed before, reports may have come later.
        let reported = first_of(self.db, self.project, Action::DeliveryReported).await?;
        let first = reported.map_or(first, |reported| first.min(reported));
        let beyond = self.first_beyond(first, RECEIPTS).await?;
        let fits = |seq: &i64| beyond.is_none_or(|beyond| *seq < beyond);
        let last = old.into_iter().take_while(fits).last().unwrap_or(first);
        // The first link goes in any case, so there is always a step.
        let last = last.min(first.saturating_add(LINKS - 1));
        let earlier = self.removed_up_to(holds, first - 1).await?;
        let Some(start) = self.mac_of(first - 1, earlier.as_ref()).await? else {
            return Ok(Removal::Broken(first - 1));
        };
        let Runs { removed: mut runs, leaves } =
            match self.runs(holds, (first, last), start).await? {
                Ok(runs) => runs,
                Err(link) => return Ok(Removal::Broken(link)),
            };
        if let (Some(earlier), Some(run)) = (earlier, runs.first_mut()) {
            // It follows the run of before: the two are one.
            run.first_seq = earlier.first_seq;
            removed_links::Entity::delete_by_id((earlier.chain, earlier.first_seq))
                .exec(self.db)
                .await?;
        }
        for run in &mut runs {
            run.proof = mac(&said(run)).to_vec();
        }
        self.delete((first, last)).await?;
        keep_leaves(self.db, mac, self.project, leaves).await?;
        let rows = runs.into_iter().map(removed_links::ActiveModel::from);
        removed_links::Entity::insert_many(rows).exec_without_returning(self.db).await?;
        Ok(Removal::Links { first, last })
    }

    /// The link of the first receipt after that many, counted from the link `first` on.
    pub(super) async fn first_beyond(&self, first: i64, many: u64) -> Result<Option<i64>, DbErr> {
        receipt::Entity::find()
            .select_only()
            .column(receipt::Column::Seq)
            .filter(receipt::Column::Chain.eq(self.project))
            .filter(receipt::Column::Seq.gte(first))
            .order_by_asc(receipt::Column::Seq)
            .order_by_asc(receipt::Column::Number)
            .offset(many)
            .into_tuple()
            .one(self.db)
            .await
    }

    /// The run of removed links that ends there.
    async fn removed_up_to(
        &self,
        holds: Holds<'_>,
        last: i64,
    ) -> Result<Option<removed_links::Model>, DbErr> {
        let row = removed_links::Entity::find()
            .filter(removed_links::Column::Chain.eq(self.project))
            .filter(removed_links::Column::LastSeq.eq(last))
            .one(self.db)
            .await?;
        Ok(row.filter(|row| is_ours(holds, row)))
    }

    /// The MAC of the link before the first one that is removed: it is an event that stays.
    async fn mac_of(
        &self,
        seq: i64,
        removed: Option<&removed_links::Model>,
    ) -> Result<Option<Vec<u8>>, DbErr> {
        if seq == 0 {
            return Ok(Some(vec![0; 32]));
        }
        if let Some(removed) = removed {
            return Ok(Some(removed.link_mac.clone()));
        }
        let event = audit_event::Entity::find_by_id((self.project, seq)).one(self.db).await?;
        Ok(event.map(|event| event.mac))
    }

    /// The runs of what is removed between the two links; or the first link that does not hold.
    async fn runs(
        &self,
        holds: Holds<'_>,
        (first, last): (i64, i64),
        mut before: Vec<u8>,
    ) -> Result<Result<Runs, i64>, DbErr> {
        let (mut runs, mut expected): (Vec<removed_links::Model>, i64) = (Vec::new(), first);
        let mut leaves = Vec::new();
        let mut is_open = false;
        while expected <= last {
            let (links, end) = Chain { db: self.db }.links(self.project, (expected, last)).await?;
            for (seq, kind, fields, link) in links {
                let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
                let covered = message(&before, self.project, seq, kind, &fields);
                let goes = kind != "event" || is_report(&fields);
                if seq != expected || !holds.link(&covered, &link) {
                    return Ok(Err(expected));
                }
                match runs.last_mut().filter(|_| is_open && goes) {
                    Some(run) => (run.last_seq, run.link_mac) = (seq, link.clone()),
                    None if goes => runs.push(removed_links::Model {
                        chain: self.project,
                        first_seq: seq,
                        last_seq: seq,
                        link_mac: link.clone(),
                        proof: Vec::new(),
                    }),
                    None => {}
                }
                is_open = goes;
                if goes {
                    add_leaf(&mut leaves, seq, leaf(self.project, seq, kind, &fields));
                }
                (before, expected) = (link, expected + 1);
            }
            if expected != end + 1 {
                return Ok(Err(expected));
            }
        }
        Ok(Ok(Runs { removed: runs, leaves }))
    }

    async fn delete(&self, (first, last): (i64, i64)) -> Result<(), DbErr> {
        audit_event::Entity::delete_many()
            .filter(audit_event::Column::Chain.eq(self.project))
            .filter(audit_event::Column::Action.eq(Action::DeliveryReported.word()))
            .filter(audit_event::Column::Seq.between(first, last))
            .exec(self.db)
            .await?;
        delivery_report::Entity::delete_many()
            .filter(delivery_report::Column::Chain.eq(self.project))
            .filter(delivery_report::Column::Seq.between(first, last))
            .exec(self.db)
            .await?;
        receipt::Entity::delete_many()
            .filter(receipt::Column::Chain.eq(self.project))
            .filter(receipt::Column::Seq.between(first, last))
            .exec(self.db)
            .await?;
        fetch::Entity::delete_many()
            .filter(fetch::Column::Chain.eq(self.project))
            .filter(fetch::Column::Seq.between(first, last))
            .exec(self.db)
            .await
            .map(drop)
    }
}
