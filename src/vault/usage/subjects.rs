//! What a page of usage is about: some registries, credentials or pipelines, and after the last of them those
//! that were deleted, whose figures stay.

use crate::domain::usage::{PAGE_ROWS, UsageQuery, UsageView};
use crate::error::Result;
use crate::store::{UsageOf, UsedCredential};
use crate::vault::Vault;
use std::collections::HashMap;
use uuid::Uuid;

/// Credentials of the registries of a page, at most.
const ON_HOSTS: u64 = 200;
/// How a place among what was deleted begins: no host and no name begins so.
const DELETED: &str = " ";

/// What a page is about, in its order.
pub(super) struct Subjects {
    pub(super) of: UsageOf,
    pub(super) credentials: Vec<UsedCredential>,
    /// The pipelines by their ids, where those are what is listed.
    pub(super) pipelines: Vec<(Uuid, String)>,
    /// Whether there are more credentials than were read.
    pub(super) is_cut: bool,
    /// The place after which the next page begins.
    pub(super) next: Option<String>,
}

impl Vault {
    pub(super) async fn usage_subjects(
        &self,
        project: Uuid,
        query: &UsageQuery,
    ) -> Result<Subjects> {
        let after = query.after.as_deref().unwrap_or_default();
        let most = PAGE_ROWS as u64 + 1;
        let (credentials, pipelines) =
            (self.store.credentials(project), self.store.pipelines(project));
        let mut subjects = match (query.view, deleted(after)) {
            (UsageView::Pipeline, Some(_)) => Subjects::of(UsageOf::Pipelines(Vec::new())),
            (_, Some(_)) => Subjects::of(UsageOf::Credentials(Vec::new())),
            (UsageView::Registry, None) => {
                let mut hosts = credentials.hosts_after(after, most).await?;
                let next = cut(&mut hosts).then(|| hosts.last().cloned()).flatten();
                let found = credentials.used_on(&hosts, ON_HOSTS + 1).await?;
                Subjects::of_credentials(found, next)
            }
            (UsageView::Credential, None) => {
                let mut found = credentials.used_after(after, most).await?;
                let has_more = cut(&mut found);
                let next = found.last().filter(|_| has_more).map(|one| one.name_key.clone());
                Subjects::of_credentials(found, next)
            }
            (UsageView::Pipeline, None) => {
                let mut found = pipelines.used_after(after, most).await?;
                let has_more = cut(&mut found);
                let next = found.last().filter(|_| has_more).map(|one| one.name_key.clone());
                let ids = found.iter().map(|one| one.id).collect();
                let pipelines = found.into_iter().map(|one| (one.id, one.name)).collect();
                Subjects { pipelines, next, ..Subjects::of(UsageOf::Pipelines(ids)) }
            }
        };
        if subjects.next.is_none() {
            let after = deleted(after).unwrap_or_default();
            let gone = match query.view {
                UsageView::Pipeline => pipelines.used_gone(after, most).await?,
                UsageView::Registry | UsageView::Credential => {
                    credentials.used_gone(after, most).await?
                }
            };
            subjects.add_deleted(gone);
        }
        Ok(subjects)
    }
}

/// The deleted one that the place names; `None` for a place among those that are there.
fn deleted(place: &str) -> Option<Uuid> {
    place.strip_prefix(DELETED).map(|id| Uuid::parse_str(id).unwrap_or_default())
}

/// Leaves the rows of a page; whether there were more.
fn cut<T>(rows: &mut Vec<T>) -> bool {
    let has_more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    has_more
}

impl Subjects {
    fn of(of: UsageOf) -> Self {
        Self { of, credentials: Vec::new(), pipelines: Vec::new(), is_cut: false, next: None }
    }

    fn of_credentials(mut credentials: Vec<UsedCredential>, next: Option<String>) -> Self {
        let most = usize::try_from(ON_HOSTS).unwrap_or(usize::MAX);
        let is_cut = credentials.len() > most;
        credentials.truncate(most);
        let of = UsageOf::Credentials(credentials.iter().map(|one| one.id).collect());
        Self { credentials, is_cut, next, ..Self::of(of) }
    }

    /// They come after the last that is there.
    fn add_deleted(&mut self, mut gone: Vec<Uuid>) {
        let has_more = cut(&mut gone);
        self.next = gone.last().filter(|_| has_more).map(|id| format!("{DELETED}{id}"));
        match &mut self.of {
            UsageOf::Credentials(ids) | UsageOf::Pipelines(ids) => ids.extend(gone),
        }
    }

    /// Where each stands on the page.
    pub(super) fn order(&self) -> HashMap<Uuid, usize> {
        self.of.ids().iter().enumerate().map(|(place, id)| (*id, place)).collect()
    }
}
