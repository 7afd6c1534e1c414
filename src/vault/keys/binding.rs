//! The move of secrets that an older version of the program sealed, which are not bound to their
//! credential and its user name. Nothing of that kind is ever under a key that this version makes, and
//! nothing else under one of before. So it makes one, the job seals everything under it, and then the
//! older keys say for good that nothing of the kind is under them any more: put back, it does not open.
//!
//! A row that was changed outside Regcred keeps its secret where it is, and the move does not end before
//! somebody has answered for the row: afterwards its secret would be lost.

use super::{StartProblem, known};
use crate::crypto::blob::{self, Format};
use crate::crypto::keyring::Keyring;
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Detail};
use crate::domain::key::KeyState;
use crate::error::{Error, Result};
use crate::store::{KeyRow, Store, Unrecorded};
use crate::vault::audit::this_instance;
use crate::vault::{INSTANCE, Vault};
use std::collections::BTreeSet;
use std::sync::Once;
use uuid::Uuid;

/// Secrets that are looked at at once.
const PAGE: u64 = 100;

const OTHER_KEY: &str = "Secrets have to be encrypted with a new data key, and this server cannot create it: the data keys are encrypted with a different key-encryption key than its current one. Start every server with the same current key.";
/// Each look finds the same until the operator acts: the log says it once.
static SAID: Once = Once::new();

impl Vault {
    /// Whether a key has to be made for the move, and this server can make it.
    pub(super) fn has_to_begin(&self) -> bool {
        // One that waits is the one, or was made by the older version: then another one follows.
        if self.keys.ring().seals_bound() || self.keys.pending_since().is_some() {
            return false;
        }
        if !self.keys.is_current_in_use() {
            SAID.call_once(|| tracing::error!("{OTHER_KEY}"));
            return false;
        }
        true
    }

    /// Whether the move is done but for the note of its end, or for secrets that open again by now.
    pub(super) async fn has_to_finish(&self) -> Result<bool> {
        let ring = self.keys.ring();
        if !ring.seals_bound() || ring.are_secrets_bound() {
            return Ok(false);
        }
        let left = self.left_behind().await?;
        Ok(!left.openable.is_empty() || left.foreign == 0)
    }

    /// Makes the key, unless one waits already.
    pub(super) async fn begin_binding(&self) -> Result<()> {
        if !self.has_to_begin() {
            return Ok(());
        }
        match self.make_data_key(&Actor::Product).await {
            // Another server made one at the same time, or changed the key-encryption key a moment ago:
            // the next look says so.
            Ok(_) | Err(Error::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Looks again at what was marked because it did not open, or because its row was changed outside.
    async fn left_behind(&self) -> Result<LeftBehind> {
        let unbound = self.keys.ring().unbound().map(i32::try_from).collect::<Result<Vec<_>, _>>();
        let unbound = unbound.map_err(|_| Error::Internal)?;
        let (mut left, mut after) = (LeftBehind::default(), Uuid::nil());
        loop {
            let rows = self.store.rewraps().marked(&unbound, after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(left) };
            after = last.id;
            for row in &rows {
                if !row.is_ours {
                    left.foreign += u64::from(blob::format(&row.sealed) == Ok(Format::Unbound));
                } else if self.opens(row).await? {
                    left.openable.insert(row.credential_id);
                }
            }
        }
    }

    /// Notes in the keyring and in the log that every secret is bound. Whether that was to be done.
    pub(super) async fn finish_binding(&self) -> Result<bool> {
        let ring = self.keys.ring();
        if !ring.seals_bound() || ring.are_secrets_bound() {
            return Ok(false);
        }
        let left = self.left_behind().await?;
        if !left.openable.is_empty() {
            let write = self.store.write().await?;
            for credential in left.openable {
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
    /// The credentials of those that open by now, and whose rows are ours.
    openable: BTreeSet<Uuid>,
    /// How many wait until somebody has answered for their row, or their credential's.
    foreign: u64,
}

/// Refuses a keyring that takes secrets of before, when the log says that all were bound.
pub(super) async fn refuse_older(store: &Store, ring: &Keyring) -> Result<(), StartProblem> {
    let holds = |message: &[u8], mac: &[u8]| ring.verify_mac(message, mac);
    if !ring.are_secrets_bound() && store.were_secrets_bound(&holds).await? {
        return Err(StartProblem::OlderKeyring);
    }
    Ok(())
}
