//! A walk over the links of a chain as leaves of its tree, some at once: each link is verified on the way.

use super::leaves::leaves_between;
use super::{Link, PART, message};
use crate::checkpoints::link::{leaf, leaf_of_removed};
use crate::checkpoints::tree::Hash;
use crate::store::receipts::Removed;
use crate::store::seals::Sealing;
use crate::store::{Chain, Holds};
use sea_orm::DbErr;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One link as a leaf.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) number: i64,
    pub(super) hash: Hash,
    /// Its kind and its fields; nothing is left of one that was removed because of its age.
    pub(super) said: Option<(&'static str, Vec<Vec<u8>>)>,
    /// Whether it was removed before there was a tree, so that its leaf is not kept yet.
    pub(super) is_new: bool,
}

pub(super) struct Walk<'a, C> {
    db: &'a C,
    holds: Holds<'a>,
    chain: Uuid,
    removed: Removed,
    /// The number of the next link.
    next: i64,
    /// The MAC of the one before.
    before: Vec<u8>,
    /// Whether links that were removed before there was a tree become leaves now.
    is_growing: bool,
}

impl<'a, C: Sealing> Walk<'a, C> {
    /// Begins at the link with that number. `is_growing`: the tree has come only to there.
    pub(super) async fn at(
        (db, holds): (&'a C, Holds<'a>),
        chain: Uuid,
        next: i64,
        is_growing: bool,
    ) -> Result<Self, DbErr> {
        let removed = Removed::of(db, holds, chain).await?;
        let mut walk = Self { db, holds, chain, removed, next, before: Vec::new(), is_growing };
        walk.stand_at(next).await?;
        Ok(walk)
    }

    /// Goes on at the link with that number.
    async fn stand_at(&mut self, next: i64) -> Result<(), DbErr> {
        (self.next, self.before) = (next, vec![0; 32]);
        if next > 1 {
            let (links, _) = Chain { db: self.db }.links(self.chain, (next - 1, next - 1)).await?;
            let last = links.into_iter().find(|(seq, ..)| *seq == next - 1);
            // In the midst of a run of removed links nobody asks for it.
            self.before = match (last, self.removed.run(next - 1)) {
                (Some((_, _, _, mac)), _) => mac,
                (None, Some((_, mac))) => mac.to_vec(),
                (None, None) => Vec::new(),
            };
        }
        Ok(())
    }

    /// The next leaves, up to that link, or as many as are read at once; or the first link that does not
    /// hold.
    pub(super) async fn step(&mut self, last: i64) -> Result<Result<Vec<Leaf>, i64>, DbErr> {
        loop {
            let first = self.next;
            let found = self.look(last).await?;
            if found.is_ok() {
                return Ok(found);
            }
            // Old receipts may have gone while it was looking.
            let removed = Removed::of(self.db, self.holds, self.chain).await?;
            if removed == self.removed {
                return Ok(found);
            }
            self.removed = removed;
            self.stand_at(first).await?;
        }
    }

    async fn look(&mut self, last: i64) -> Result<Result<Vec<Leaf>, i64>, DbErr> {
        let part = (self.next, last.min(self.next + PART - 1));
        let (links, last) = Chain { db: self.db }.links(self.chain, part).await?;
        let kept = leaves_between(self.db, self.holds, self.chain, (self.next, last)).await?;
        let mut links = links.into_iter().peekable();
        let mut leaves = Vec::new();
        while self.next <= last {
            let link = links.next_if(|(seq, ..)| *seq <= self.next);
            let leaf = match link {
                Some(link) => self.of_link(link),
                None => self.of_removed(&kept),
            };
            let Some(leaf) = leaf else { return Ok(Err(self.next)) };
            leaves.push(leaf);
            self.next += 1;
        }
        Ok(Ok(leaves))
    }

    fn of_link(&mut self, (seq, kind, fields, mac): Link) -> Option<Leaf> {
        let parts: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        let covered = message(&self.before, self.chain, seq, kind, &parts);
        if seq != self.next || !self.holds.link(&covered, &mac) {
            return None;
        }
        let hash = leaf(self.chain, seq, kind, &parts);
        self.before = mac;
        Some(Leaf { number: seq, hash, said: Some((kind, fields)), is_new: false })
    }

    fn of_removed(&mut self, kept: &BTreeMap<i64, Hash>) -> Option<Leaf> {
        let number = self.next;
        let (last, mac) = self.removed.run(number)?;
        if last == number {
            self.before = mac.to_vec();
        }
        let kept = kept.get(&number).copied();
        let hash = match kept {
            None if self.is_growing => leaf_of_removed(self.chain, number),
            kept => kept?,
        };
        Some(Leaf { number, hash, said: None, is_new: kept.is_none() })
    }
}
