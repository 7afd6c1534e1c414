//! Sealing everything under the active data key, and making every fingerprint with the active key for
//! them, since both take the opened secret; rows get their new MACs in `moved`. It is a job, so one server
//! does it at a time, in small transactions, while all of them serve; killed at any moment it goes on where
//! it was. What an older version of the program sealed gets a new key for it, and so its new format: see
//! `binding`.

use super::fingerprints::fingerprint_of;
use super::{StartProblem, wrapped};
use crate::crypto::blob::{self, Format};
use crate::crypto::keyring::Keyring;
use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::job::JobKind;
use crate::domain::key::{KeyPurpose, KeyState};
use crate::error::{Error, Result};
use crate::store::{Fingerprint, KeyRow, SealedRow, Unrecorded, Write};
use crate::vault::credentials::place_of;
use crate::vault::{INSTANCE, Vault, now};
use std::time::Duration;

/// Secrets that are sealed again in one transaction: a delivery's receipt waits for it.
const BATCH: u64 = 100;
/// How often the stored keys are read, when nothing wakes it.
const POLL: Duration = Duration::from_secs(5);
/// Between two batches, so that deliveries come in between.
pub(super) const BATCH_PAUSE: Duration = Duration::from_millis(5);

impl Vault {
    /// Reads the stored keys for ever, when they change or may have changed, and asks for the job
    /// when there is something to do. Every server does, since each has the keys in its memory.
    pub async fn watch_keys(&self) {
        loop {
            match self.ask_for_work().await {
                // Why the database does not answer was logged where it was asked.
                Ok(()) | Err(Error::Unavailable) => {}
                Err(error) => {
                    tracing::error!(error = %error, "the data keys could not be looked at");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = self.keys_changed.notified() => {}
            }
        }
    }

    /// Looks once, and asks for the job when there is something to do.
    pub async fn ask_for_work(&self) -> Result<()> {
        // Without work nothing is written, so that an idle server leaves the disk alone.
        if !self.refresh_keys().await? {
            return Ok(());
        }
        if self.has_to_seal().await?
            || self.has_to_finish_now().await?
            || self.has_to_move_rows_now().await?
        {
            self.ensure_job(JobKind::TendKeys).await?;
        }
        Ok(())
    }

    /// The job: lets a new key become active, and seals everything under it.
    ///
    /// # Errors
    /// `Unavailable` when this server cannot open the stored keys; another one can.
    pub async fn tend_keys(&self) -> Result<()> {
        if !self.refresh_keys().await? {
            return Err(Error::Unavailable);
        }
        while self.tend_keys_once().await? {
            tokio::time::sleep(BATCH_PAUSE).await;
        }
        Ok(())
    }

    /// One turn; whether more is to do at once.
    pub async fn tend_keys_once(&self) -> Result<bool> {
        if !self.refresh_keys().await?
            || !(self.has_to_seal().await?
                || self.has_to_finish().await?
                || self.has_to_move_rows().await?)
        {
            return Ok(false);
        }
        self.begin_binding().await?;
        let is_activated = self.activate().await?;
        if is_activated && !self.refresh_keys().await? {
            return Ok(false);
        }
        if self.reseal_some().await? || self.finish_binding().await? || is_activated {
            return Ok(true);
        }
        self.move_rows().await?;
        Ok(false)
    }

    /// Whether this server holds the keys that are stored now. One that does not leaves the work to
    /// the others.
    pub(in crate::vault) async fn refresh_keys(&self) -> Result<bool> {
        match self.keys.refresh(&self.store).await {
            Ok(_) => Ok(true),
            Err(StartProblem::Database(error)) => Err(error),
            Err(problem) => {
                // What is in memory goes on serving; new keys need the operator.
                tracing::error!(problem = %problem, "the stored keys could not be read again");
                Ok(false)
            }
        }
    }

    /// Takes other key-encryption keys into use, while serving.
    ///
    /// # Errors
    /// When they do not open the keyring; the ones in use stay.
    pub async fn replace_kek(&self, source: super::KeySource) -> Result<(), StartProblem> {
        self.keys.replace_source(&self.store, source).await?;
        self.keys_changed.notify_one();
        Ok(())
    }

    /// Whether a key is to be made or to become active, a secret to be sealed again, or a fingerprint to be
    /// made anew.
    async fn has_to_seal(&self) -> Result<bool> {
        // The keys were read a moment ago, to find out whether they are others now.
        let waits_since = |purpose: &KeyPurpose| self.keys.pending_since(*purpose);
        let has_settled = |since| self.has_settled(since);
        Ok(KeyPurpose::ALL.iter().filter_map(waits_since).any(has_settled)
            || self.has_to_begin()
            || self.store.rewraps().left(self.active_version()).await? > 0
            || self.fingerprints_left().await? > 0)
    }

    /// Whether every server has had time to read a key that was made then.
    fn has_settled(&self, since: i64) -> bool {
        since <= now().0 - self.settings.key_settle * 1_000
    }

    pub(super) fn active_version(&self) -> i32 {
        i32::try_from(self.keys.ring().active_version()).unwrap_or(i32::MAX)
    }

    /// Lets a waiting key become active, when it has waited long enough. Whether one did: another one may
    /// wait as well.
    async fn activate(&self) -> Result<bool> {
        let write = self.write_in(INSTANCE).await?;
        let mut rows = write.keys().lock().await?;
        let at = now().0;
        let is_ripe =
            |row: &&KeyRow| row.state == KeyState::Pending && self.has_settled(row.state_since);
        let ripe = rows.iter().find(is_ripe);
        let Some(purpose) = ripe.and_then(|row| KeyPurpose::from_word(&row.purpose)) else {
            return Ok(false);
        };
        rows.retain(|row| row.purpose == purpose.word());
        let mut recorded = None;
        // The old one first: there is never a second active key, not for a moment.
        rows.sort_by_key(|row| row.state != KeyState::Active);
        for mut row in rows {
            row.state = match row.state {
                KeyState::Active => KeyState::Archived,
                KeyState::Pending => KeyState::Active,
                _ => continue,
            };
            row.state_since = at;
            if row.state == KeyState::Active {
                let (by, action) = (Actor::Product, Action::KeyActivated);
                recorded = Some(self.record_key(&write, &by, action, (purpose, &row)).await?);
            }
            write.keys().update(row).await?;
        }
        // What did not open before is tried once more: its cause may be gone.
        match purpose {
            KeyPurpose::Secret => write.rewraps().unmark_all().await?,
            KeyPurpose::Fingerprint => write.rewraps().unmark_fingerprinted().await?,
            KeyPurpose::Audit | KeyPurpose::Checkpoint => {}
        }
        write.commit(recorded.ok_or(Error::Internal)?).await?;
        Ok(true)
    }

    /// Seals a batch under the active key, with fingerprints of the active one; whether there may be
    /// more.
    async fn reseal_some(&self) -> Result<bool> {
        let mut due = self.due(BATCH).await?;
        let ring = self.keys.ring();
        if due.is_empty() {
            return Ok(false);
        }
        // In the order in which receipts count them, so that neither waits for the other's second row.
        due.sort_by_key(|row| (row.project_id, row.credential_id, row.version));
        let mut sealed = Vec::with_capacity(due.len());
        for row in &due {
            sealed.push(self.seal_again(&ring, row).await);
        }
        let (mut done, at) = (0, now().0);
        let mut unreadable = Vec::new();
        let write = self.store.write().await?;
        // All are under the same key, in the same format.
        if let Some((blob, _)) = sealed.iter().find_map(|one| one.as_ref().ok()) {
            self.may_store(&write, blob).await?;
        }
        for (row, sealed) in due.iter().zip(sealed) {
            match sealed {
                Ok((blob, made)) => {
                    let version = key_version(&blob)?;
                    done += i64::from(write.rewraps().replace(row, version, blob, made).await?);
                }
                Err(Error::Conflict(_)) => {
                    let is_marked = write.rewraps().mark(row, at).await?;
                    unreadable.extend((is_marked && row.is_current).then_some(row));
                }
                Err(error) => return Err(error),
            }
        }
        let progress = self.store.jobs().progress(JobKind::TendKeys, "").await?;
        let (since, before) = read_progress(&progress).unwrap_or((at, 0));
        let progress = format!("{since} {}", before + done);
        write.jobs().set_progress(JobKind::TendKeys, "", &progress).await?;
        write.commit_without_event(Unrecorded::Reseal).await?;
        for row in unreadable {
            let whose = (row.project_id, row.credential_id);
            self.mark_unreadable(whose, row.version, Some(&row.sealed)).await?;
        }
        Ok(true)
    }

    /// The secret under the active key of that keyring, bound to whose it is, and its fingerprint if it
    /// has one; `Conflict` when it does not open, or it may not be theirs.
    async fn seal_again(
        &self,
        ring: &Keyring,
        row: &SealedRow,
    ) -> Result<(Vec<u8>, Option<Fingerprint>)> {
        let unreadable = |error: &dyn std::fmt::Display| {
            tracing::error!(credential = %row.credential_id, version = row.version, error = %error, "a stored secret does not open");
            Error::Conflict("it does not open".to_owned())
        };
        let origin = row.origin.as_deref().ok_or_else(|| unreadable(&"its host is no host"))?;
        if !row.is_ours() {
            return Err(unreadable(&"its row or its credential's was changed outside Regcred"));
        }
        let place = place_of(row, origin);
        let opened = self.open_stored(&place, &row.sealed).await?;
        let secret = opened.map_err(|error| unreadable(&error))?;
        // One without was not to be compared with others.
        let made = row.has_fingerprint.then(|| fingerprint_of(ring, row.project_id, &secret));
        Ok((ring.seal(&place, &secret)?, made))
    }

    /// Whether the secret opens where it lies.
    pub(in crate::vault) async fn opens(&self, row: &SealedRow) -> Result<bool> {
        let Some(origin) = row.origin.as_deref() else { return Ok(false) };
        Ok(self.open_stored(&place_of(row, origin), &row.sealed).await?.is_ok())
    }

    /// The version of the key that a credential's secret was sealed under, when it may be stored so:
    /// servers hold the key, and take what is under it in the format of this one. It stays so until the
    /// transaction has ended.
    ///
    /// # Errors
    /// `Unavailable` when the stored keys are newer than those of this server, which it then reads.
    pub(in crate::vault) async fn may_store(&self, write: &Write, sealed: &[u8]) -> Result<i32> {
        let version = key_version(sealed)?;
        let is_bound = blob::format(sealed)? == Format::Bound;
        let row = write.keys().held(version).await?;
        let key = row.as_ref().and_then(wrapped);
        if key.is_some_and(|key| key.says_for_good() == is_bound) {
            return Ok(version);
        }
        self.keys_changed.notify_one();
        Err(Error::Unavailable)
    }
}

/// The version of the data key that a blob of ours names.
pub(in crate::vault) fn key_version(sealed: &[u8]) -> Result<i32> {
    i32::try_from(blob::key_version(sealed)?).map_err(|_| Error::Internal)
}

/// Since when (milliseconds), and how many were done.
pub(super) fn read_progress(text: &str) -> Option<(i64, i64)> {
    let (since, done) = text.split_once(' ')?;
    Some((since.parse().ok()?, done.parse().ok()?))
}
