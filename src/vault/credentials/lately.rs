//! Who received a credential lately, what for, and whose files name it: what somebody has to know before
//! they take it away, replace it or narrow it.

use super::switched::at_most_a_page;
use crate::domain::actor::Can;
use crate::domain::credential::{Credential, CredentialSettings, Dependent, Summary};
use crate::domain::credential_page::{Declared, Lately};
use crate::domain::matching::is_within;
use crate::domain::narrowing::{Reach, questions};
use crate::domain::permission::of;
use crate::error::{FieldError, Result};
use crate::store::{NamedIn, Write};
use crate::vault::{Vault, now};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Pipelines whose files are looked at.
const DECLARING: usize = 100;

impl Vault {
    /// The pipelines that received it lately, by name.
    pub(super) async fn received_lately(&self, project: Uuid, id: Uuid) -> Result<Vec<Lately>> {
        Ok(self.store.receipts(project).lately(id, now()).await?)
    }

    /// Whether somebody would feel it at once when it is disabled.
    pub async fn is_in_use(&self, editor: &Can<of::RegistryWrite>, id: Uuid) -> Result<bool> {
        self.is_any_in_use(editor, &BTreeSet::from([id])).await
    }

    /// The same of any of several.
    ///
    /// # Errors
    /// `BadRequest` for too many.
    pub async fn is_any_in_use(
        &self,
        editor: &Can<of::RegistryWrite>,
        ids: &BTreeSet<Uuid>,
    ) -> Result<bool> {
        at_most_a_page(ids)?;
        let project = editor.project().id;
        let enabled = self.found(project, ids).await?.into_iter();
        let enabled: Vec<Credential> = enabled.filter(is_enabled).collect();
        if !self.received_among(project, &enabled).await?.is_empty() {
            return Ok(true);
        }
        for credential in &enabled {
            let (_, declared) = self.dependents_of(project, &credential.summary).await?;
            if !declared.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Those of them that the project has.
    pub(super) async fn found(
        &self,
        project: Uuid,
        ids: &BTreeSet<Uuid>,
    ) -> Result<Vec<Credential>> {
        let mut found = Vec::new();
        for id in ids {
            found.extend(self.store.credentials(project).find(*id).await?);
        }
        Ok(found)
    }

    /// Which of them some pipeline received lately.
    pub(super) async fn received_among(
        &self,
        project: Uuid,
        credentials: &[Credential],
    ) -> Result<BTreeSet<Uuid>> {
        let ids = credentials.iter().map(|one| one.summary.id).collect();
        Ok(self.store.receipts(project).received_among(ids, now()).await?)
    }

    /// What is asked about a save that lets the credential reach less: who would feel it.
    pub(super) async fn narrowed(
        &self,
        project: Uuid,
        stored: &Credential,
        settings: &CredentialSettings,
    ) -> Result<Vec<FieldError>> {
        let Some(reaches) = narrowing(stored, settings) else { return Ok(Vec::new()) };
        let (receipts, id) = (self.store.receipts(project), stored.summary.id);
        let (lately, images) =
            (receipts.lately(id, now()).await?, receipts.images_lately(id, now()).await?);
        Ok(questions(reaches, &lately, &images))
    }

    /// The same in the transaction that saves, which asks for no other connection.
    pub(super) async fn narrowed_in(
        &self,
        write: &Write,
        project: Uuid,
        stored: &Credential,
        settings: &CredentialSettings,
    ) -> Result<Vec<FieldError>> {
        let Some(reaches) = narrowing(stored, settings) else { return Ok(Vec::new()) };
        let (receipts, id) = (write.receipts(project), stored.summary.id);
        let (lately, images) =
            (receipts.lately(id, now()).await?, receipts.images_lately(id, now()).await?);
        Ok(questions(reaches, &lately, &images))
    }

    /// The pipelines that depend on it, and which of them have files that name it.
    pub(super) async fn dependents_of(
        &self,
        project: Uuid,
        credential: &Summary,
    ) -> Result<(Vec<Dependent>, Vec<Declared>)> {
        let dependents = self.store.credentials(project).dependents(credential.id).await?;
        let declared = self.declaring(project, credential, &dependents).await?;
        Ok((dependents, declared))
    }

    /// Which of these pipelines have files that name something that the credential is for, by name.
    async fn declaring(
        &self,
        project: Uuid,
        credential: &Summary,
        dependents: &[Dependent],
    ) -> Result<Vec<Declared>> {
        let ids: Vec<Uuid> = dependents.iter().take(DECLARING).map(|one| one.pipeline_id).collect();
        let named = self.store.definitions(project).naming(&ids, credential.host.as_str()).await?;
        let is_for = |one: &NamedIn| {
            one.repository.as_deref().is_none_or(|path| is_within(&credential.paths, path))
        };
        let mut files: BTreeMap<Uuid, BTreeSet<String>> = BTreeMap::new();
        for one in named.into_iter().filter(is_for) {
            files.entry(one.pipeline_id).or_default().insert(one.path);
        }
        let mut declared: Vec<Declared> = dependents
            .iter()
            .filter_map(|one| {
                let files = files.remove(&one.pipeline_id)?.into_iter().collect();
                let (pipeline_id, pipeline) = (one.pipeline_id, one.pipeline.clone());
                Some(Declared { pipeline_id, pipeline, files })
            })
            .collect();
        declared.sort_by(|one, other| one.pipeline.cmp(&other.pipeline));
        Ok(declared)
    }
}

pub(super) fn is_enabled(credential: &Credential) -> bool {
    credential.summary.disabled_at.is_none()
}

/// What it reaches before and after, if that is less.
fn narrowing<'a>(
    stored: &'a Credential,
    settings: &'a CredentialSettings,
) -> Option<(Reach<'a>, Reach<'a>)> {
    let before = Reach { access: stored.summary.access, paths: &stored.summary.paths };
    let after = Reach { access: settings.access, paths: &settings.paths };
    before.is_narrowed_to(after).then_some((before, after))
}
