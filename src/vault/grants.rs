//! Grants: which pipeline may have which credential, and what for.

use super::{Vault, now};
use crate::domain::actor::{Granter, PipelineEditor};
use crate::domain::audit::{Action, Subject};
use crate::domain::credential::{Access, Credential};
use crate::domain::pipeline::PipelineForm;
use crate::error::{Error, Result};
use crate::store::{GrantRow, Write, is_taken};
use uuid::Uuid;

impl Vault {
    /// Gives the pipeline the credentials that were ticked.
    pub async fn create_grants(
        &self,
        granter: &Granter,
        pipeline: Uuid,
        form: &PipelineForm,
    ) -> Result<String> {
        let write = self.store.write().await?;
        let found = write.pipelines(granter.project().id).find(pipeline, now().day()).await?;
        let subject = Subject { id: pipeline, name: found.ok_or(Error::NotFound)?.name };
        let chosen = self.chosen(&write, granter, form).await?;
        if chosen.is_empty() {
            return Err(Error::at("credentials", "Choose a credential."));
        }
        for (credential, intent) in chosen {
            self.insert_grant(&write, granter, &subject, &credential, intent).await?;
        }
        write.commit().await?;
        Ok(format!("{} may now fetch it.", subject.name))
    }

    /// Takes a credential back from the pipeline, from its next request on.
    pub async fn delete_grant(
        &self,
        editor: &PipelineEditor,
        pipeline: Uuid,
        id: Uuid,
    ) -> Result<String> {
        let project = editor.project().id;
        let write = self.store.write().await?;
        let found =
            write.pipelines(project).find(pipeline, now().day()).await?.ok_or(Error::NotFound)?;
        let credential =
            write.grants(project).delete(pipeline, id).await?.ok_or(Error::NotFound)?;
        let name = write.credentials(project).find(credential).await?.map(|c| c.summary.name);
        let name = name.unwrap_or_default();
        let subject = Subject { id: pipeline, name: found.name };
        let person = Some(editor.person());
        self.note(&write, project, person, Action::GrantDeleted, subject.clone(), name.clone())
            .await?;
        write.commit().await?;
        Ok(format!("{} can no longer fetch {name}.", subject.name))
    }

    /// The credentials that were ticked, each with what it is granted for.
    pub(super) async fn chosen(
        &self,
        write: &Write,
        granter: &Granter,
        form: &PipelineForm,
    ) -> Result<Vec<(Credential, Access)>> {
        let Some(intent) = Access::from_word(&form.intent) else {
            return Err(Error::at("intent", "Choose what the pipeline may do."));
        };
        let credentials = write.credentials(granter.project().id);
        let mut chosen = Vec::new();
        for id in &form.credentials {
            let found = match Uuid::parse_str(id) {
                Ok(id) => credentials.find(id).await?,
                Err(_) => None,
            };
            let Some(credential) = found else {
                return Err(Error::at(
                    "credentials",
                    "One of these credentials was deleted. Choose again.",
                ));
            };
            let name = &credential.summary.name;
            if !credential.summary.access.satisfies(intent) {
                let message = format!("{name} can only pull. Choose Pull, or leave it out.");
                return Err(Error::at("credentials", message));
            }
            if intent == Access::PullAndPush && credential.is_protected {
                let message = format!(
                    "{name} is protected: pushing with it needs an approval. Choose Pull, or leave it out."
                );
                return Err(Error::at("credentials", message));
            }
            chosen.push((credential, intent));
        }
        Ok(chosen)
    }

    pub(super) async fn insert_grant(
        &self,
        write: &Write,
        granter: &Granter,
        pipeline: &Subject,
        credential: &Credential,
        intent: Access,
    ) -> Result<()> {
        let project = granter.project().id;
        let row = GrantRow {
            id: Uuid::now_v7(),
            pipeline_id: pipeline.id,
            credential_id: credential.summary.id,
            intent,
            created_at: now().0,
            created_by: granter.person().name.clone(),
        };
        if let Err(error) = write.grants(project).insert(row).await {
            if is_taken(&error) {
                return Err(Error::at("credentials", "The pipeline already has this credential."));
            }
            return Err(error.into());
        }
        let detail = format!("{}, {}", credential.summary.name, intent.label().to_lowercase());
        let person = Some(granter.person());
        self.note(write, project, person, Action::GrantCreated, pipeline.clone(), detail).await
    }
}
