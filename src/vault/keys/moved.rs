//! Rows under the active audit key. When it is a new one and every server writes with it, a job gives the
//! other rows their new MACs. A row that was changed outside Regcred keeps what it has, since a new MAC would
//! make it ours; it holds nothing up either: who writes to the database could keep an old key in use for
//! ever. Neither does one that cannot be read. Then the old key can be retired, and a row under it is nobody's.
//!
//! The proofs that old receipts were removed on purpose are made anew in the same way.
//!
//! An audit key is never destroyed. Audit events, receipts and what Drone signs are verified with the key
//! that they were made with; a mark of a known browser ends with its key. Nobody can splice a chain where
//! the key changes: each link covers the MAC of the one before, and the end of the chain is a row, which
//! gets a MAC of the new key like the others.

use super::reseal::BATCH_PAUSE;
use crate::error::{Error, Result};
use crate::store::{ProofWalk, RowWalk, Unrecorded};
use crate::vault::{Vault, now};
use std::time::{Duration, Instant};

/// The name of the fact that says up to which audit key all rows were moved.
const FACT: &str = "rows_moved_to_key";
/// Walks of one job: what somebody has locked in one is mostly free in the next.
const WALKS: usize = 3;
/// Between two of them.
const WALK_PAUSE: Duration = Duration::from_secs(1);

impl Vault {
    /// Whether rows may be under an older audit key than the active one.
    pub(super) async fn are_rows_moving(&self) -> Result<bool> {
        let Some((version, _)) = self.keys.rotated_audit() else { return Ok(false) };
        let fact = self.store.instance().find(FACT).await?;
        let moved = fact.and_then(|(moved, _)| moved.parse::<i32>().ok());
        Ok(moved.is_none_or(|moved| moved < version))
    }

    /// The same once every server has had time to read which key is active: then no more such rows come.
    pub(super) async fn has_to_move_rows(&self) -> Result<bool> {
        let Some((_, since)) = self.keys.rotated_audit() else { return Ok(false) };
        Ok(since + self.settings.key_settle * 2_000 <= now().0 && self.are_rows_moving().await?)
    }

    /// The same for who asks all the time: what a job has left it leaves to one that begins a minute later.
    pub(super) async fn has_to_move_rows_now(&self) -> Result<bool> {
        Ok(self.has_to_move_rows().await?
            && self.row_looks.is_due(&self.keys.ring(), Instant::now()))
    }

    /// Gives every row of ours a MAC of the active key, and notes that when it is so. Rows that somebody
    /// has locked meanwhile are left for the next time.
    pub(super) async fn move_rows(&self) -> Result<()> {
        let Some((version, _)) = self.keys.rotated_audit() else { return Ok(()) };
        if !self.has_to_move_rows().await? {
            return Ok(());
        }
        for walk in 0..WALKS {
            if walk > 0 {
                tokio::time::sleep(WALK_PAUSE).await;
            }
            self.move_each_row().await?;
            self.move_each_proof().await?;
            if self.left().await? == 0 {
                return self.note_moved(version).await;
            }
        }
        Ok(())
    }

    async fn move_each_row(&self) -> Result<()> {
        let mut walk = RowWalk::default();
        while !walk.is_over() {
            // Others wait for the writer, so it is taken only for what is there to do.
            let mut ahead = walk.clone();
            if self.store.look_at_rows(&mut ahead).await? == 0 {
                walk = ahead;
                continue;
            }
            let write = self.store.write().await?;
            if write.move_rows(&mut walk).await? > 0 {
                write.commit_without_event(Unrecorded::Reseal).await?;
            }
            tokio::time::sleep(BATCH_PAUSE).await;
        }
        Ok(())
    }

    async fn move_each_proof(&self) -> Result<()> {
        let (ring, mut walk) = (self.keys.ring(), ProofWalk::default());
        let mac = |message: &[u8]| ring.mac(message);
        while !walk.is_over() {
            let mut ahead = walk.clone();
            if self.store.look_at_proofs((&mac, &*ring), &mut ahead).await? == 0 {
                walk = ahead;
                continue;
            }
            let write = self.store.write().await?;
            if write.prove_again((&mac, &*ring), &mut walk).await? > 0 {
                write.commit_without_event(Unrecorded::Reseal).await?;
            }
            tokio::time::sleep(BATCH_PAUSE).await;
        }
        Ok(())
    }

    /// How many rows and proofs of ours are under an older key than the active one, as far as was read.
    async fn left(&self) -> Result<u64> {
        let ring = self.keys.ring();
        let mac = |message: &[u8]| ring.mac(message);
        let proofs = self.store.proofs_to_move((&mac, &*ring)).await?;
        Ok(self.store.rows_to_move().await? + proofs)
    }

    async fn note_moved(&self, version: i32) -> Result<()> {
        let write = self.store.write().await?;
        write.instance().set(FACT, &version.to_string(), None).await?;
        Ok(write.commit_without_event(Unrecorded::Reseal).await?)
    }

    /// How many rows of ours are under an older key. If there are any, the job looks at all of them again:
    /// such as those of a server that has not read for long which key is active.
    ///
    /// # Errors
    /// `Unavailable` when this server cannot open the stored keys: it knows not which one is active.
    pub(super) async fn rows_left_behind(&self) -> Result<u64> {
        if !self.refresh_keys().await? {
            return Err(Error::Unavailable);
        }
        let left = self.left().await?;
        if left > 0 && !self.are_rows_moving().await? {
            self.note_moved(0).await?;
            self.keys_changed.notify_one();
        }
        Ok(left)
    }
}
