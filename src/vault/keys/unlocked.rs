//! The unlocked keyring of a running server. Every request reads it; it is replaced when the
//! database has other keys, or the operator gives another key-encryption key.

use super::{KeySource, StartProblem, are_under};
use crate::crypto::CryptoError;
use crate::crypto::blob::Place;
use crate::crypto::keyring::{Keyring, Purpose};
use crate::domain::key::{KeyPurpose, KeyState};
use crate::store::{KeyReader, KeyRow, RowMacs, Store};
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

#[derive(Clone, Debug)]
pub(super) struct Unlocked {
    pub(super) ring: Arc<Keyring>,
    pub(super) rows: Vec<KeyRow>,
    pub(super) source: Arc<KeySource>,
}

/// Reads the stored keys again, for a store that has met a row under one that is not known.
#[derive(Debug)]
struct Again {
    keys: Keys,
    store: Store,
}

#[async_trait::async_trait]
impl KeyReader for Again {
    async fn read(&self) -> bool {
        let read = self.keys.refresh(&self.store).await;
        if let Err(problem) = &read {
            tracing::error!(problem = %problem, "the stored keys could not be read again");
        }
        read.is_ok()
    }
}

/// The keys in use; clones share them.
#[derive(Clone, Debug)]
pub struct Keys(Arc<RwLock<Unlocked>>);

impl Keys {
    pub(super) fn new(unlocked: Unlocked) -> Self {
        Self(Arc::new(RwLock::new(unlocked)))
    }

    /// The keyring of this moment. What is sealed with it names the version of its key, so it may
    /// be used after it was replaced.
    pub fn ring(&self) -> Arc<Keyring> {
        Arc::clone(&self.now().ring)
    }

    pub(super) fn source(&self) -> Arc<KeySource> {
        Arc::clone(&self.now().source)
    }

    /// Has the store read the stored keys again when it meets a row under one that is not known.
    pub(in crate::vault) fn serve(&self, store: &Store) {
        let again = Again { keys: self.clone(), store: store.for_key_reader() };
        store.set_key_reader(Arc::new(again));
    }

    /// The version of the active audit key, and since when (milliseconds) it is active, as far as was
    /// read; `None` of the first, before which there is none.
    pub(super) fn rotated_audit(&self) -> Option<(i32, i64)> {
        let (now, audit) = (self.now(), Purpose::Audit.to_string());
        let mut rows = now.rows.iter().filter(|row| row.purpose == audit && row.version > 1);
        let active = rows.find(|row| row.state == KeyState::Active)?;
        Some((active.version, active.state_since))
    }

    /// Since when (milliseconds) a key for that waits to become active, as far as was read.
    pub(super) fn pending_since(&self, purpose: KeyPurpose) -> Option<i64> {
        let purpose = purpose.word();
        let is_pending = |row: &&KeyRow| row.purpose == purpose && row.state == KeyState::Pending;
        self.now().rows.iter().find(is_pending).map(|row| row.state_since)
    }

    /// Whether the key-encryption key that this server wraps new keys under is the one in use.
    pub(super) fn is_current_in_use(&self) -> bool {
        let (now, secret) = (self.now(), Purpose::Secret.to_string());
        let rows = now.rows.iter().filter(|row| row.purpose == secret);
        now.source.current.as_ref().is_some_and(|kek| are_under(rows, kek))
    }

    fn now(&self) -> std::sync::RwLockReadGuard<'_, Unlocked> {
        // A reader that panicked left it whole.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes them into use, unless `may_replace` says no to those that are. The rows go by what is in use
    /// then: of two that read the keys at once, neither leaves the store with the other's.
    fn set(&self, store: &Store, unlocked: Unlocked, may_replace: impl FnOnce(&Unlocked) -> bool) {
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if may_replace(&now) {
            *now = unlocked;
        }
        store.set_row_macs(Arc::clone(&now.ring) as Arc<dyn RowMacs>);
    }

    /// Reads the stored keys and opens them if they are others than those in use. Whether they were.
    pub(super) async fn refresh(&self, store: &Store) -> Result<bool, StartProblem> {
        let rows = store.keys().list().await?;
        if rows == self.now().rows {
            return Ok(false);
        }
        let source = self.source();
        let unlocked = self.no_older(super::open(store, &source, false).await?)?;
        // The operator may have given other keys meanwhile; what they opened is as new.
        self.set(store, unlocked, |now| Arc::ptr_eq(&now.source, &source));
        Ok(true)
    }

    /// Takes other key-encryption keys into use, if they open the keyring.
    pub(super) async fn replace_source(
        &self,
        store: &Store,
        source: KeySource,
    ) -> Result<(), StartProblem> {
        let unlocked = self.no_older(super::open(store, &Arc::new(source), true).await?)?;
        self.set(store, unlocked, |_| true);
        Ok(())
    }

    /// Once the secrets are bound, they stay so: who puts the keyring of before back would have those of
    /// before count again.
    fn no_older(&self, unlocked: Unlocked) -> Result<Unlocked, StartProblem> {
        if self.ring().are_secrets_bound() && !unlocked.ring.are_secrets_bound() {
            return Err(StartProblem::OlderKeyring);
        }
        Ok(unlocked)
    }

    /// Opens a sealed value. A key that is not known may have been made a moment ago by another
    /// server: the stored keys are read once, then it is an error. `WrongKek` when they cannot be
    /// read, so that nobody takes the value for damaged.
    pub(in crate::vault) async fn open(
        &self,
        store: &Store,
        place: &Place<'_>,
        blob: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let first = self.ring().open(place, blob);
        if first.as_ref().err() != Some(&CryptoError::UnknownKeyVersion) {
            return first;
        }
        match self.refresh(store).await {
            // Also when nothing was new: another request may have read them a moment before.
            Ok(_) => self.ring().open(place, blob),
            Err(problem) => {
                tracing::error!(problem = %problem, "the stored keys could not be read again");
                Err(CryptoError::WrongKek)
            }
        }
    }
}
