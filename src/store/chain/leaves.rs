//! The leaves of links that were removed because of their age stay, so that the tree can still be made
//! from what is there; and the tree of a chain that is older than trees grows until it has all links.

use super::head::Head;
use super::walk::Walk;
use super::{Mac, PART, message};
use crate::checkpoints::tree::{Frontier, Hash};
use crate::store::entity::removed_leaves::{ActiveModel, Column, Entity, Model};
use crate::store::writing::Tx;
use crate::store::{Chain, Holds};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a proof says of itself. No link is of this kind.
const KIND: &str = "leaves";

/// How far a tree has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// It has every link, or is of a chain whose end was changed, and then no tree is signed.
    Whole,
    /// There are more links.
    More,
    /// This link does not hold. Nothing was appended from it on, so that it can be looked into.
    Broken(i64),
}

impl Chain<'_, Tx> {
    /// Appends the next links to the tree of a chain that is older than its tree.
    pub async fn grow(
        &self,
        (mac, holds): (Mac<'_>, Holds<'_>),
        chain: Uuid,
    ) -> Result<Growth, DbErr> {
        let mut head = Head::lock(self.db, chain).await?;
        if !head.is_ours || head.has_whole_tree() {
            return Ok(Growth::Whole);
        }
        let mut next = i64::try_from(head.frontier.size()).unwrap_or(i64::MAX).saturating_add(1);
        if next > head.seq {
            // An operator has accepted an end that somebody had set back.
            (head.frontier, next) = (Frontier::default(), 1);
        }
        let mut walk = Walk::at((self.db, holds), chain, next, true).await?;
        let leaves = match walk.step(head.seq).await? {
            Ok(leaves) => leaves,
            Err(link) => return Ok(Growth::Broken(link)),
        };
        let mut new: Vec<(i64, Vec<Hash>)> = Vec::new();
        for leaf in leaves {
            head.frontier.push(leaf.hash);
            if leaf.is_new {
                add_leaf(&mut new, leaf.number, leaf.hash);
            }
        }
        keep_leaves(self.db, mac, chain, new).await?;
        let growth = if head.has_whole_tree() { Growth::Whole } else { Growth::More };
        head.store(self.db).await?;
        Ok(growth)
    }
}

/// Adds the leaf to the last run of them, or begins one with it: a run has as many as are looked for at most.
pub(in crate::store) fn add_leaf(runs: &mut Vec<(i64, Vec<Hash>)>, number: i64, leaf: Hash) {
    match runs.last_mut() {
        Some((first, leaves))
            if *first + leaves.len() as i64 == number && (leaves.len() as i64) < PART =>
        {
            leaves.push(leaf);
        }
        _ => runs.push((number, vec![leaf])),
    }
}

/// Keeps the leaves, each run from its first link on.
pub(in crate::store) async fn keep_leaves<C: ConnectionTrait>(
    db: &C,
    mac: Mac<'_>,
    chain: Uuid,
    runs: Vec<(i64, Vec<Hash>)>,
) -> Result<(), DbErr> {
    if runs.is_empty() {
        return Ok(());
    }
    let row = |(first_seq, leaves): (i64, Vec<Hash>)| {
        let mut row = Model { chain, first_seq, leaves: leaves.concat(), proof: Vec::new() };
        row.proof = mac(&said(&row)).to_vec();
        ActiveModel::from(row)
    };
    let rows: Vec<ActiveModel> = runs.into_iter().map(row).collect();
    // What somebody else has put there does not stay.
    let over = OnConflict::columns([Column::Chain, Column::FirstSeq])
        .update_columns([Column::Leaves, Column::Proof])
        .to_owned();
    Entity::insert_many(rows).on_conflict(over).exec_without_returning(db).await.map(drop)
}

/// What a proof covers.
fn said(row: &Model) -> Vec<u8> {
    message(b"", row.chain, row.first_seq, KIND, &[&row.leaves])
}

/// The leaves that are kept of the links between two numbers; what somebody else put there is none.
pub(super) async fn leaves_between<C: ConnectionTrait>(
    db: &C,
    holds: Holds<'_>,
    chain: Uuid,
    (first, last): (i64, i64),
) -> Result<BTreeMap<i64, Hash>, DbErr> {
    // No row has more leaves than that.
    let rows = Entity::find()
        .filter(Column::Chain.eq(chain))
        .filter(Column::FirstSeq.between(first.saturating_sub(PART), last))
        .all(db)
        .await?;
    let mut leaves = BTreeMap::new();
    for row in rows {
        if holds.link(&said(&row), &row.proof) {
            leaves.extend((row.first_seq..).zip(row.leaves.as_chunks::<32>().0.iter().copied()));
        }
    }
    Ok(leaves)
}
