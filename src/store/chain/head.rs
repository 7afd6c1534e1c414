//! The end of a chain: its last link, and what is needed to append to the tree over its links.

use super::{Mac, message, newest_row};
use crate::checkpoints::link;
use crate::checkpoints::tree::Frontier;
use crate::store::authentic::{genuine_now, sealed};
use crate::store::entity::chain_head;
use crate::store::locked;
use crate::store::seals::Sealing;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::{self, NotSet, Set, Unchanged},
    DbErr, EntityTrait,
};
use uuid::Uuid;

/// The end of one chain while its lock is held.
#[derive(Debug)]
pub(in crate::store) struct Head {
    chain: Uuid,
    pub(in crate::store) seq: i64,
    /// The MAC of the last link.
    link: Vec<u8>,
    /// Whether it is as we left it: the end of a chain that somebody has cut stays what it is.
    pub(super) is_ours: bool,
    /// The tree, as far as it has come.
    pub(super) frontier: Frontier,
    /// What it said when it was read.
    before: chain_head::Model,
}

impl Head {
    /// Locks the end of the chain until the transaction ends. One that is gone is written behind what
    /// is left of the chain, without a MAC, and one that somebody set back goes on there, too: the
    /// chain goes on, and is broken for ever.
    pub(in crate::store) async fn lock<C: Sealing>(db: &C, chain: Uuid) -> Result<Self, DbErr> {
        let stored = || locked(db, chain_head::Entity::find_by_id(chain)).one(db);
        let mut found = stored().await?;
        if found.is_none() {
            let seq = newest_row(db, chain).await?;
            insert(db, chain_head::ActiveModel { end_mac: Set(None), ..at(chain, seq) }).await?;
            found = stored().await?;
        }
        let head = found.ok_or_else(|| DbErr::RecordNotFound("chain_head".to_owned()))?;
        let is_ours = genuine_now::<chain_head::Entity>(db, head.clone()).await.is_some();
        let (mut seq, link) = (head.seq, head.link.clone());
        if !is_ours {
            seq = seq.max(newest_row(db, chain).await?);
        }
        Ok(Self { chain, seq, link, is_ours, frontier: frontier_of(&head), before: head })
    }

    /// Begins a chain that has nothing yet; one that is there stays as it is.
    pub(super) async fn begin<C: Sealing>(db: &C, chain: Uuid) -> Result<(), DbErr> {
        insert(db, sealed::<chain_head::Entity>(db, at(chain, 0))?).await
    }

    /// The next link over `fields`: its number and its MAC. It is the next leaf of the tree as well, unless
    /// links of an older version are still to come before it.
    pub(in crate::store) fn next(
        &mut self,
        mac: Mac<'_>,
        kind: &str,
        fields: &[&[u8]],
    ) -> (i64, Vec<u8>) {
        if self.is_ours && self.has_whole_tree() {
            self.frontier.push(link::leaf(self.chain, self.seq + 1, kind, fields));
        }
        self.seq += 1;
        self.link = mac(&message(&self.link, self.chain, self.seq, kind, fields)).to_vec();
        (self.seq, self.link.clone())
    }

    /// Whether every link is a leaf of the tree.
    pub(super) fn has_whole_tree(&self) -> bool {
        is_whole(&self.frontier, self.seq)
    }

    /// What was last signed of the tree, as it is stored.
    pub(super) fn signed(&self) -> Option<&[u8]> {
        self.before.signed.as_deref()
    }

    pub(in crate::store) async fn store<C: Sealing>(mut self, db: &C) -> Result<(), DbErr> {
        // It is covered by the MAC, and does not change.
        let signed = Unchanged(self.before.signed.take());
        self.write(db, signed).await
    }

    /// Notes what is about to be signed, and stores the rest as it is.
    pub(super) async fn store_signed<C: Sealing>(
        self,
        db: &C,
        signed: Vec<u8>,
    ) -> Result<(), DbErr> {
        self.write(db, Set(Some(signed))).await
    }

    async fn write<C: Sealing>(
        self,
        db: &C,
        signed: ActiveValue<Option<Vec<u8>>>,
    ) -> Result<(), DbErr> {
        let frontier =
            if self.is_ours { Some(self.frontier.to_bytes()) } else { self.before.frontier };
        let head = chain_head::ActiveModel {
            chain: Set(self.chain),
            seq: Set(self.seq),
            link: Set(self.link),
            frontier: Set(frontier),
            signed,
            end_mac: Set(self.before.end_mac),
        };
        let head = if self.is_ours { sealed::<chain_head::Entity>(db, head)? } else { head };
        chain_head::Entity::update(head).exec_without_returning(db).await.map(drop)
    }
}

/// The tree as the end of the chain has it; an empty one of a chain that is older than trees.
pub(super) fn frontier_of(head: &chain_head::Model) -> Frontier {
    head.frontier.as_deref().and_then(Frontier::from_bytes).unwrap_or_default()
}

/// Whether the tree has all links up to that number.
pub(super) fn is_whole(frontier: &Frontier, seq: i64) -> bool {
    i64::try_from(frontier.size()) == Ok(seq)
}

/// An end at that number that follows no link.
fn at(chain: Uuid, seq: i64) -> chain_head::ActiveModel {
    let (chain, seq, link) = (Set(chain), Set(seq), Set(vec![0; 32]));
    chain_head::ActiveModel { chain, seq, link, frontier: NotSet, signed: NotSet, end_mac: NotSet }
}

/// Unless another one has just been written.
async fn insert<C: Sealing>(db: &C, head: chain_head::ActiveModel) -> Result<(), DbErr> {
    let there = OnConflict::column(chain_head::Column::Chain).do_nothing().to_owned();
    let insert = chain_head::Entity::insert(head).on_conflict(there);
    insert.exec_without_returning(db).await.map(drop)
}
