//! The move of secrets that an older version of the program sealed, which are not bound to their
//! credential and its user name. Nothing of that kind is ever under a key that this version makes, and
//! nothing else under one of before. So it makes one, the job seals everything under it, and then the
//! older keys say for good that nothing of the kind is under them any more: put back, it does not open.
//!
//! A row that was changed outside Regcred keeps its secret where it is, and while that opens, or would
//! with what the row of its credential said before, the move does not end before somebody has answered
//! for the row: afterwards its secret would be lost. What else does not open is lost already, or was
//! never there: whoever writes to the database can invent a row.

use super::{StartProblem, key_version, known};
use crate::crypto::blob::{self, Format};
use crate::crypto::keyring::Keyring;
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Detail};
use crate::domain::key::{KeyPurpose, KeyState};
use crate::error::{Error, Result};
use crate::store::{KeyRow, SealedRow, Store, Unrecorded};
use crate::vault::audit::this_instance;
use crate::vault::{INSTANCE, Vault};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Secrets that are looked at at once.
const PAGE: u64 = 100;
/// Credentials that are taken up again in one transaction.
const BATCH: usize = 100;
/// How long a server leaves what waits for somebody's answer alone, while the keys stay the same.
const AGAIN: Duration = Duration::from_secs(60);

const OTHER_KEY: &str = "Secrets have to be encrypted with a new data key, and this server cannot create it: the data keys are encrypted with a different key-encryption key than its current one. Start every server with the same current key.";
/// Each look finds the same until the operator acts: the log says it once.
static SAID: Once = Once::new();

impl Vault {
    /// Whether a key has to be made for the move, and this server can make it.
    pub(super) fn has_to_begin(&self) -> bool {
        // One that waits is the one, or was made by the older version: then another one follows.
        if self.keys.ring().seals_bound() || self.keys.pending_since(KeyPurpose::Secret).is_some() {
            return false;
        }
        if !self.keys.is_current_in_use() {
            SAID.call_once(|| tracing::error!("{OTHER_KEY}"));
            return false;
        }
        true
    }

    /// Whether what is sealed is bound by now, and the end of the move is not noted yet.
    fn is_moving(&self) -> bool {
        let ring = self.keys.ring();
        ring.seals_bound() && !ring.are_secrets_bound()
    }

    /// Whether the move is done but for the note of its end, or for secrets that open again by now.
    pub(super) async fn has_to_finish(&self) -> Result<bool> {
        if !self.is_moving() {
            return Ok(false);
        }
        let left = self.left_behind(1).await?;
        Ok(!left.openable.is_empty() || left.foreign == 0)
    }

    /// The same for who asks all the time: each look opens what is left behind, so between two looks
    /// this says no.
    pub(super) async fn has_to_finish_now(&self) -> Result<bool> {
        if !self.is_moving() || !self.looks.is_due(&self.keys.ring(), Instant::now()) {
            return Ok(false);
        }
        self.has_to_finish().await
    }

