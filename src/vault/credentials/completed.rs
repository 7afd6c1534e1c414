//! Rows that a server of the version before has written: it knows nothing of what the lists sort by and
//! the search finds.

use super::fields;
use crate::domain::credential::CredentialSettings;
use crate::error::Result;
use crate::store::{CredentialChanges, Unrecorded};
use crate::vault::Vault;
use uuid::Uuid;

/// Rows of one project that are completed in one transaction.
const PAGE: u64 = 100;

impl Vault {
    /// Writes what is missing in the project's rows.
    pub(in crate::vault) async fn complete_credentials(&self, project: Uuid) -> Result<()> {
        let mut after = Uuid::nil();
        loop {
            let found = self.store.credentials(project).incomplete(after, PAGE).await?;
            // Most often there is none, and then nothing is written.
            let Some(last) = found.last() else { return Ok(()) };
            after = *last;
            let write = self.store.write().await?;
            // Read under the lock that whoever saves one needs: what is written is what they say. One
            // that cannot be read stays as it is, and keeps no other out.
            for row in write.credentials(project).lock_incomplete(&found).await? {
                let host = &row.summary.host;
                let all = fields(&CredentialSettings::from(&row), host, row.secret.set_at.day());
                let missing = CredentialChanges {
                    natural_key: all.natural_key,
                    search_key: all.search_key,
                    ..CredentialChanges::default()
                };
                write.credentials(project).complete(row.summary.id, missing).await?;
            }
            write.commit_without_event(Unrecorded::Sweep).await?;
        }
    }
}
