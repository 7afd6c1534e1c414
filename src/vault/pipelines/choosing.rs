//! What the forms list that grant: some of the project's credentials, or of its pipelines.

use crate::domain::actor::Can;
use crate::domain::choosing::{Choices, LISTED, Sought};
use crate::domain::credential::Access;
use crate::domain::grant::CREDENTIALS_MAX;
use crate::domain::listing::ListQuery;
use crate::domain::permission::of;
use crate::domain::pipeline::{Grant, Grantable, PipelinePage};
use crate::error::Result;
use crate::vault::{Vault, names, today};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Vault {
    /// The credentials that can be granted to a new pipeline: those that the search finds, or the first
    /// ones, and those with the ids in `chosen` whatever it finds.
    pub async fn list_grantable(
        &self,
        reader: &Can<of::PipelineRead>,
        search: &Sought,
        chosen: &[String],
    ) -> Result<Choices<Grantable>> {
        self.grantable_beside(reader.project().id, &[], search, chosen).await
    }

    /// The page of a pipeline, with the same for one more grant of it.
    ///
    /// # Errors
    /// `NotFound` when the project has no such pipeline.
    pub async fn pipeline_page_to_grant(
        &self,
        reader: &Can<of::PipelineRead>,
        id: Uuid,
        (search, chosen): (&Sought, &[String]),
    ) -> Result<(PipelinePage, Choices<Grantable>)> {
        let page = self.pipeline_page(reader, id).await?;
        let held = &page.pipeline.grants;
        let listed = self.grantable_beside(reader.project().id, held, search, chosen).await?;
        Ok((page, listed))
    }

    /// The pipelines to choose one of: those that the search finds, or the first ones, and `chosen`
    /// whatever it finds.
    pub async fn pipeline_choices(
        &self,
        reader: &Can<of::PipelineRead>,
        search: &Sought,
        chosen: Option<Uuid>,
    ) -> Result<Choices<(Uuid, String)>> {
        self.pipelines_listed(reader.project().id, search, chosen).await
    }

    pub(in crate::vault) async fn pipelines_listed(
        &self,
        project: Uuid,
        search: &Sought,
        chosen: Option<Uuid>,
    ) -> Result<Choices<(Uuid, String)>> {
        let pipelines = self.store.pipelines(project);
        let words = search.words();
        let (plain, folded) = (names::searched(&words), names::fold(&words));
        // A mark without its letter is in no text.
        let is_in_vain = plain.is_empty() && !words.is_empty();
        let rows = if is_in_vain {
            Vec::new()
        } else {
            pipelines.choices((&plain, &folded), LISTED as u64 + 1).await?
        };
        let listed = Choices::of(rows);
        let is_beyond = |id: &Uuid| listed.rows.iter().all(|(other, _)| other != id);
        let beyond: Vec<Uuid> = chosen.into_iter().filter(is_beyond).collect();
        let beyond = pipelines.names(beyond).await?;
        Ok(listed.with_chosen(beyond.into_iter().collect()))
    }

    /// Without those that a pipeline with these grants holds for all that they allow.
    async fn grantable_beside(
        &self,
        project: Uuid,
        held: &[Grant],
        search: &Sought,
        chosen: &[String],
    ) -> Result<Choices<Grantable>> {
        let credentials = self.store.credentials(project);
        // Once to pull and once to push is all there can be.
        let is_left = |one: &Grantable| {
            let times = held.iter().filter(|grant| grant.credential_id == one.id).count();
            times < if one.access == Access::Pull { 1 } else { 2 }
        };
        let own: BTreeSet<Uuid> = held.iter().map(|grant| grant.credential_id).collect();
        let most = (LISTED + 1 + own.len()) as u64;
        let query = ListQuery { search: search.words(), ..ListQuery::default() };
        let found = credentials.search(names::searched(&query.search)).await?;
        let mut rows = credentials.choices(&query, &found, today(), most).await?;
        rows.retain(is_left);
        let listed = Choices::of(rows);
        let ids: BTreeSet<Uuid> =
            chosen.iter().filter_map(|id| Uuid::parse_str(id).ok()).take(CREDENTIALS_MAX).collect();
        let is_beyond = |id: &Uuid| listed.rows.iter().all(|other| other.id != *id);
        let beyond: Vec<Uuid> = ids.into_iter().filter(is_beyond).collect();
        let mut beyond = credentials.grantable_of(beyond).await?;
        beyond.retain(is_left);
        beyond.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(listed.with_chosen(beyond))
    }
}
