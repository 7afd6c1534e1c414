//! What is known of links that were removed: each run, with a proof that the product removed it.

use crate::store::Holds;
use crate::store::chain::message;
use crate::store::entity::removed_links;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a proof says of itself. No link is of this kind.
const KIND: &str = "removed";

/// The runs of links that were removed on purpose: by the first, the last and its MAC.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::store) struct Removed(BTreeMap<i64, (i64, Vec<u8>)>);

impl Removed {
    /// Those of the chain whose proof holds; others were not written by us.
    pub(in crate::store) async fn of<C: ConnectionTrait>(
        db: &C,
        holds: Holds<'_>,
        chain: Uuid,
    ) -> Result<Self, DbErr> {
        let rows = removed_links::Entity::find()
            .filter(removed_links::Column::Chain.eq(chain))
            .all(db)
            .await?;
        let ours = rows.into_iter().filter(|row| is_ours(holds, row));
        Ok(Self(ours.map(|row| (row.first_seq, (row.last_seq, row.link_mac))).collect()))
    }

    /// Whether nothing was removed.
    pub(in crate::store) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last of all links that were removed.
    pub(in crate::store::receipts) fn last(&self) -> Option<i64> {
        self.0.values().map(|(last, _)| *last).max()
    }

    /// Whether a link with that number was removed, and may have had that MAC: of the links before
    /// the last of a run nothing is kept.
    pub(in crate::store) fn had(&self, seq: i64, mac: &[u8]) -> bool {
        let run = self.0.range(..=seq).next_back();
        run.is_some_and(|(_, (last, of_last))| seq < *last || (seq == *last && of_last == mac))
    }

    /// Up to which link the run goes that this one was removed with, and the MAC of the last of them.
    pub(in crate::store) fn run(&self, seq: i64) -> Option<(i64, &[u8])> {
        let (_, (last, mac)) = self.0.range(..=seq).next_back()?;
        (seq <= *last).then_some((*last, mac.as_slice()))
    }

    /// Goes past what was removed, if the link that is expected next was.
    pub(in crate::store) fn pass(&self, expected: &mut i64, before: &mut Vec<u8>) {
        while let Some((last, mac)) = self.0.get(expected) {
            (*expected, *before) = (last + 1, mac.clone());
        }
    }
}

pub(in crate::store::receipts) fn is_ours(holds: Holds<'_>, row: &removed_links::Model) -> bool {
    row.last_seq >= row.first_seq && holds.proof(&said(row), &row.proof)
}

/// What a proof covers.
pub(in crate::store::receipts) fn said(row: &removed_links::Model) -> Vec<u8> {
    message(&row.link_mac, row.chain, row.first_seq, KIND, &[&row.last_seq.to_be_bytes()])
}
