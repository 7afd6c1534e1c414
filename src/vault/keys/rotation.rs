//! Data keys: created, retired and destroyed. Sealing everything under a new one is the work of
//! `reseal`.

use super::{are_under, key_version, new_row};
use crate::crypto::blob;
use crate::crypto::keyring::{Purpose, WrappedKey};
use crate::domain::actor::{Acts, InstanceAdmin};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::job::JobKind;
use crate::domain::key::{DataKey, KeyReport, KeyState, RewrapProgress};
use crate::domain::moment::Moment;
use crate::error::{Error, Result};
use crate::store::{KeyRow, Recorded, SealedRow, Unrecorded, Write};
use crate::vault::{INSTANCE, Vault, now};
use uuid::Uuid;

/// Secrets that are looked at at once before a key goes.
const PAGE: u64 = 100;

impl Vault {
    /// Every data key, how many secrets are under each, and how far a change has come.
    pub async fn data_keys(&self, _admin: &InstanceAdmin) -> Result<KeyReport> {
        let rows = self.store.keys().list().await?;
        let (uses, unreadable) = self.store.keys().uses().await?;
        let secret = Purpose::Secret.to_string();
        let active = rows.iter().find(|row| row.purpose == secret && row.state == KeyState::Active);
        let left = match active {
            Some(row) => self.store.rewraps().left(row.version).await?,
            None => 0,
        };
        let keys = rows
            .iter()
            .map(|row| DataKey {
                purpose: row.purpose.clone(),
                version: u32::try_from(row.version).unwrap_or(0),
                state: row.state,
                kek_id: row.kek_id.clone(),
                created_at: Moment(row.created_at),
                since: Moment(row.state_since),
                rows: if row.purpose == secret {
                    uses.get(&row.version).copied().unwrap_or(0)
                } else {
                    0
                },
            })
            .collect();
        let progress = self.store.jobs().progress(JobKind::TendKeys, "").await?;
        let rewrap = (left > 0).then(|| so_far(&progress, left));
        let has_local_key = self.settings.has_local_key;
        let backup = if has_local_key { self.key_backup().await? } else { None };
        let waiting = self.left_for_an_answer().await?;
        let unreadable = unreadable.saturating_sub(waiting);
        Ok(KeyReport { keys, rewrap, unreadable, waiting, has_local_key, backup })
    }

    /// Makes a new data key for secrets; gives its version. It becomes active once every server
    /// has had time to read it, and then everything is sealed under it again.
    ///
    /// # Errors
    /// `Conflict` while another one waits.
    pub async fn rotate_data_key(&self, admin: &InstanceAdmin) -> Result<u32> {
        self.make_data_key(admin).await
    }

    /// The same for whoever needs one.
    pub(super) async fn make_data_key(&self, by: &impl Acts) -> Result<u32> {
        let source = self.keys.source();
        let kek = source.current.as_ref().ok_or(Error::Internal)?;
        let write = self.write_in(INSTANCE).await?;
        let rows = secret_keys(&write).await?;
        if let Some(row) = rows.iter().find(|row| row.state == KeyState::Pending) {
            return Err(Error::Conflict(format!(
                "Data key {} was created a moment ago and is not active yet. Wait until it is active.",
                row.version
            )));
        }
        if !are_under(&rows, kek) {
            return Err(Error::Conflict(
                "The data keys are encrypted with a different key-encryption key. Start this server with the key in use first."
                    .to_owned(),
            ));
        }
        let newest = rows.iter().map(|row| row.version).max().unwrap_or(0);
        let version = u32::try_from(newest).unwrap_or(0) + 1;
        let key = WrappedKey::generate(kek, Purpose::Secret, version)?;
        let row = new_row(key, KeyState::Pending, now().0);
        if !write.keys().insert_first(row.clone()).await? {
            return Err(Error::Conflict(
                "Another data key was created at the same time. Wait until it is active."
                    .to_owned(),
            ));
        }
        let recorded = self.record_key(&write, by, Action::KeyCreated, &row).await?;
        write.commit(recorded).await?;
        self.keys_changed.notify_one();
        Ok(version)
    }

    /// Retires an archived data key: nothing is sealed under it, and no server opens with it any
    /// more.
    ///
    /// # Errors
    /// `Conflict` when it is not archived, a secret is still under it, a server may still use it, or
    /// secrets of an older version of the program are not all bound yet.
    pub async fn retire_data_key(&self, admin: &InstanceAdmin, version: u32) -> Result<()> {
        let sealed = self.sealed_under(version, KeyState::Archived).await?;
        let write = self.write_in(INSTANCE).await?;
        let mut row = find(&write, version).await?;
        require(&row, KeyState::Archived)?;
        // What was stored since then names its key: see `may_store`.
        let named = write.keys().uses().await?.0.get(&row.version).copied().unwrap_or(0);
        let rows = sealed.max(named);
        if rows > 0 {
            return Err(Error::Conflict(format!(
                "{rows} stored secrets still use data key {version}. Wait until they are encrypted with the new key. For secrets that cannot be decrypted, save a new secret and destroy the old version on the credential's page."
            )));
        }
        // The end of the move is written into every key that servers hold, and a retired one is none.
        if !self.keys.ring().are_secrets_bound() {
            return Err(Error::Conflict(
                "Secrets from an older version of Regcred are being encrypted again. Wait until `regcred doctor` says that each secret is bound to its credential."
                    .to_owned(),
            ));
        }
        // A server that has not read the new key yet may still seal under this one.
        let is_settled = row.state_since + self.settings.key_settle * 2_000 <= now().0;
        if !is_settled {
            return Err(Error::Conflict(format!(
                "Data key {version} was replaced a moment ago. Try again in a few minutes, when every server has read the new key."
            )));
        }
        (row.state, row.state_since) = (KeyState::Retired, now().0);
        let recorded = self.record_key(&write, admin, Action::KeyRetired, &row).await?;
        write.keys().update(row).await?;
        write.commit(recorded).await?;
        self.keys_changed.notify_one();
        Ok(())
    }

