//! Unlocking the keyring at start (security 3.5 and 3.6). A wrong or missing key stops the process
//! before it listens; nothing is ever generated beside keys that exist.

mod backed_up;
mod binding;
mod fingerprints;
mod held_up;
mod moved;
mod reseal;
mod rotation;
mod rows;
mod under;
mod unlocked;

pub(super) use binding::Looks;
pub(super) use fingerprints::fingerprint_of;
pub(super) use reseal::key_version;
pub use unlocked::Keys;

use super::INSTANCE;
use super::events::{event, record_under};
use crate::crypto::kek::Kek;
use crate::crypto::keyring::{Keyring, Purpose, WrappedKey};
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::key::KeyState;
use crate::error::Error;
use crate::store::{KeyRow, Rank, RowMacs, Store, Unrecorded};
use std::collections::BTreeSet;
use std::sync::Arc;
use unlocked::Unlocked;

#[derive(Debug, Default)]
pub struct KeySource {
    /// The one new wrappings use.
    pub current: Option<Kek>,
    /// The one before, only for opening.
    pub previous: Option<Kek>,
}

impl KeySource {
    fn all(&self) -> impl Iterator<Item = &Kek> {
        self.current.iter().chain(&self.previous)
    }
}

/// Why the server cannot start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartProblem {
    #[error(
        "This database is encrypted with key {expected}, and no key was given. Set REGCRED_KEK_FILE to the file of that key. Nothing was changed."
    )]
    NoKey { expected: String },
    #[error(
        "This database is encrypted with key {expected}, and the key given is {given}. Set REGCRED_KEK_FILE to the file of the right key. To change keys, set it to the new key and REGCRED_KEK_PREVIOUS_FILE to the old one. Nothing was changed."
    )]
    WrongKey { expected: String, given: String },
    #[error(
        "The keyring in the database cannot be opened with key {given}: it was changed or damaged ({cause}). Restore the database from a backup. Nothing was changed."
    )]
    Damaged { given: String, cause: String },
    #[error(
        "This database contains encrypted secrets, but their keyring is missing. Restore the database from a backup. Nothing was changed."
    )]
    NoKeyring,
    #[error(
        "This is a new database, and no key was given. With PostgreSQL, a server creates no key, because several servers can share the database. Create one with `openssl rand -base64 32 > kek`, keep a copy apart from the database, and set REGCRED_KEK_FILE to the file."
    )]
    NoKeyForShared,
    #[error(
        "The keyring in the database is an older one: it does not say that the rows have MACs, that the secrets are bound to their credentials, or that a data key for the audit log is retired, and so it was before. Somebody replaced it. Restore the whole database from one backup. Nothing was changed."
    )]
    OlderKeyring,
    #[error("The database cannot be used. The log says why.")]
    Database(Error),
}

impl<E: Into<Error>> From<E> for StartProblem {
    fn from(error: E) -> Self {
        Self::Database(error.into())
    }
}

/// The ids of the keys that the stored keys are wrapped under.
fn expected(rows: &[KeyRow]) -> BTreeSet<String> {
    rows.iter()
        .filter(|row| row.state != KeyState::Destroyed)
        .map(|row| row.kek_id.clone())
        .collect()
}

/// Refuses a missing or wrong key, before anything is changed.
pub fn check(expected: &BTreeSet<String>, source: &KeySource) -> Result<(), StartProblem> {
    let given: BTreeSet<String> = source.all().map(|kek| kek.id().to_string()).collect();
    let list = |ids: &BTreeSet<String>| ids.iter().cloned().collect::<Vec<_>>().join(", ");
    if given.is_empty() {
        return Err(if expected.is_empty() {
            StartProblem::NoKeyForShared
        } else {
            StartProblem::NoKey { expected: list(expected) }
        });
    }
    if expected.is_subset(&given) {
        return Ok(());
    }
    Err(StartProblem::WrongKey { expected: list(expected), given: list(&given) })
}