    /// Makes the key, unless one waits already.
    pub(super) async fn begin_binding(&self) -> Result<()> {
        if !self.has_to_begin() {
            return Ok(());
        }
        match self.make_data_key(&Actor::Product, KeyPurpose::Secret).await {
            // Another server made one at the same time, or changed the key-encryption key a moment ago:
            // the next look says so.
            Ok(_) | Err(Error::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Looks again at what was marked because it did not open, or because its row was changed outside;
    /// until it has found so many credentials with secrets that open by now.
    async fn left_behind(&self, most: usize) -> Result<LeftBehind> {
        let unbound = self.keys.ring().unbound().map(i32::try_from).collect::<Result<Vec<_>, _>>();
        let unbound = unbound.map_err(|_| Error::Internal)?;
        let (mut left, mut after) = (LeftBehind::default(), Uuid::nil());
        loop {
            let rows = self.store.rewraps().marked(&unbound, after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(left) };
            after = last.id;
            for row in &rows {
                if !row.is_ours() {
                    left.foreign += u64::from(self.would_be_lost(row).await?);
                } else if self.opens(row).await? {
                    left.openable.insert((row.project_id, row.credential_id));
                }
                if left.openable.len() >= most {
                    return Ok(left);
                }
            }
        }
    }

    /// Whether the end of the move would lose the secret: it is in the format of before, under a key that
    /// takes it still, and opens, or may once its credential's row says again what it said. That format
    /// does not cover the user name, so a changed one is no hindrance.
    pub(in crate::vault) async fn would_be_lost(&self, row: &SealedRow) -> Result<bool> {
        if blob::format(&row.sealed) != Ok(Format::Unbound) {
            return Ok(false);
        }
        let under = blob::key_version(&row.sealed)?;
        // Of another key nothing opens, and the stored keys need not be read for it.
        if !self.keys.ring().unbound().any(|version| version == under) {
            return Ok(false);
        }
        // Such as one that was sealed for another host. Nobody invented its row.
        if row.is_version_ours && !row.is_credential_ours {
            return Ok(true);
        }
        self.opens(row).await
    }

    /// How many secrets the move leaves where they are until somebody has answered for a row.
    pub(super) async fn left_for_an_answer(&self) -> Result<u64> {
        if !self.is_moving() {
            return Ok(0);
        }
        Ok(self.left_behind(usize::MAX).await?.foreign)
    }

    /// Walks through every secret for those that would be lost, whatever the columns beside them say.
    /// One whose row names another key than its ciphertext gets that one's, so that it is due.
    async fn strays(&self) -> Result<Strays> {
        let (mut strays, mut after) = (Strays::default(), Uuid::nil());
        loop {
            let rows = self.store.rewraps().all_after(after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(strays) };
            after = last.id;
            let mut wrong = Vec::new();
            for row in &rows {
                if !self.would_be_lost(row).await? {
                    continue;
                }
                strays.found += 1;
                let version = key_version(&row.sealed)?;
                if version != row.key_version {
                    wrong.push((row, version));
                }
            }
            strays.corrected += self.correct_keys(wrong).await?;
        }
    }

    /// Notes in the keyring and in the log that every secret is bound, if that is so. Whether more is to
    /// do at once, or was done.
    pub(super) async fn finish_binding(&self) -> Result<bool> {
        if !self.is_moving() {
            return Ok(false);
        }
        let left = self.left_behind(BATCH).await?;
        if !left.openable.is_empty() {
            let write = self.store.write().await?;
            for (_, credential) in left.openable {
                write.rewraps().unmark(credential).await?;
            }
            write.commit_without_event(Unrecorded::Reseal).await?;
            return Ok(true);
        }
        if left.foreign > 0 {
            tracing::error!(
                secrets = left.foreign,
                "secrets are not bound to their credential, because rows were changed outside Regcred: `regcred doctor` says what to do"
            );
            return Ok(false);
        }
        let strays = self.strays().await?;
        if strays.corrected > 0 {
            return Ok(true);
        }
        // Such as under a key that an older server has made meanwhile.
        if strays.found > 0 {
            return Ok(false);
        }
        self.note_the_end().await
    }

    /// What servers store after the walk names the right key, and is found here if it is of before: see
    /// `may_store`.
    async fn note_the_end(&self) -> Result<bool> {
        let source = self.keys.source();
        let Some(current) = &source.current else { return Ok(false) };
        let write = self.write_in(INSTANCE).await?;
        let mut rows = write.keys().lock().await?;
        // Those that do not open stay behind, and would not be delivered anyway.
        if !write.rewraps().due(self.active_version(), 1).await?.is_empty() {
            return Ok(false);
        }
        let is_over = |row: &&KeyRow| matches!(row.state, KeyState::Archived | KeyState::Retired);
        let over: Vec<KeyRow> = rows.iter().filter(is_over).cloned().collect();
        let marked = Keyring::mark_secrets_bound(current, source.previous.as_ref(), &known(&over))?;
        if marked.is_empty() {
            return Ok(false);
        }
        for key in marked {
            if let Some(row) = rows.iter_mut().find(|row| row.key_uuid == key.key_uuid) {
                row.wrapped = key.wrapped;
                write.keys().update(row.clone()).await?;
            }
        }
        let what = (Action::SecretsBound, this_instance(), Detail::Nothing);
        self.commit_event(write, INSTANCE, &Actor::Product, what).await?;
        self.refresh_keys().await
    }
}

/// What was marked under a key of before.
#[derive(Default)]
struct LeftBehind {
    /// The projects and credentials of those that open by now, and whose rows are ours.
    openable: BTreeSet<(Uuid, Uuid)>,
    /// How many wait until somebody has answered for their row, or their credential's.
    foreign: u64,
}

/// What the walk has met.
#[derive(Default)]
struct Strays {
    /// How many secrets would be lost.
    found: u64,
    /// How many of them named another key.
    corrected: u64,
}

/// When this server has last looked for what is left behind, and with which keys.
#[derive(Debug, Default)]
pub(in crate::vault) struct Looks(Mutex<Option<(Instant, Weak<Keyring>)>>);

impl Looks {
    /// Whether it is time for a look: then it counts as taken.
    pub(super) fn is_due(&self, ring: &Arc<Keyring>, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ring = Arc::downgrade(ring);
        let is_recent = |(at, with): &(Instant, Weak<Keyring>)| {
            now.saturating_duration_since(*at) < AGAIN && Weak::ptr_eq(with, &ring)
        };
        if last.as_ref().is_some_and(is_recent) {
            return false;
        }
        *last = Some((now, ring));
        true
    }
}

/// Refuses a keyring that takes secrets of before, when the log says that all were bound.
pub(super) async fn refuse_older(store: &Store, ring: &Keyring) -> Result<(), StartProblem> {
    if !ring.are_secrets_bound() && store.were_secrets_bound(ring).await? {
        return Err(StartProblem::OlderKeyring);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::kek::Kek;

    #[test]
    fn what_is_left_behind_is_looked_at_once_a_minute_and_when_the_keys_are_others() {
        let kek = Kek::generate().unwrap();
        let keys = Keyring::generate_missing(&kek, &[]).unwrap();
        let ring = || Arc::new(Keyring::unlock(&kek, None, &keys).unwrap());
        let (one, other, begin) = (ring(), ring(), Instant::now());
        let looks = Looks::default();
        assert!(looks.is_due(&one, begin));
        for seconds in [0, 5, 59] {
            assert!(!looks.is_due(&one, begin + Duration::from_secs(seconds)), "{seconds}");
        }
        assert!(looks.is_due(&other, begin + Duration::from_secs(59)), "the keys are others");
        assert!(!looks.is_due(&other, begin + AGAIN));
        assert!(looks.is_due(&other, begin + AGAIN + Duration::from_secs(59)));
    }
}
