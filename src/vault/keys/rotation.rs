//! Data keys: created, retired and destroyed. Sealing everything under a new one, and making every
//! fingerprint with it, is the work of `reseal`.

use super::held_up::{STILL_USE, refusal, rows_move};
use super::{are_under, new_row, wrapped};
use crate::crypto::keyring::{Keyring, Purpose, WrappedKey};
use crate::domain::actor::{Acts, InstanceAdmin};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::counted::counted;
use crate::domain::job::JobKind;
use crate::domain::key::{DataKey, KeyPurpose, KeyReport, KeyState, RewrapProgress};
use crate::domain::moment::Moment;
use crate::error::{Error, Result};
use crate::store::{KeyRow, Recorded, Write};
use crate::vault::{INSTANCE, Vault, now};
use std::collections::BTreeMap;

const KEPT: &str = "A data key for the audit log cannot be destroyed: audit events and receipts from its time are verified with it. Once it is retired, it does nothing else.";

impl Vault {
    /// Every data key, how many secrets are under each, and how far a change has come.
    pub async fn data_keys(&self, _admin: &InstanceAdmin) -> Result<KeyReport> {
        let rows = self.store.keys().list().await?;
        let (uses, unreadable) = self.store.keys().uses().await?;
        let fingerprints = self.store.keys().fingerprints().await?;
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
                rows: match KeyPurpose::from_word(&row.purpose) {
                    Some(KeyPurpose::Secret) => count(&uses, row.version),
                    Some(KeyPurpose::Fingerprint) => count(&fingerprints, row.version),
                    Some(KeyPurpose::Audit | KeyPurpose::Checkpoint) | None => 0,
                },
            })
            .collect();
        let progress = self.store.jobs().progress(JobKind::TendKeys, "").await?;
        let rewrap = (left > 0).then(|| so_far(&progress, left));
        let has_local_key = self.settings.has_local_key;
        let backup = if has_local_key { self.key_backup().await? } else { None };
        let waiting = self.left_for_an_answer().await?;
        let unreadable = unreadable.saturating_sub(waiting);
        let fingerprints_left = self.fingerprints_left().await?;
        let address = &self.settings.address;
        let mut checkpoint_keys = Vec::new();
        if !address.is_empty() {
            checkpoint_keys =
                self.keys_of_checkpoints(INSTANCE, address).await?.unwrap_or_default();
        }
        let witnesses = self.witnesses_of(INSTANCE).await?;
        Ok(KeyReport {
            keys,
            rewrap,
            unreadable,
            waiting,
            fingerprints_left,
            are_rows_moving: self.are_rows_moving().await?,
            checkpoint_keys,
            witnesses,
            has_local_key,
            backup,
        })
    }

    /// Makes a new data key for that purpose; gives its version. It becomes active once every server
    /// has had time to read it, and then everything is sealed under it again, or every fingerprint made
    /// with it.
    ///
    /// # Errors
    /// `Conflict` while another one for the same waits.
    pub async fn rotate_data_key(&self, admin: &InstanceAdmin, purpose: KeyPurpose) -> Result<u32> {
        self.make_data_key(admin, purpose).await
    }

    /// The same for whoever needs one.
    pub(super) async fn make_data_key(&self, by: &impl Acts, purpose: KeyPurpose) -> Result<u32> {
        let source = self.keys.source();
        let kek = source.current.as_ref().ok_or(Error::Internal)?;
        let write = self.write_in(INSTANCE).await?;
        let rows = keys_for(&write, purpose).await?;
        if let Some(row) = rows.iter().find(|row| row.state == KeyState::Pending) {
            return Err(Error::Conflict(format!(
                "Data key {} was created a moment ago and is not active yet. Wait until it is active.",
                named(purpose, row)
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
        let key = WrappedKey::generate(kek, made_for(purpose), version)?;
        let row = new_row(key, KeyState::Pending, now().0);
        if !write.keys().insert_first(row.clone()).await? {
            return Err(Error::Conflict(
                "Another data key was created at the same time. Wait until it is active."
                    .to_owned(),
            ));
        }
        let recorded = self.record_key(&write, by, Action::KeyCreated, (purpose, &row)).await?;
        write.commit(recorded).await?;
        self.keys_changed.notify_one();
        Ok(version)
    }

    /// Retires an archived data key: nothing is sealed under it, no fingerprint was made with it, no row is
    /// under it, and no server holds it any more, but to verify the audit log.
    ///
    /// # Errors
    /// `Conflict` when it is not archived, a secret still uses it, a server may still use it, or
    /// secrets of an older version of the program are not all bound yet.
    pub async fn retire_data_key(
        &self,
        admin: &InstanceAdmin,
        purpose: KeyPurpose,
        version: u32,
    ) -> Result<()> {
        let sealed = self.sealed_under(purpose, version, KeyState::Archived).await?;
        let write = self.write_as_admin(admin).await?;
        let mut row = find(&write, purpose, version).await?;
        require(purpose, &row, KeyState::Archived)?;
        let name = named(purpose, &row);
        // What was stored since then names its key: see `may_store`.
        let uses = match purpose {
            KeyPurpose::Secret => write.keys().uses().await?.0,
            KeyPurpose::Fingerprint => write.keys().fingerprints().await?,
            KeyPurpose::Audit | KeyPurpose::Checkpoint => BTreeMap::new(),
        };
        let rows = sealed.max(count(&uses, row.version));
        if rows > 0 {
            return Err(Error::Conflict(if purpose == KeyPurpose::Audit {
                rows_move(rows)
            } else {
                let held_up = write.rewraps().held_up(purpose, row.version).await?;
                refusal(&name, rows, held_up)
            }));
        }
        // The end of the move is written into every key that servers hold, and a retired one is none.
        if purpose == KeyPurpose::Secret && !self.keys.ring().are_secrets_bound() {
            return Err(Error::Conflict(
                "Secrets from an older version of Regcred are being encrypted again. Wait until `regcred doctor` says that each secret is bound to its credential."
                    .to_owned(),
            ));
        }
        // A server that has not read the new key yet may still use this one.
        let is_settled = row.state_since + self.settings.key_settle * 2_000 <= now().0;
        if !is_settled {
            return Err(Error::Conflict(format!(
                "Data key {name} was replaced a moment ago. Try again in a few minutes, when every server has read the new key."
            )));
        }
        (row.state, row.state_since) = (KeyState::Retired, now().0);
        if purpose == KeyPurpose::Audit {
            row.wrapped = self.saying_retired(&row)?;
        }
        let recorded = self.record_key(&write, admin, Action::KeyRetired, (purpose, &row)).await?;
        write.keys().update(row).await?;
        write.commit(recorded).await?;
        self.keys_changed.notify_one();
        Ok(())
    }

    /// The wrapped audit key, saying that it is retired: its state alone would be anybody's to change who
    /// writes to the database.
    fn saying_retired(&self, row: &KeyRow) -> Result<Vec<u8>> {
        let source = self.keys.source();
        let current = source.current.as_ref().ok_or(Error::Internal)?;
        let key = wrapped(row).ok_or(Error::Internal)?;
        Ok(Keyring::mark_retired(current, source.previous.as_ref(), &key)?.wrapped)
    }

    /// Destroys a retired data key: its bytes are gone, and with them every backup's secrets that
    /// have no keyring of their own.
    ///
    /// # Errors
    /// `Conflict` when it is not retired, or a secret is still under it, and always for one for the audit
    /// log: audit events are never removed, and each key has made some.
    pub async fn destroy_data_key(
        &self,
        admin: &InstanceAdmin,
        purpose: KeyPurpose,
        version: u32,
    ) -> Result<()> {
        if purpose == KeyPurpose::Audit {
            return Err(Error::Conflict(KEPT.to_owned()));
        }
        let sealed = self.sealed_under(purpose, version, KeyState::Retired).await?;
        if sealed > 0 {
            return Err(Error::Conflict(format!(
                "{} data key {}. `regcred doctor` names them. Save a new secret for each on the credential's page and destroy the old version there.",
                counted(sealed, "stored secret", STILL_USE),
                purpose.number(version)
            )));
        }
        let write = self.write_as_admin(admin).await?;
        let mut row = find(&write, purpose, version).await?;
        require(purpose, &row, KeyState::Retired)?;
        (row.state, row.state_since) = (KeyState::Destroyed, now().0);
        row.wrapped = Vec::new();
        let what = (purpose, &row);
        let recorded = self.record_key(&write, admin, Action::KeyDestroyed, what).await?;
        write.keys().update(row).await?;
        Ok(write.commit(recorded).await?)
    }

    pub(super) async fn record_key(
        &self,
        write: &Write,
        by: &impl Acts,
        action: Action,
        (purpose, row): (KeyPurpose, &KeyRow),
    ) -> Result<Recorded> {
        let subject = Subject { id: row.key_uuid, name: named(purpose, row) };
        self.record_event(write, INSTANCE, by, (action, subject, Detail::Nothing)).await
    }
}

fn made_for(purpose: KeyPurpose) -> Purpose {
    match purpose {
        KeyPurpose::Secret => Purpose::Secret,
        KeyPurpose::Fingerprint => Purpose::Fingerprint,
        KeyPurpose::Audit => Purpose::Audit,
        KeyPurpose::Checkpoint => Purpose::Checkpoint,
    }
}

/// Which of the data keys it is, as people are told.
fn named(purpose: KeyPurpose, row: &KeyRow) -> String {
    purpose.number(u32::try_from(row.version).unwrap_or(0))
}

fn count(uses: &BTreeMap<i32, u64>, version: i32) -> u64 {
    uses.get(&version).copied().unwrap_or(0)
}

/// The keys for that, with every other one, locked.
async fn keys_for(write: &Write, purpose: KeyPurpose) -> Result<Vec<KeyRow>> {
    let rows = write.keys().lock().await?;
    Ok(rows.into_iter().filter(|row| row.purpose == purpose.word()).collect())
}

async fn find(write: &Write, purpose: KeyPurpose, version: u32) -> Result<KeyRow> {
    one(write.keys().lock().await?, purpose, version)
}

pub(super) fn one(rows: Vec<KeyRow>, purpose: KeyPurpose, version: u32) -> Result<KeyRow> {
    let is_it =
        |row: &KeyRow| row.purpose == purpose.word() && u32::try_from(row.version) == Ok(version);
    rows.into_iter().find(is_it).ok_or(Error::NotFound)
}

pub(super) fn require(purpose: KeyPurpose, row: &KeyRow, state: KeyState) -> Result<()> {
    if row.state == state {
        return Ok(());
    }
    let (name, is, wanted) = (named(purpose, row), row.state.word(), state.word());
    Err(Error::Conflict(format!(
        "Data key {name} is {is}. Only a key in state {wanted} can be used here."
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
