//! Whether what was put aside is what the bases of the chain say, and whether these say what is there.

use super::{leaf_of, root_of, sums_in};
use crate::checkpoints::tree::Hash;
use crate::domain::audit::{Action, Base, Detail};
use crate::store::Holds;
use crate::store::entity::{audit_event, counted, fetch};
use crate::store::receipts::days::DaySum;
use crate::store::receipts::{Receipts, Removed, WrongSum};
use data_encoding::HEXLOWER;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::BTreeMap;

/// How far receipts are behind the base, after it was found to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store::receipts) struct Aside {
    /// The last link behind it; 0 without one.
    pub(in crate::store::receipts) last: i64,
    /// The last day of which more was removed than what was put aside.
    pub(in crate::store::receipts) unknown_until: Option<i64>,
}

/// The newest base and the link of its event, and up to which link events say that receipts go.
type Said = (Option<(i64, Base)>, i64);

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// How far receipts are behind the base; or the first row that does not fit it. The links of the chain
    /// were verified before, so that the events are ours.
    pub(in crate::store::receipts) async fn aside(
        &self,
        holds: Holds<'_>,
        done: &counted::Model,
    ) -> Result<Result<Aside, WrongSum>, DbErr> {
        let (base, told) = match self.said().await? {
            Ok(said) => said,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let last = base.as_ref().map_or(0, |(_, base)| base.last);
        // Only what was added up is put aside.
        if done.base_seq != last || done.counts_seq.min(done.summed_seq) < last {
            return Ok(Err(WrongSum::of_counted(self.project)));
        }
        let removed = Removed::of(self.db, holds, self.project).await?;
        if let Some(link) = removed.last().filter(|link| *link > told) {
            return Ok(Err(WrongSum::of_link("removed_links", link)));
        }
        if let Some((event, base)) = &base
            && !self.follows(base, &removed).await?
        {
            return Ok(Err(WrongSum::of_link("audit_event", *event)));
        }
        if let Some(wrong) = self.wrong_aside(base.as_ref()).await? {
            return Ok(Err(wrong));
        }
        let unknown_until = match &base {
            Some((_, base)) => base.unknown_until,
            None => self.removed_until(holds).await?,
        };
        Ok(Ok(Aside { last, unknown_until }))
    }

    /// What the events say, from the first on; or the first one that contradicts those before.
    async fn said(&self) -> Result<Result<Said, WrongSum>, DbErr> {
        let rows: Vec<(i64, String)> = audit_event::Entity::find()
            .select_only()
            .columns([audit_event::Column::Seq, audit_event::Column::Detail])
            .filter(audit_event::Column::Chain.eq(self.project))
            .filter(audit_event::Column::Action.eq(Action::ReceiptsRemoved.word()))
            .order_by_asc(audit_event::Column::Seq)
            .into_tuple()
            .all(self.db)
            .await?;
        let (mut newest, mut told): Said = (None, 0);
        for (seq, detail) in rows {
            let behind = newest.as_ref().map(|(_, base)| base.last);
            match Detail::from_stored(&detail) {
                Detail::Base(base)
                    if behind.unwrap_or(0) < base.first
                        && base.first <= base.last
                        && base.last < seq =>
                {
                    told = told.max(base.last);
                    newest = Some((seq, base));
                }
                // Before there were bases.
                Detail::Links { last, .. } if behind.is_none() => told = told.max(last),
                _ => return Ok(Err(WrongSum::of_link("audit_event", seq))),
            }
        }
        Ok(Ok((newest, told)))
    }

    /// Whether the chain has the link that the base names: it may not be removed yet.
    async fn follows(&self, base: &Base, removed: &Removed) -> Result<bool, DbErr> {
        let Ok(mac) = HEXLOWER.decode(base.head.as_bytes()) else { return Ok(false) };
        let there = fetch::Entity::find_by_id((self.project, base.last)).one(self.db).await?;
        Ok(match there {
            Some(fetch) => fetch.mac == mac,
            None => removed.had(base.last, &mac),
        })
    }

    /// The first day that is not as it was put aside; when each is one that somebody could have put there,
    /// all of them by the event of the base.
    async fn wrong_aside(&self, base: Option<&(i64, Base)>) -> Result<Option<WrongSum>, DbErr> {
        let mut leaves: BTreeMap<i64, Hash> = BTreeMap::new();
        let mut after = i64::MIN;
        loop {
            let rows = self.days_aside(after).await?;
            let Some(end) = rows.last().map(|row| row.day) else { break };
            for row in rows {
                if base.is_none() || sums_in(&row).is_none() {
                    return Ok(Some(WrongSum::of_aside(row.day)));
                }
                leaves.insert(row.day, leaf_of(row.day, &row.sums));
            }
            after = end;
        }
        let is_wrong = |(_, base): &&(i64, Base)| root_of(leaves.values()) != base.figures;
        Ok(base.filter(is_wrong).map(|(event, _)| WrongSum::of_link("removed_days", *event)))
    }

    /// Hands the sums of each day that was put aside to `each`, one day after the other.
    pub(in crate::store::receipts) async fn each_aside(
        &self,
        mut each: impl FnMut(Vec<DaySum>) + Send,
    ) -> Result<(), DbErr> {
        let mut after = i64::MIN;
        loop {
            let rows = self.days_aside(after).await?;
            let Some(end) = rows.last().map(|row| row.day) else { return Ok(()) };
            rows.iter().for_each(|row| each(sums_in(row).unwrap_or_default()));
            after = end;
        }
    }
}
