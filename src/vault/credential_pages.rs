//! One credential with everything that stands round it: who uses it, who could, what happened.

use super::{Vault, today};
use crate::domain::actor::{Permission, Reader};
use crate::domain::credential_page::CredentialPage;
use crate::error::{Error, Result};
use uuid::Uuid;

/// Receipts and events on a credential's page.
const SHOWN: u64 = 20;

impl Vault {
    /// One credential with who uses it.
    pub async fn credential_page(&self, reader: &Reader, id: Uuid) -> Result<CredentialPage> {
        let project = reader.project().id;
        let credential = self.store.credentials(project).find(id).await?.ok_or(Error::NotFound)?;
        let members = self.store.projects().members(project).await?;
        let obtainers = members
            .into_iter()
            .filter(|(_, role)| {
                role.allows(Permission::RegistryWrite) && role.allows(Permission::PipelineWrite)
            })
            .map(|(name, role)| (name, role.label().to_owned()))
            .collect();
        let kind = credential.summary.kind();
        let companions = kind.companions(&credential.summary.host);
        Ok(CredentialPage {
            dependents: self.store.credentials(project).dependents(id).await?,
            obtainers,
            receipts: self.store.receipts(project).of_credential(id, SHOWN).await?,
            events: self.store.chain().about(project, id, SHOWN).await?,
            companions: companions.into_iter().map(str::to_owned).collect(),
            today: today(),
            credential,
        })
    }
}
