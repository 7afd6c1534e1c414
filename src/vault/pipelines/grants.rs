//! Grants: which pipeline may have which credential, what for, and under which terms.

use super::terms;
use crate::domain::actor::{Acts, Can, Granter};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::credential::{Access, Credential};
use crate::domain::doubt::Saved;
use crate::domain::grant::Terms;
use crate::domain::matching::named;
use crate::domain::permission::of;
use crate::domain::pipeline::{Grant, GrantForm, OWN_ACCESS};
use crate::error::{Error, FieldError, Result};
use crate::store::{GrantRow, Recorded, Write, unless_taken};
use crate::vault::{Vault, gather, now};
use uuid::Uuid;

pub(super) const CHOOSE_INTENT: &str = "Choose whether the pipeline can pull, or pull and push.";
const CHOOSE_CREDENTIAL: &str = "Choose a credential.";

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
    ) -> Result<Saved> {
        let mut errors: Vec<FieldError> = none_chosen(form).into_iter().collect();
        let terms = gather(&mut errors, terms::read(form).map_err(Error::Invalid))?;
        let write = self.write_as(granter).await?;
        let subject = write.pipelines(granter.project().id).subject(pipeline).await?;
        let subject = subject.ok_or(Error::NotFound)?;
        let chosen = self.chosen(&write, granter, &form.credentials, &form.intent).await;
        let chosen = gather(&mut errors, chosen)?;
        let (Some(terms), Some(chosen), true) = (terms, chosen, errors.is_empty()) else {
            return Err(Error::Invalid(errors));
        };
        let (mut waits, mut recorded, mut given) = (false, None, Vec::new());
        let can_now = can_now(&chosen);
        for (credential, intent) in chosen {
            terms::with_paths_of(&terms, &credential.summary.host)?;
            given.push((credential.summary.id, intent));
            let terms = Terms { intent, ..terms.clone() };
            let (needs_approval, event) =
                self.insert_grant(&write, granter, &subject, &credential, terms).await?;
            waits |= needs_approval;
            recorded = Some(event);
        }
        let Some(recorded) = recorded else {
            return Err(Error::at("credentials", CHOOSE_CREDENTIAL));
        };
        write.commit(recorded).await?;
        let is_new = |grant: &Grant| given.contains(&(grant.credential_id, grant.terms.intent));
        let doubts = self.doubted_of(granter, pipeline, is_new).await;
        let sentence = match (waits, doubts.is_empty()) {
            (true, true) => {
                format!("{} can use it after another member approves it.", subject.name)
            }
            (true, false) => "The grant was saved. Another member must approve it.".to_owned(),
            (false, true) => format!("{} can now {can_now}.", subject.name),
            (false, false) => "The grant was saved.".to_owned(),
        };
        let place = (granter.project().slug.as_str(), pipeline);
        Ok(Saved::with_doubts(vec![sentence], place, &doubts))
    }

    /// Revokes a grant, from the pipeline's next request on.
    pub async fn delete_grant(
        &self,
        editor: &Can<of::PipelineWrite>,
        pipeline: Uuid,
        id: Uuid,
    ) -> Result<String> {
        let write = self.write_in(editor.project().id).await?;
        let (sentence, recorded) = self.revoke_grant(&write, editor, pipeline, id).await?;
        write.commit(recorded).await?;
        Ok(sentence)
    }

    /// The same in a transaction of the caller's, which holds the chain.
    pub(in crate::vault) async fn revoke_grant(
        &self,
        write: &Write,
        editor: &Can<of::PipelineWrite>,
        pipeline: Uuid,
        id: Uuid,
    ) -> Result<(String, Recorded)> {
        let project = editor.project().id;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        let credential =
            write.grants(project).delete(pipeline, id).await?.ok_or(Error::NotFound)?;
        let name = write.credentials(project).subject(credential).await?.map(|found| found.name);
        let name = name.unwrap_or_default();
        // There may be another grant of the same credential.
        let sentence = format!("The grant of {name} to {} was revoked.", subject.name);
        let of = Subject { id: credential, name };
        Ok((sentence, self.record_revoked(write, (project, editor), subject, of).await?))
    }

    /// Writes down that a grant of the credential was revoked.
    pub(in crate::vault) async fn record_revoked(
        &self,
        write: &Write,
        (project, by): (Uuid, &impl Acts),
        pipeline: Subject,
        Subject { id: credential, name }: Subject,
    ) -> Result<Recorded> {
        let detail = Detail::Grant {
            credential,
            name,
            intent: None,
            until: None,
            reason: None,
            changes: Vec::new(),
        };
        let what = (Action::GrantDeleted, pipeline, detail);
        self.record_event(write, project, by, what).await
    }

    /// The credentials that were ticked, each with what it is granted for.
    pub(super) async fn chosen(
        &self,
        write: &Write,
        granter: &Granter,
        ids: &[String],
        intent: &str,
    ) -> Result<Vec<(Credential, Access)>> {
        // The first line of the form's list, by which nothing is chosen yet.
        let ids = ids.iter().filter(|id| !id.is_empty()).cloned();
        if intent == OWN_ACCESS {
            let wanted = ids.map(|id| (id, Access::Pull)).collect();
            let chosen = self.chosen_for(write, granter, wanted).await?;
            let own = |(credential, _): (Credential, Access)| {
                let access = credential.summary.access;
                (credential, access)
            };
            return Ok(chosen.into_iter().map(own).collect());
        }
        let Some(intent) = Access::from_word(intent) else {
            return Err(Error::at("intent", CHOOSE_INTENT));
        };
        let wanted = ids.map(|id| (id, intent)).collect();
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
            reason: None,
            changes: Vec::new(),
        };
        let row = GrantRow {
            id: Uuid::now_v7(),
            pipeline_id: pipeline.id,
            credential_id: credential.summary.id,
            terms: Terms { needs_approval, approval: None, rejected_at: None, ..terms },
            granted_by: Some(granter.person().id),
            created_at: now().0,
            created_by: granter.person().name.clone(),
            revision: 0,
        };
        write.grants(project).insert(row).await.map_err(|error| {
            let sentence =
                "The pipeline already has a grant for this credential with this access. Edit that grant, or revoke it first.";
            unless_taken(error, Error::at("credentials", sentence))
        })?;
        let what = (Action::GrantCreated, pipeline.clone(), detail);
        let recorded = self.record_event(write, project, granter, what).await?;
        Ok((needs_approval, recorded))
    }
}

