//! Grants: which pipeline may have which credential, what for, and under which terms.

use crate::domain::actor::{Can, Granter};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::credential::{Access, Credential};
use crate::domain::grant::{ForkRule, Terms, patterns};
use crate::domain::moment::Day;
use crate::domain::permission::of;
use crate::domain::pipeline::GrantForm;
use crate::domain::registry::path_scope;
use crate::error::{Error, FieldError, Result};
use crate::store::{GrantRow, Recorded, Write, unless_taken};
use crate::vault::{Vault, gather, now, today};
use uuid::Uuid;

impl Vault {
    /// Gives the pipeline the credentials that were chosen, under the terms of the form.
    ///
    /// # Errors
    /// `Invalid` with a sentence at each field that needs another look.
    pub async fn create_grants(
        &self,
        granter: &Granter,
        pipeline: Uuid,
        form: &GrantForm,
    ) -> Result<String> {
        let mut errors = Vec::new();
        let terms = gather(&mut errors, terms(form).map_err(Error::Invalid))?;
        let write = self.write_as(granter).await?;
        let subject = write.pipelines(granter.project().id).subject(pipeline).await?;
        let subject = subject.ok_or(Error::NotFound)?;
        let chosen = self.chosen(&write, granter, &form.credentials, &form.intent).await;
        let (Some(terms), Some(chosen)) = (terms, gather(&mut errors, chosen)?) else {
            return Err(Error::Invalid(errors));
        };
        let (mut waits, mut recorded) = (false, None);
        for (credential, intent) in chosen {
            let terms = Terms { intent, ..terms.clone() };
            let (needs_approval, event) =
                self.insert_grant(&write, granter, &subject, &credential, terms).await?;
            waits |= needs_approval;
            recorded = Some(event);
        }
        let Some(recorded) = recorded else {
            return Err(Error::at("credentials", "Choose a credential."));
        };
        write.commit(recorded).await?;
        Ok(if waits {
            format!("{} can use it after another member approves it.", subject.name)
        } else {
            format!("{} can use it now.", subject.name)
        })
    }

    /// Revokes a grant, from the pipeline's next request on.
    pub async fn delete_grant(
        &self,
        editor: &Can<of::PipelineWrite>,
        pipeline: Uuid,
        id: Uuid,
    ) -> Result<String> {
        let project = editor.project().id;
        let write = self.write_in(project).await?;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        let credential =
            write.grants(project).delete(pipeline, id).await?.ok_or(Error::NotFound)?;
        let name = write.credentials(project).subject(credential).await?.map(|found| found.name);
        let name = name.unwrap_or_default();
        let detail = Detail::Grant { credential, name: name.clone(), intent: None, until: None };
        let what = (Action::GrantDeleted, subject.clone(), detail);
        self.commit_event(write, project, editor, what).await?;
        Ok(format!("{} can no longer use {name}.", subject.name))
    }

    /// The credentials that were ticked, each with what it is granted for.
    pub(super) async fn chosen(
        &self,
        write: &Write,
        granter: &Granter,
        ids: &[String],
        intent: &str,
    ) -> Result<Vec<(Credential, Access)>> {
        let Some(intent) = Access::from_word(intent) else {
            return Err(Error::at(
                "intent",
                "Choose whether the pipeline can pull, or pull and push.",
            ));
        };
        let wanted = ids.iter().map(|id| (id.clone(), intent)).collect();
        self.chosen_for(write, granter, wanted).await
    }

    /// Writes the grant with its event; whether it waits for an approval.
    pub(in crate::vault) async fn insert_grant(
        &self,
        write: &Write,
        granter: &Granter,
        pipeline: &Subject,
        credential: &Credential,
        terms: Terms,
    ) -> Result<(bool, Recorded)> {
        let project = granter.project().id;
        let needs_approval = credential.guards_its_secret() && terms.gives_secret();
        let detail = Detail::Grant {
            credential: credential.summary.id,
            name: credential.summary.name.clone(),
            intent: Some(terms.intent),
            until: None,
        };
        let row = GrantRow {
            id: Uuid::now_v7(),
            pipeline_id: pipeline.id,
            credential_id: credential.summary.id,
            terms: Terms { needs_approval, approval: None, ..terms },
            granted_by: Some(granter.person().id),
            created_at: now().0,
            created_by: granter.person().name.clone(),
            revision: 0,
        };
        write.grants(project).insert(row).await.map_err(|error| {
            let sentence =
                "The pipeline already has a grant for this credential with this access. Revoke it first.";
            unless_taken(error, Error::at("credentials", sentence))
        })?;
        let what = (Action::GrantCreated, pipeline.clone(), detail);
        let recorded = self.record_event(write, project, granter, what).await?;
        Ok((needs_approval, recorded))
    }
}

/// The terms that the form says, whatever the credential. The intent is read with the credentials.
fn terms(form: &GrantForm) -> Result<Terms, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut at = |field: &str, message: String| errors.push(FieldError::new(field, message));
    let repositories = path_scope(&form.repositories)
        .map_err(|problem| at("repositories", problem.to_string()))
        .unwrap_or_default();
    let branches =
        patterns(&form.branches).map_err(|message| at("branches", message)).unwrap_or_default();
    let events =
        patterns(&form.events).map_err(|message| at("events", message)).unwrap_or_default();
    let forks = match form.forks.as_str() {
        "" => ForkRule::Nothing,
        word => ForkRule::from_word(word).unwrap_or_else(|| {
            at("forks", "Choose the access for pull requests from forks.".to_owned());
            ForkRule::Nothing
        }),
    };
    let expires_on = match form.expires_on.trim() {
        "" => None,
        typed => match Day::parse(typed) {
            Some(day) if day >= today() => Some(day),
            Some(_) => {
                at("expires_on", "This date is in the past. Choose a later one.".to_owned());
                None
            }
            None => {
                at(
                    "expires_on",
                    "Enter a date as year-month-day, for example 2027-01-31.".to_owned(),
                );
                None
            }
        },
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Terms {
        repositories,
        branches,
        events,
        forks,
        expires_on,
        is_narrow: form.is_narrow,
        ..Terms::plain(Access::Pull)
    })
}
