//! Deleting for good. What others depend on asks for its name.

use super::Vault;
use crate::domain::actor::{Can, Confirmed};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::credential::Credential;
use crate::domain::permission::of;
use crate::error::{Error, Result};
use crate::store::{Recorded, Write};
use uuid::Uuid;

impl Vault {
    /// Deletes the credential, its grants and its ciphertext; gives its name. `typed_name` has to
    /// be the name when a pipeline holds a grant or has received it.
    pub async fn delete_credential(
        &self,
        remover: &Can<of::RegistryDelete>,
        _: Confirmed,
        id: Uuid,
        typed_name: &str,
    ) -> Result<String> {
        let project = remover.project().id;
        let write = self.write_by(remover).await?;
        let found = write.credentials(project).lock(id).await?.ok_or(Error::NotFound)?;
        write.receipts(project).count().await?;
        let dependents = write.credentials(project).dependents(id).await?;
        if !dependents.is_empty() {
            confirm(&found.summary.name, typed_name)?;
        }
        let recorded = self.remove_credential(&write, remover, &found).await?;
        write.commit(recorded).await?;
        Ok(found.summary.name)
    }

    /// Deletes a credential that is locked, with its grants and its ciphertext, and records it.
    pub(super) async fn remove_credential(
        &self,
        write: &Write,
        remover: &Can<of::RegistryDelete>,
        found: &Credential,
    ) -> Result<Recorded> {
        let (project, id) = (remover.project().id, found.summary.id);
        write.grants(project).delete_of_credential(id).await?;
        write.guard_changes(project).delete_of_credential(id).await?;
        write.secrets(project).delete(id).await?;
        write.findings(project).delete_of_credential(id).await?;
        write.checks(project).delete_of_credential(id).await?;
        write.notifications(project).delete_of_credential(id).await?;
        write.credentials(project).delete(id).await?;
        let subject = Subject { id, name: found.summary.name.clone() };
        let detail = Detail::Registry(found.summary.host.as_str().to_owned());
        let what = (Action::CredentialDeleted, subject, detail);
        self.record_event(write, project, remover, what).await
    }

    /// Deletes the pipeline with its tokens and grants; gives its name. What it received stays on
    /// record.
    pub async fn delete_pipeline(
        &self,
        remover: &Can<of::PipelineDelete>,
        _: Confirmed,
        id: Uuid,
        typed_name: &str,
    ) -> Result<String> {
        let project = remover.project().id;
        let write = self.write_by(remover).await?;
        let subject = write.pipelines(project).subject(id).await?.ok_or(Error::NotFound)?;
        confirm(&subject.name, typed_name)?;
        write.grants(project).delete_of_pipeline(id).await?;
        write.tokens().delete_of_pipeline(project, id).await?;
        write.trust_rules(project).delete_of_pipeline(id).await?;
        write.definitions(project).delete_of_pipeline(id).await?;
        write.findings(project).delete_of_pipeline(id).await?;
        write.pipelines(project).delete(id).await?;
        let name = subject.name.clone();
        let what = (Action::PipelineDeleted, subject, Detail::Nothing);
        self.commit_event(write, project, remover, what).await?;
        Ok(name)
    }
}

/// The name has to be typed as it is.
pub(super) fn confirm(name: &str, typed: &str) -> Result<()> {
    if typed.trim() == name {
        return Ok(());
    }
    Err(Error::at("typed_name", "To confirm, type the name exactly as shown above."))
}
