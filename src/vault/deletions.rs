//! Deleting for good. What others depend on asks for its name.

use super::{Vault, now};
use crate::domain::actor::{PipelineRemover, Remover};
use crate::domain::audit::{Action, Subject};
use crate::error::{Error, Result};
use uuid::Uuid;

impl Vault {
    /// Deletes the credential, its grants and its ciphertext; gives its name. `typed_name` has to
    /// be the name when a pipeline holds a grant or has received it.
    pub async fn delete_credential(
        &self,
        remover: &Remover,
        id: Uuid,
        typed_name: &str,
    ) -> Result<String> {
        let project = remover.project().id;
        let write = self.store.write().await?;
        let found = write.credentials(project).lock(id).await?.ok_or(Error::NotFound)?;
        write.receipts(project).count().await?;
        let dependents = write.credentials(project).dependents(id).await?;
        let name = found.summary.name;
        if !dependents.is_empty() {
            confirm(&name, typed_name)?;
        }
        write.grants(project).delete_of_credential(id).await?;
        write.secrets(project).delete(id).await?;
        write.credentials(project).delete(id).await?;
        let subject = Subject { id, name: name.clone() };
        let detail = found.summary.host.as_str().to_owned();
        self.note(
            &write,
            project,
            Some(remover.person()),
            Action::CredentialDeleted,
            subject,
            detail,
        )
        .await?;
        write.commit().await?;
        Ok(name)
    }

    /// Deletes the pipeline with its tokens and grants; gives its name. What it received stays on
    /// record.
    pub async fn delete_pipeline(
        &self,
        remover: &PipelineRemover,
        id: Uuid,
        typed_name: &str,
    ) -> Result<String> {
        let project = remover.project().id;
        let write = self.store.write().await?;
        let found = write.pipelines(project).find(id, now().day()).await?.ok_or(Error::NotFound)?;
        confirm(&found.name, typed_name)?;
        write.grants(project).delete_of_pipeline(id).await?;
        write.tokens().delete_of_pipeline(project, id).await?;
        write.trust_rules(project).delete_of_pipeline(id).await?;
        write.pipelines(project).delete(id).await?;
        let subject = Subject { id, name: found.name.clone() };
        let person = Some(remover.person());
        self.note(&write, project, person, Action::PipelineDeleted, subject, String::new()).await?;
        write.commit().await?;
        Ok(found.name)
    }
}

fn confirm(name: &str, typed: &str) -> Result<()> {
    if typed.trim() == name {
        return Ok(());
    }
    Err(Error::at("typed_name", "Type the name exactly as it is written above, to confirm."))
}