/// Opens the keyring, or makes the first keys under the current key.
pub async fn unlock(store: &Store, source: KeySource) -> Result<Keys, StartProblem> {
    let source = Arc::new(source);
    Ok(Keys::new(open(store, &source, true).await?))
}

/// Opens the keyring and leaves it wrapped as it is: for a look.
pub async fn unlock_as_it_is(store: &Store, source: KeySource) -> Result<Keys, StartProblem> {
    let source = Arc::new(source);
    Ok(Keys::new(open(store, &source, false).await?))
}

/// Opens the keyring of a backup that was just restored, and leaves it wrapped as it is. The rows of an
/// older version are sealed before anything is written beside them.
pub async fn unlock_restored(store: &Store, source: KeySource) -> Result<Keys, StartProblem> {
    let source = Arc::new(source);
    let unlocked = open(store, &source, false).await?;
    let current = source.current.as_ref().ok_or(StartProblem::NoKeyForShared)?;
    Ok(Keys::new(rows::seal_once(store, unlocked, current).await?))
}

/// Opens the keyring as it is stored now. When the operator has just given the keys, what is under
/// the previous one is wrapped under the current one; a later look leaves it alone, so that two
/// servers with different settings do not undo each other's work for ever.
async fn open(
    store: &Store,
    source: &Arc<KeySource>,
    is_given_now: bool,
) -> Result<Unlocked, StartProblem> {
    let rows = store.keys().list().await?;
    check(&expected(&rows), source)?;
    let Some(current) = &source.current else {
        return Err(StartProblem::NoKeyForShared);
    };
    if rows.is_empty() && !store.keys().uses().await?.0.is_empty() {
        return Err(StartProblem::NoKeyring);
    }
    let mut missing = Keyring::generate_missing(current, &known(&rows))?;
    // Beside keys that exist only that is made which an older version of the program did not have.
    let is_later = |purpose| matches!(purpose, Purpose::Fingerprint | Purpose::Checkpoint);
    missing.retain(|key| rows.is_empty() || is_later(key.purpose));
    let damaged = |cause: crate::crypto::CryptoError| StartProblem::Damaged {
        given: current.id().to_string(),
        cause: cause.to_string(),
    };
    if !missing.is_empty() {
        // Only beside keys that open: a damaged keyring is left as it is.
        let all = [held(&rows), missing.clone()].concat();
        let ring = Keyring::unlock(current, source.previous.as_ref(), &all).map_err(damaged)?;
        let (write, at) = (store.write().await?, super::now().0);
        let mut is_first = rows.is_empty();
        for key in missing {
            is_first &= write.keys().insert_first(new_row(key, KeyState::Active, at)).await?;
        }
        if is_first {
            // With the keys that it is sealed with: another server may have been faster.
            store.set_row_macs(Arc::new(ring));
            write.chain().begin(INSTANCE).await?;
        }
        write.commit_without_event(Unrecorded::FirstKeys).await?;
    }
    // Read back: of two that start first, both use the keys of the one that won.
    let mut rows = store.keys().list().await?;
    check(&expected(&rows), source)?;
    let ring = Keyring::unlock(current, source.previous.as_ref(), &held(&rows)).map_err(damaged)?;
    // Once sealed, always sealed: who puts the keyring of before back would have rows without MACs
    // count again.
    if store.are_rows_sealed() && !ring.are_rows_sealed() {
        return Err(StartProblem::OlderKeyring);
    }
    // Nor do rows under an audit key count again that is retired no more.
    if !store.retired_keys().is_subset(ring.retired_audit_keys()) {
        return Err(StartProblem::OlderKeyring);
    }
    binding::refuse_older(store, &ring).await?;
    let mut ring = Arc::new(ring);
    store.set_row_macs(Arc::clone(&ring) as Arc<dyn RowMacs>);
    if let Some(previous) = &source.previous
        && is_given_now
        && Keyring::needs_rewrap(&known(&rows), current)
    {
        rows = rewrap(store, &ring, current, previous).await?;
        // From the same rows: a key may have been made since the first look.
        ring = Arc::new(Keyring::unlock(current, Some(previous), &held(&rows)).map_err(damaged)?);
        store.set_row_macs(Arc::clone(&ring) as Arc<dyn RowMacs>);
    }
    let unlocked = Unlocked { ring, rows, source: Arc::clone(source) };
    if is_given_now { rows::seal_once(store, unlocked, current).await } else { Ok(unlocked) }
}

