//! The move of secrets that an older version of the program sealed, which are not bound to their
//! credential and its user name. Nothing of that kind is ever under a key that this version makes. So it
//! makes one, the job seals everything under it, and then the older keys say for good that nothing of the
//! kind is under them any more: put back, it does not open.

use super::{StartProblem, known};
use crate::crypto::keyring::Keyring;
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Detail};
use crate::domain::key::KeyState;
use crate::error::{Error, Result};
use crate::store::{KeyRow, Store};
use crate::vault::audit::this_instance;
use crate::vault::{INSTANCE, Vault};

impl Vault {
    /// Whether a key has to be made for the move, or its end is to be noted.
    pub(super) fn has_to_bind(&self) -> bool {
        let ring = self.keys.ring();
        if ring.seals_bound() {
            return !ring.are_secrets_bound();
        }
        // One that waits is the one, or was made by the older version: then another one follows.
        self.keys.pending_since().is_none()
    }

    /// Makes the key, unless one waits already.
    pub(super) async fn begin_binding(&self) -> Result<()> {
        if self.keys.ring().seals_bound() || self.keys.pending_since().is_some() {
            return Ok(());
        }
        match self.make_data_key(&Actor::Product).await {
            // Another server made one at the same time, or the operator has to act first.
            Ok(_) | Err(Error::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Notes in the keyring and in the log that every secret is bound. Whether that was to be done.
    pub(super) async fn finish_binding(&self) -> Result<bool> {
        let ring = self.keys.ring();
        if !ring.seals_bound() || ring.are_secrets_bound() {
            return Ok(false);
        }
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

/// Refuses a keyring that takes secrets of before, when the log says that all were bound.
pub(super) async fn refuse_older(store: &Store, ring: &Keyring) -> Result<(), StartProblem> {
    if !ring.are_secrets_bound() && store.were_secrets_bound().await? {
        return Err(StartProblem::OlderKeyring);
    }
    Ok(())
}
