//! Unlocking the keyring at start (security 3.5 and 3.6). A wrong or missing key stops the process
//! before it listens; nothing is ever generated beside keys that exist.

use crate::crypto::kek::Kek;
use crate::crypto::keyring::{Keyring, WrappedKey};
use crate::error::Error;
use crate::store::{KeyRow, Store};
use std::collections::BTreeSet;

/// The key-encryption keys that were given.
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
    /// Keys exist and none was given.
    #[error(
        "This database is encrypted under key {expected}, and no key was given. Set REGCRED_KEK_FILE to the file that holds it. Nothing was changed."
    )]
    NoKey {
        /// Ids of the keys that open the keyring.
        expected: String,
    },
    /// Keys exist and another was given.
    #[error(
        "This database is encrypted under key {expected}, and the key given is {given}. Give the right one with REGCRED_KEK_FILE, or both while changing over: the new one there and the old one with REGCRED_KEK_PREVIOUS_FILE. Nothing was changed."
    )]
    WrongKey {
        /// Ids of the keys that open the keyring.
        expected: String,
        /// Ids of the keys that were given.
        given: String,
    },
    /// The right key, and yet the keyring does not open.
    #[error(
        "The keyring in the database does not open under key {given}: it was changed or damaged ({cause}). Restore the database from a backup. Nothing was changed."
    )]
    Damaged {
        /// Ids of the keys that were given.
        given: String,
        /// The cryptography's own word for it.
        cause: String,
    },
    /// A new database of `PostgreSQL` and no key.
    #[error(
        "This is a new database and no key was given. Several servers share a PostgreSQL database, so none makes a key of its own. Make one with `openssl rand -base64 32 > kek`, keep a copy apart from the database, and set REGCRED_KEK_FILE to the file."
    )]
    NoKeyForShared,
    /// The database or the system refused.
    #[error("The database cannot be used. The log says why.")]
    Database(Error),
}

impl<E: Into<Error>> From<E> for StartProblem {
    fn from(error: E) -> Self {
        Self::Database(error.into())
    }
}

/// The ids of the keys that the database is encrypted under; empty for a new one, which may not
/// even have its schema yet.
pub async fn expected_keys(store: &Store) -> Result<BTreeSet<String>, StartProblem> {
    if !store.has_schema().await? {
        return Ok(BTreeSet::new());
    }
    Ok(store.keys().list().await?.into_iter().map(|row| row.kek_id).collect())
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
pub async fn unlock(store: &Store, source: &KeySource) -> Result<Keyring, StartProblem> {
    let expected = expected_keys(store).await?;
    check(&expected, source)?;
    let Some(current) = &source.current else {
        return Err(StartProblem::NoKeyForShared);
    };
    if expected.is_empty() {
        let write = store.write().await?;
        for key in Keyring::generate_keys(current)? {
            write.keys().insert_first(row(key), super::now().0).await?;
        }
        write.commit().await?;
    }
    // Read back: of two that start first, both use the keys of the one that won.
    let rows = store.keys().list().await?;
    let keys: Vec<WrappedKey> = rows.into_iter().filter_map(wrapped).collect();
    check(&keys.iter().map(|key| key.kek_id.to_string()).collect(), source)?;
    let keyring = Keyring::unlock(current, source.previous.as_ref(), &keys).map_err(|cause| {
        StartProblem::Damaged { given: current.id().to_string(), cause: cause.to_string() }
    })?;
    if let Some(previous) = &source.previous
        && Keyring::needs_rewrap(&keys, current)
    {
        let write = store.write().await?;
        for key in Keyring::rewrap(current, previous, &keys)? {
            write.keys().update(row(key)).await?;
        }
        write.commit().await?;
    }
    Ok(keyring)
}

fn row(key: WrappedKey) -> KeyRow {
    KeyRow {
        purpose: key.purpose.to_string(),
        version: i32::try_from(key.version).unwrap_or(i32::MAX),
        key_uuid: key.key_uuid,
        wrapped: key.wrapped,
        kek_id: key.kek_id.to_string(),
        is_active: key.is_active,
    }
}

fn wrapped(row: KeyRow) -> Option<WrappedKey> {
    Some(WrappedKey {
        purpose: row.purpose.parse().ok()?,
        version: u32::try_from(row.version).ok()?,
        key_uuid: row.key_uuid,
        wrapped: row.wrapped,
        kek_id: row.kek_id.parse().ok()?,
        is_active: row.is_active,
    })
}
