//! Rows that a server of the version before has written: it knows nothing of what the lists sort by and
//! the search finds.

use super::fields;
use crate::domain::credential::{Credential, CredentialSettings};
use crate::error::Result;
use crate::store::{CredentialChanges, Write};
use crate::vault::Vault;
use uuid::Uuid;

/// Rows of one project that are completed at once.
const MOST: u64 = 500;

impl Vault {
    /// Those of the project that have to be completed.
    pub(in crate::vault) async fn incomplete(&self, project: Uuid) -> Result<Vec<Credential>> {
        Ok(self.store.credentials(project).incomplete(MOST).await?)
    }
}

/// Writes what is missing in the rows.
pub(in crate::vault) async fn complete(
    write: &Write,
    project: Uuid,
    rows: &[Credential],
) -> Result<()> {
    for row in rows {
        let all =
            fields(&CredentialSettings::from(row), &row.summary.host, row.secret.set_at.day());
        let missing = CredentialChanges {
            natural_key: all.natural_key,
            search_key: all.search_key,
            ..CredentialChanges::default()
        };
        write.credentials(project).complete(row.summary.id, missing).await?;
    }
    Ok(())
}
