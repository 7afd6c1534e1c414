//! Deleting for good. What others depend on asks for its name.

use super::Vault;
use crate::domain::actor::{Can, Confirmed};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::permission::of;
use crate::error::{Error, Result};
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
        let write = self.write_in(project).await?;
        let found = write.credentials(project).lock(id).await?.ok_or(Error::NotFound)?;
        write.receipts(project).count().await?;
        let dependents = write.credentials(project).dependents(id).await?;
        let name = found.summary.name;
        if !dependents.is_empty() {
            confirm(&name, typed_name)?;
        }
        write.grants(project).delete_of_credential(id).await?;
        write.guard_changes(project).delete_of_credential(id).await?;
        write.secrets(project).delete(id).await?;
        write.findings(project).delete_of_credential(id).await?;
        write.credentials(project).delete(id).await?;
        let subject = Subject { id, name: name.clone() };
        let detail = Detail::Registry(found.summary.host.as_str().to_owned());
        let what = (Action::CredentialDeleted, subject, detail);
        self.commit_event(write, project, remover, what).await?;
        Ok(name)
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
        let write = self.write_in(project).await?;
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

fn confirm(name: &str, typed: &str) -> Result<()> {
    if typed.trim() == name {
        return Ok(());
    }
    Err(Error::at("typed_name", "To confirm, type the name exactly as shown above."))
}
