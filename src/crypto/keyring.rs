//! The unlocked keyring: the keys that seal, by version, the ones that sign the audit log, the ones that
//! tell equal secrets, and the ones that sign checkpoints.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::CryptoError;
use super::blob::{self, Place};
use super::kek::Kek;
use super::key::Key;
use super::row_mac::RowKeys;
pub use super::wrapped::{Purpose, WrappedKey};

mod audit;
mod checkpoint;
mod fingerprint;

/// Every key of an installation, unwrapped. There is no way to have one without a KEK, so nothing
/// is ever stored unencrypted for want of it. Wiped on drop; Debug prints versions only.
pub struct Keyring {
    secret: Versions,
    audit: Versions,
    /// The audit keys that have no row any more.
    retired: BTreeSet<u32>,
    fingerprint: Versions,
    checkpoint: Versions,
    rows: RowKeys,
    are_rows_sealed: bool,
    /// The keys for secrets under which no secret is that is not bound to its login.
    bound: BTreeSet<u32>,
}

impl Keyring {
    /// Version 1, active, of each purpose that has no key among `keys`: all of them on the first
    /// run, and a purpose that is new in this version of the program. Store them together.
    pub fn generate_missing(
        kek: &Kek,
        keys: &[WrappedKey],
    ) -> Result<Vec<WrappedKey>, CryptoError> {
        Purpose::ALL
            .into_iter()
            .filter(|purpose| keys.iter().all(|key| key.purpose != *purpose))
            .map(|purpose| {
                let key = WrappedKey::generate(kek, purpose, 1)?;
                Ok(WrappedKey { is_active: true, ..key })
            })
            .collect()
    }

    /// Opens every key given, each under the KEK it names. `WrongKek` if one names neither,
    /// `IncompleteKeyring` unless each purpose has exactly one active key, which is not retired, and no
    /// version twice; otherwise the fault of the first key that does not open.
    pub fn unlock(
        current: &Kek,
        previous: Option<&Kek>,
        keys: &[WrappedKey],
    ) -> Result<Keyring, CryptoError> {
        let audit = Versions::unlock(Purpose::Audit, current, previous, keys)?;
        let mut rows_are_sealed = false;
        let mut bound = BTreeSet::new();
        for key in keys.iter().filter(|key| key.says_for_good()) {
            match key.purpose {
                Purpose::Audit => rows_are_sealed = true,
                Purpose::Secret => _ = bound.insert(key.version),
                Purpose::Fingerprint | Purpose::Checkpoint => {}
            }
        }
        // What the key says itself nobody takes back who has not the KEK.
        let is_retired = |key: &&WrappedKey| {
            key.purpose == Purpose::Audit && (key.is_retired || key.says_retired())
        };
        let retired: BTreeSet<u32> =
            keys.iter().filter(is_retired).map(|key| key.version).collect();
        if retired.contains(&audit.active) {
            return Err(CryptoError::IncompleteKeyring);
        }
        Ok(Keyring {
            secret: Versions::unlock(Purpose::Secret, current, previous, keys)?,
            fingerprint: Versions::unlock(Purpose::Fingerprint, current, previous, keys)?,
            checkpoint: Versions::unlock(Purpose::Checkpoint, current, previous, keys)?,
            rows: RowKeys::of(audit.active, audit.by_version(), &retired)?,
            are_rows_sealed: rows_are_sealed,
            bound,
            audit,
            retired,
        })
    }

    /// Whether any key is wrapped under a KEK other than the current one.
    pub fn needs_rewrap(keys: &[WrappedKey], current: &Kek) -> bool {
        let id = current.id();
        keys.iter().any(|key| key.kek_id != id)
    }

    /// All the keys, in the order given, wrapped under `current`; those that already are come back
    /// unchanged. Each is opened first, so what is returned can replace what is stored. Store them
    /// in one transaction.
    pub fn rewrap(
        current: &Kek,
        previous: &Kek,
        keys: &[WrappedKey],
    ) -> Result<Vec<WrappedKey>, CryptoError> {
        let id = current.id();
        keys.iter()
            .map(|wrapped| {
                let key = wrapped.open(current, Some(previous))?;
                if wrapped.kek_id == id {
                    return Ok(wrapped.clone());
                }
                wrapped.rewrap(current, &key)
            })
            .collect()
    }

    /// The audit keys among those given, each under the KEK that it is under and saying from now on
    /// that the rows that decide are sealed. Store them in the transaction that seals the rows.
    pub fn mark_rows_sealed(
        current: &Kek,
        previous: Option<&Kek>,
        keys: &[WrappedKey],
    ) -> Result<Vec<WrappedKey>, CryptoError> {
        mark(Purpose::Audit, current, previous, keys)
    }

