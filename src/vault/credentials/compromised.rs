//! A credential whose secret others may know: it is disabled and marked at once, and what is done about it
//! is read from the facts.

use super::secret_input::ReadSecret;
use super::versions::LOOKED_AT;
use crate::domain::actor::Can;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::compromise::{CompromisePage, Received, steps};
use crate::domain::credential::{Credential, Dependent};
use crate::domain::credential_page::CredentialHead;
use crate::domain::moment::Moment;
use crate::domain::permission::of;
use crate::error::{Error, FieldError, Result};
use crate::store::{CredentialChanges, Set, VersionsReceived, Write};
use crate::vault::keys::fingerprint_of;
use crate::vault::{Vault, now};
use std::collections::HashMap;
use uuid::Uuid;

impl Vault {
    /// Who was handed which version of its secret, and, once it is marked, what is done about it.
    pub async fn credential_compromise(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
    ) -> Result<(CredentialHead, CompromisePage)> {
        let project = reader.project().id;
        self.count_receipts(project).await;
        let head = self.credential_head(reader, id).await?;
        let credential = &head.credential;
        let (received, is_behind) = self.store.receipts(project).versions_received(id).await?;
        let dependents = self.store.credentials(project).dependents(id).await?;
        let (same_secret, steps) = match &credential.compromised {
            Some(mark) => {
                let secrets = self.store.secrets(project);
                let current = credential.secret.version;
                let versions = secrets.versions(id, current, LOOKED_AT).await?;
                // Also those that are meant to be the same: whoever has one has all.
                let others = secrets.same_as_up_to(id, mark.version).await?;
                let others: Vec<(Uuid, String)> =
                    others.into_iter().map(|other| (other.id, other.name)).collect();
                let had = (dependents.as_slice(), is_behind);
                let steps = steps(credential, mark, &versions, had, &others);
                (others, steps)
            }
            None => (Vec::new(), Vec::new()),
        };
        let ids = received.iter().map(|row| row.pipeline_id);
        let names = self.store.pipelines(project).names(ids.collect()).await?;
        let existing = names.keys().copied().collect();
        let received = by_name(received, &dependents, &names);
        Ok((head, CompromisePage { received, existing, same_secret, steps, is_behind }))
    }

    /// Stops deliveries and marks it, in one transaction; gives its name. No version that is stored now
    /// is delivered again. Doing it twice changes nothing.
    pub async fn mark_compromised(
        &self,
        editor: &Can<of::RegistryWrite>,
        id: Uuid,
    ) -> Result<String> {
        let project = editor.project().id;
        let write = self.write_in(project).await?;
        let found = write.credentials(project).lock(id).await?.ok_or(Error::NotFound)?;
        let name = found.summary.name.clone();
        if found.summary.is_compromised {
            return Ok(name);
        }
        let newest = write.secrets(project).newest(id).await?;
        let (at, by) = (now(), editor.person().name.clone());
        let disabled_at = found.summary.disabled_at.unwrap_or(at);
        let row = CredentialChanges {
            disabled_at: Set(Some(disabled_at.0)),
            compromised_at: Set(Some(at.0)),
            compromised_by: Set(Some(by.clone())),
            compromised_version: Set(Some(newest)),
            revision: Set(found.revision + 1),
            updated_at: Set(at.0),
            updated_by: Set(by),
            ..CredentialChanges::default()
        };
        write.credentials(project).update(id, row).await?;
        let subject = Subject { id, name: name.clone() };
        let detail = Detail::Version(found.secret.version);
        let what = (Action::CredentialCompromised, subject, detail);
        self.commit_event(write, project, editor, what).await?;
        Ok(name)
    }

    /// The refusal of a secret that was stored before the credential was marked, as far as it is stored
    /// still and may be compared: saved once more it would be a version that nobody knows of.
    pub(super) async fn known_to_others(
        &self,
        write: &Write,
        project: Uuid,
        stored: &Credential,
        (field, read): (&str, Option<&ReadSecret>),
    ) -> Result<Option<FieldError>> {
        let (Some(mark), Some(read)) = (&stored.compromised, read) else { return Ok(None) };
        if !self.may_compare(project) {
            return Ok(None);
        }
        let typed = fingerprint_of(&self.keys.ring(), project, read.secret.expose());
        if !write.secrets(project).had(stored.summary.id, mark.version, typed).await? {
            return Ok(None);
        }
        self.was_the_same(project);
        let message = "Others may know this secret: it was stored before the credential was marked as compromised. Create a new one at the registry and enter it.";
        Ok(Some(FieldError::new(field, message)))
    }
}

/// Why it may not be delivered again, if its secret is one that others may know.
pub(super) fn refusal_to_enable(credential: &Credential) -> Option<Error> {
    let summary = &credential.summary;
    summary.is_compromised.then(|| {
        Error::Conflict(format!(
            "{} is marked as compromised. Replace its secret first, then enable it. Nothing was changed.",
            summary.name
        ))
    })
}

/// Whether the audit says that it was marked and its row does not: nothing but that keeps its secret back.
pub(super) async fn lost_its_mark(
    write: &Write,
    project: Uuid,
    credential: &Credential,
) -> Result<bool> {
    let id = credential.summary.id;
    let marked = write.chain().last_about(project, id, Action::CredentialCompromised).await?;
    let Some(Detail::Version(version)) = marked.map(|event| event.detail) else {
        return Ok(false);
    };
    Ok(!credential.compromised.as_ref().is_some_and(|mark| mark.is_of(version)))
}

/// The same with the names of the pipelines, by name. Of those that no longer exist the last one is known.
fn by_name(
    received: Vec<VersionsReceived>,
    dependents: &[Dependent],
    names: &HashMap<Uuid, String>,
) -> Vec<Received> {
    let last: HashMap<Uuid, &String> =
        dependents.iter().map(|one| (one.pipeline_id, &one.pipeline)).collect();
    let name = |id: &Uuid| names.get(id).or_else(|| last.get(id).copied());
    let mut all: Vec<Received> = received
        .into_iter()
        .map(|row| Received {
            pipeline_id: row.pipeline_id,
            pipeline: name(&row.pipeline_id).cloned().unwrap_or_default(),
            versions: (row.first_version, row.last_version),
            times: row.times,
            first_at: Moment(row.first_at),
            last_at: Moment(row.last_at),
        })
        .collect();
    all.sort_by(|one, other| {
        (&one.pipeline, one.pipeline_id, one.versions).cmp(&(
            &other.pipeline,
            other.pipeline_id,
            other.versions,
        ))
    });
    all
}