/// What is wrong with the form of a new grant to this pipeline, if one was chosen: all that can be said
/// before anything is read.
pub fn problems_of_grant(pipeline: Option<Uuid>, form: &GrantForm) -> Vec<FieldError> {
    let mut problems = Vec::new();
    if pipeline.is_none() {
        problems.push(FieldError::new("pipeline", "Choose a pipeline."));
    }
    problems.extend(none_chosen(form));
    if form.intent != OWN_ACCESS && Access::from_word(&form.intent).is_none() {
        problems.push(FieldError::new("intent", CHOOSE_INTENT));
    }
    problems.extend(terms::read(form).err().unwrap_or_default());
    problems
}

/// What is said when the form names no credential.
fn none_chosen(form: &GrantForm) -> Option<FieldError> {
    let is_none = form.credentials.iter().all(String::is_empty);
    is_none.then(|| FieldError::new("credentials", CHOOSE_CREDENTIAL))
}

/// What a pipeline can do with the credentials: "pull and push with ghcr-push".
fn can_now(chosen: &[(Credential, Access)]) -> String {
    let can = |of: Access, verb: &str| {
        let of = chosen.iter().filter(|(_, intent)| *intent == of);
        let names: Vec<&str> = of.map(|(credential, _)| credential.summary.name.as_str()).collect();
        (!names.is_empty()).then(|| format!("{verb} with {}", named(&names)))
    };
    let parts = [can(Access::Pull, "pull"), can(Access::PullAndPush, "pull and push")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", and ")
}
