//! Who received a credential lately, what for, and whose files name it: what somebody has to know before
//! they take it away, replace it or narrow it.

use crate::domain::credential::{Credential, CredentialSettings, Dependent, Summary};
use crate::domain::credential_page::{Declared, Lately};
use crate::domain::delivery::Outcome;
use crate::domain::matching::is_within;
use crate::domain::moment::{DAY_MS, Moment};
use crate::domain::narrowing::{Image, LATELY, Reach, questions};
use crate::error::{FieldError, Result};
use crate::store::{NamedIn, UsageOf};
use crate::vault::{Vault, now};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Receipts that are looked at for their images, of the newest.
const LOOKED_AT: u64 = 250;
/// Pipelines whose files are looked at.
const DECLARING: usize = 100;

impl Vault {
    /// The pipelines that received it lately, by name.
    pub(in crate::vault) async fn received_lately(
        &self,
        project: Uuid,
        id: Uuid,
    ) -> Result<Vec<Lately>> {
        let (receipts, of) = (self.store.receipts(project), UsageOf::Credentials(vec![id]));
        let today = now().day_number();
        let usage = receipts.usage(&of, (today - (LATELY - 1), today)).await?;
        let found: Vec<(Uuid, i64, i64)> = usage
            .pairs
            .iter()
            .filter(|(_, (figures, _))| figures.delivered() > 0)
            .map(|((_, pipeline), (figures, _))| (*pipeline, figures.pulls, figures.pushes))
            .collect();
        if found.is_empty() {
            return Ok(Vec::new());
        }
        // Of one that was deleted since, the name that it had.
        let known = receipts.pairs_known(&of).await?.into_iter();
        let mut names: BTreeMap<Uuid, String> =
            known.map(|pair| (pair.pipeline_id, pair.pipeline)).collect();
        let ids = found.iter().map(|(pipeline, ..)| *pipeline).collect();
        names.extend(self.store.pipelines(project).names(ids).await?);
        let named = |(pipeline_id, pulls, pushes): (Uuid, i64, i64)| {
            let pipeline = names.get(&pipeline_id)?.clone();
            Some(Lately { pipeline_id, pipeline, pulls, pushes })
        };
        let mut lately: Vec<Lately> = found.into_iter().filter_map(named).collect();
        lately.sort_by(|one, other| one.pipeline.cmp(&other.pipeline));
        Ok(lately)
    }

    /// What is asked about a save that lets the credential reach less: who would feel it.
    pub(super) async fn narrowed(
        &self,
        project: Uuid,
        stored: &Credential,
        settings: &CredentialSettings,
    ) -> Result<Vec<FieldError>> {
        let before = Reach { access: stored.summary.access, paths: &stored.summary.paths };
        let after = Reach { access: settings.access, paths: &settings.paths };
        if !before.is_narrowed_to(after) {
            return Ok(Vec::new());
        }
        let id = stored.summary.id;
        let lately = self.received_lately(project, id).await?;
        let images =
            if lately.is_empty() { Vec::new() } else { self.images_lately(project, id).await? };
        Ok(questions((before, after), &lately, &images))
    }

    /// The images that it was delivered for lately.
    async fn images_lately(&self, project: Uuid, id: Uuid) -> Result<Vec<Image>> {
        let since = Moment(now().0 - LATELY * DAY_MS);
        let page = self.store.receipts(project).of_credential(id, None, LOOKED_AT).await?;
        let delivered = page
            .receipts
            .into_iter()
            .filter(|receipt| receipt.outcome == Outcome::Delivered && receipt.at >= since);
        let images: BTreeSet<Image> = delivered
            .filter_map(|receipt| {
                let image = receipt.image?;
                let (_, repository) = image.split_once('/')?;
                Some((receipt.pipeline, repository.to_owned()))
            })
            .collect();
        Ok(images.into_iter().collect())
    }

    /// Which of these pipelines have files that name something that the credential is for, by name.
    pub(super) async fn declaring(
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