    /// The same for the keys for secrets: they say from now on that each secret under them is bound to
    /// its login. Store them in a transaction that has seen that none is left that is not.
    pub fn mark_secrets_bound(
        current: &Kek,
        previous: Option<&Kek>,
        keys: &[WrappedKey],
    ) -> Result<Vec<WrappedKey>, CryptoError> {
        mark(Purpose::Secret, current, previous, keys)
    }

    /// That audit key, under the KEK that it is under, saying from now on that it is retired. Store it in
    /// the transaction that retires it.
    pub fn mark_retired(
        current: &Kek,
        previous: Option<&Kek>,
        key: &WrappedKey,
    ) -> Result<WrappedKey, CryptoError> {
        let kek = key.kek_among(current, previous)?;
        key.rewrap_retired(kek, &key.open(kek, None)?)
    }

    /// Whether what is sealed from now on is under a key that says so.
    pub fn seals_bound(&self) -> bool {
        self.bound.contains(&self.secret.active)
    }

    /// The keys for secrets that do not say so.
    pub fn unbound(&self) -> impl Iterator<Item = u32> {
        let versions = self.secret.by_version().map(|(version, _)| version);
        versions.filter(|version| !self.bound.contains(version))
    }

    /// Whether every key for secrets says so: then a secret in an older format was put back by somebody
    /// else.
    pub fn are_secrets_bound(&self) -> bool {
        self.unbound().next().is_none()
    }

    /// Seals `plaintext` for one place under the active key, bound to the login if the key says so;
    /// two seals of one value differ. `TooLong` above [`blob::MAX_SECRET`] bytes.
    pub fn seal(&self, place: &Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let login = place.login.filter(|_| self.seals_bound());
        blob::seal(&self.secret.key, self.secret.active, &Place { login, ..*place }, plaintext)
    }

    /// Opens what [`Keyring::seal`] made for the same place, under whichever key version it names.
    /// Every fault is a typed error, and bytes that are no sealed value are never returned as they
    /// are.
    pub fn open(&self, place: &Place<'_>, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let version = blob::key_version(blob)?;
        let key = self.secret.find(version).ok_or(CryptoError::UnknownKeyVersion)?;
        blob::open(key, self.bound.contains(&version), place, blob)
    }

    /// The version new values are sealed under; values under a lower one are due for sealing again.
    pub fn active_version(&self) -> u32 {
        self.secret.active
    }
}

/// Those of that purpose that do not say yet what holds for good, saying it.
fn mark(
    purpose: Purpose,
    current: &Kek,
    previous: Option<&Kek>,
    keys: &[WrappedKey],
) -> Result<Vec<WrappedKey>, CryptoError> {
    keys.iter()
        .filter(|key| key.purpose == purpose && !key.says_for_good())
        .map(|wrapped| {
            let kek = wrapped.kek_among(current, previous)?;
            wrapped.rewrap_for_good(kek, &wrapped.open(kek, None)?)
        })
        .collect()
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("secret", &self.secret)
            .field("audit", &self.audit)
            .field("fingerprint", &self.fingerprint)
            .field("checkpoint", &self.checkpoint)
            .finish()
    }
}

impl ZeroizeOnDrop for Keyring {}

/// The keys of one purpose. The active one stands apart so that it can never be missing.
struct Versions {
    active: u32,
    key: Key,
    others: BTreeMap<u32, Key>,
}

impl Versions {
    fn unlock(
        purpose: Purpose,
        current: &Kek,
        previous: Option<&Kek>,
        keys: &[WrappedKey],
    ) -> Result<Versions, CryptoError> {
        let mut active = None;
        let mut others = BTreeMap::new();
        for wrapped in keys.iter().filter(|key| key.purpose == purpose) {
            let key = wrapped.open(current, previous)?;
            let twice = others.insert(wrapped.version, key).is_some();
            let second = wrapped.is_active && active.replace(wrapped.version).is_some();
            if twice || second {
                return Err(CryptoError::IncompleteKeyring);
            }
        }
        let active = active.ok_or(CryptoError::IncompleteKeyring)?;
        let key = others.remove(&active).ok_or(CryptoError::IncompleteKeyring)?;
        Ok(Versions { active, key, others })
    }

    fn find(&self, version: u32) -> Option<&Key> {
        if version == self.active {
            return Some(&self.key);
        }
        self.others.get(&version)
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        self.by_version().map(|(_, key)| key)
    }

    fn by_version(&self) -> impl Iterator<Item = (u32, &Key)> {
        let others = self.others.iter().map(|(version, key)| (*version, key));
        std::iter::once((self.active, &self.key)).chain(others)
    }
}

impl fmt::Debug for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Versions")
            .field("active", &self.active)
            .field("others", &self.others.keys().collect::<Vec<_>>())
            .finish()
    }
}

#[cfg(test)]
mod tests;
