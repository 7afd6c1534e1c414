//! What the forms list that grant: some of the project's credentials, or of its pipelines.

use crate::domain::actor::Can;
use crate::domain::choosing::{CHOSEN_MAX, Choices, LISTED, Lost, Sought, one_after_the_other};
use crate::domain::credential::Access;
use crate::domain::listing::ListQuery;
use crate::domain::permission::of;
use crate::domain::pipeline::{Grant, Grantable, PipelinePage};
use crate::error::Result;
use crate::vault::{Vault, names, today};
use std::collections::{BTreeMap, BTreeSet};
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
            let most = LISTED + 1;
            let others = pipelines.choices((&plain, &folded), most as u64).await?;
            // Of many that have the words somewhere, the one that is called so is not left out.
            let mut first = match folded.as_str() {
                "" => Vec::new(),
                folded => pipelines.named_from(folded, most).await?,
            };
            first.sort_by_key(|(_, name)| names::fold(name) != folded);
            one_after_the_other(first, others, |(id, _)| *id)
        };
        let listed = Choices::of(rows);
        let is_beyond = |id: &Uuid| listed.rows.iter().all(|(other, _)| other != id);
        let beyond: Vec<Uuid> = chosen.into_iter().filter(is_beyond).collect();
        let asked = beyond.len();
        let beyond = pipelines.names(beyond).await?;
        let lost = Lost { count: asked - beyond.len(), ..Lost::default() };
        Ok(Choices { lost, ..listed.with_chosen(beyond.into_iter().collect()) })
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
        let mut own: BTreeMap<Uuid, usize> = BTreeMap::new();
        for grant in held {
            *own.entry(grant.credential_id).or_default() += 1;
        }
        let is_left = |one: &Grantable| {
            let times = own.get(&one.id).copied().unwrap_or_default();
            times < if one.access == Access::Pull { 1 } else { 2 }
        };
        let most = LISTED + 1 + own.len();
        let query = ListQuery { search: search.words(), ..ListQuery::default() };
        let found = credentials.search(names::searched(&query.search)).await?;
        let others = credentials.choices(&query, &found, today(), most as u64).await?;
        let folded = names::fold(&query.search);
        let mut first = match folded.as_str() {
            "" => Vec::new(),
            folded => credentials.named_from(folded, most).await?,
        };
        first.sort_by_key(|one| names::fold(&one.name) != folded);
        let mut rows = one_after_the_other(first, others, |one| one.id);
        rows.retain(is_left);
        let listed = Choices::of(rows);
        let ids: BTreeSet<Uuid> =
            chosen.iter().filter_map(|id| Uuid::parse_str(id).ok()).take(CHOSEN_MAX).collect();
        let here: BTreeSet<Uuid> = listed.rows.iter().map(|one| one.id).collect();
        let mut lost: BTreeSet<Uuid> = ids.difference(&here).copied().collect();
        let mut beyond = credentials.grantable_of(lost.iter().copied().collect()).await?;
        for one in &beyond {
            lost.remove(&one.id);
        }
        beyond.sort_by(|one, other| one.name.cmp(&other.name));
        let (beyond, held): (Vec<Grantable>, Vec<Grantable>) =
            beyond.into_iter().partition(is_left);
        let unfit = held.into_iter().map(|one| one.name).collect();
        let count = lost.len();
        let mut names = credentials.names(lost.into_iter().collect()).await?;
        names.sort();
        Ok(Choices { lost: Lost { count, names, unfit }, ..listed.with_chosen(beyond) })
    }
}