    /// Destroys a retired data key: its bytes are gone, and with them every backup's secrets that
    /// have no keyring of their own.
    ///
    /// # Errors
    /// `Conflict` when it is not retired, or a secret is still under it.
    pub async fn destroy_data_key(&self, admin: &InstanceAdmin, version: u32) -> Result<()> {
        let sealed = self.sealed_under(version, KeyState::Retired).await?;
        if sealed > 0 {
            return Err(Error::Conflict(format!(
                "{sealed} stored secrets still use data key {version}. `regcred doctor` names them. Save a new secret for each on the credential's page and destroy the old version there."
            )));
        }
        let write = self.write_in(INSTANCE).await?;
        let mut row = find(&write, version).await?;
        require(&row, KeyState::Retired)?;
        (row.state, row.state_since) = (KeyState::Destroyed, now().0);
        row.wrapped = Vec::new();
        let recorded = self.record_key(&write, admin, Action::KeyDestroyed, &row).await?;
        write.keys().update(row).await?;
        Ok(write.commit(recorded).await?)
    }

    /// How many stored secrets are under the key, which is in that state, as each ciphertext says. The
    /// column beside it says so, too, but no MAC covers it: a row where it names another key is
    /// corrected, so that its secret is due to be sealed again.
    async fn sealed_under(&self, version: u32, state: KeyState) -> Result<u64> {
        require(&one(self.store.keys().list().await?, version)?, state)?;
        let (mut found, mut after) = (0, Uuid::nil());
        let mut corrected = 0;
        loop {
            let rows = self.store.rewraps().all_after(after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            let mut wrong = Vec::new();
            for row in &rows {
                if blob::key_version(&row.sealed) != Ok(version) {
                    continue;
                }
                found += 1;
                let under = key_version(&row.sealed)?;
                wrong.extend((under != row.key_version).then_some((row, under)));
            }
            corrected += self.correct_keys(wrong).await?;
        }
        if corrected > 0 {
            self.keys_changed.notify_one();
        }
        Ok(found)
    }

    /// Has each of the rows name the data key that its ciphertext names; how many there are.
    pub(super) async fn correct_keys(&self, mut wrong: Vec<(&SealedRow, i32)>) -> Result<u64> {
        if wrong.is_empty() {
            return Ok(0);
        }
        wrong.sort_by_key(|(row, _)| (row.project_id, row.credential_id, row.version));
        let write = self.store.write().await?;
        for (row, version) in &wrong {
            write.rewraps().correct(row, *version).await?;
        }
        write.commit_without_event(Unrecorded::Reseal).await?;
        tracing::error!(
            secrets = wrong.len(),
            "rows of secrets named another data key than their ciphertext, and name the right one now: they were changed outside Regcred"
        );
        Ok(wrong.len() as u64)
    }

    pub(super) async fn record_key(
        &self,
        write: &Write,
        by: &impl Acts,
        action: Action,
        row: &KeyRow,
    ) -> Result<Recorded> {
        let subject = Subject { id: row.key_uuid, name: row.version.to_string() };
        self.record_event(write, INSTANCE, by, (action, subject, Detail::Nothing)).await
    }
}

/// The keys for secrets, locked.
pub(super) async fn secret_keys(write: &Write) -> Result<Vec<KeyRow>> {
    let secret = Purpose::Secret.to_string();
    let rows = write.keys().lock().await?;
    Ok(rows.into_iter().filter(|row| row.purpose == secret).collect())
}

async fn find(write: &Write, version: u32) -> Result<KeyRow> {
    one(write.keys().lock().await?, version)
}

/// The key for secrets of that version.
fn one(rows: Vec<KeyRow>, version: u32) -> Result<KeyRow> {
    let secret = Purpose::Secret.to_string();
    let is_it = |row: &KeyRow| row.purpose == secret && u32::try_from(row.version) == Ok(version);
    rows.into_iter().find(is_it).ok_or(Error::NotFound)
}

fn require(row: &KeyRow, state: KeyState) -> Result<()> {
    if row.state == state {
        return Ok(());
    }
    let (version, is, wanted) = (row.version, row.state.word(), state.word());
    Err(Error::Conflict(format!(
        "Data key {version} is {is}. Only a key in state {wanted} can be used here."
    )))
}

/// The rate comes from what the server that does the work wrote down.
fn so_far(progress: &str, left: u64) -> RewrapProgress {
    let (since, done) = super::reseal::read_progress(progress).unwrap_or((now().0, 0));
    let seconds = (now().0 - since) as f64 / 1_000.0;
    let per_second = if seconds > 0.0 { done as f64 / seconds } else { 0.0 };
    let seconds_left = (per_second > 0.0).then(|| (left as f64 / per_second).ceil() as u64);
    RewrapProgress { left, per_second, seconds_left }
}
