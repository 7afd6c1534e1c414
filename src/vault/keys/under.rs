//! Which data key a secret is under: its ciphertext says so, and the column beside it only repeats it.

use super::key_version;
use super::rotation::{one, require};
use crate::crypto::blob;
use crate::domain::key::{KeyPurpose, KeyState};
use crate::error::Result;
use crate::store::{SealedRow, Unrecorded};
use crate::vault::Vault;
use uuid::Uuid;

/// Secrets that are looked at at once before a key goes.
const PAGE: u64 = 100;

impl Vault {
    /// How many stored secrets are under the key, which is in that state, as each ciphertext says. The
    /// column beside it says so, too, but no MAC covers it: a row where it names another key is
    /// corrected, so that its secret is due to be sealed again. Of a key for the audit log, how many rows
    /// are under it or another older one.
    pub(super) async fn sealed_under(
        &self,
        purpose: KeyPurpose,
        version: u32,
        state: KeyState,
    ) -> Result<u64> {
        require(purpose, &one(self.store.keys().list().await?, purpose, version)?, state)?;
        match purpose {
            KeyPurpose::Secret => {}
            // Nothing is lost with a fingerprint, and nothing is under a key that signs.
            KeyPurpose::Fingerprint | KeyPurpose::Checkpoint => return Ok(0),
            KeyPurpose::Audit => return self.rows_left_behind().await,
        }
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
}