async fn rewrap(
    store: &Store,
    ring: &Keyring,
    current: &Kek,
    previous: &Kek,
) -> Result<Vec<KeyRow>, StartProblem> {
    let write = store.write_in_line(Rank::Other).await?;
    write.chain().hold(INSTANCE).await?;
    let mut rows = write.keys().lock().await?;
    // Another server may have done it while this one waited for the lock.
    if !Keyring::needs_rewrap(&known(&rows), current) {
        return Ok(rows);
    }
    let wrapped = Keyring::rewrap(current, previous, &known(&rows));
    for key in wrapped.map_err(|cause| StartProblem::Damaged {
        given: current.id().to_string(),
        cause: cause.to_string(),
    })? {
        let row = rows
            .iter_mut()
            .find(|row| row.key_uuid == key.key_uuid && row.state != KeyState::Destroyed);
        if let Some(row) = row {
            (row.wrapped, row.kek_id) = (key.wrapped, key.kek_id.to_string());
            write.keys().update(row.clone()).await?;
        }
    }
    let subject = Subject { id: INSTANCE, name: "Regcred".to_owned() };
    let detail = Detail::Keys { from: previous.id().to_string(), to: current.id().to_string() };
    let event = event(&Actor::Product, (Action::KeysRewrapped, subject, detail));
    let recorded = record_under(ring, &write, INSTANCE, event).await?;
    write.commit(recorded).await?;
    Ok(rows)
}

fn new_row(key: WrappedKey, state: KeyState, at: i64) -> KeyRow {
    KeyRow {
        purpose: key.purpose.to_string(),
        version: i32::try_from(key.version).unwrap_or(i32::MAX),
        key_uuid: key.key_uuid,
        wrapped: key.wrapped,
        kek_id: key.kek_id.to_string(),
        state,
        state_since: at,
        created_at: at,
    }
}

/// Every key that still has its bytes.
fn known(rows: &[KeyRow]) -> Vec<WrappedKey> {
    rows.iter().filter(|row| row.state != KeyState::Destroyed).filter_map(wrapped).collect()
}

/// The keys that servers hold: a retired one opens nothing, but one for the audit log still verifies.
fn held(rows: &[KeyRow]) -> Vec<WrappedKey> {
    let audit = Purpose::Audit.to_string();
    let verifies = |row: &KeyRow| row.purpose == audit && row.state == KeyState::Retired;
    rows.iter().filter(|row| row.state.is_held() || verifies(row)).filter_map(wrapped).collect()
}

/// Whether those that still have their bytes are all under that key-encryption key.
fn are_under<'a>(rows: impl IntoIterator<Item = &'a KeyRow>, kek: &Kek) -> bool {
    let id = kek.id().to_string();
    rows.into_iter().all(|row| row.state == KeyState::Destroyed || row.kek_id == id)
}

pub(super) fn wrapped(row: &KeyRow) -> Option<WrappedKey> {
    Some(WrappedKey {
        purpose: row.purpose.parse().ok()?,
        version: u32::try_from(row.version).ok()?,
        key_uuid: row.key_uuid,
        wrapped: row.wrapped.clone(),
        kek_id: row.kek_id.parse().ok()?,
        is_active: row.state == KeyState::Active,
        is_retired: row.state == KeyState::Retired,
    })
}
