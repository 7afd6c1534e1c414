//! Usage: who received what of which registries, by registry, credential or pipeline. Nothing of it reads
//! receipts one by one: see `store::receipts::usage`.

mod subjects;

use super::{Vault, now};
use crate::domain::actor::Can;
use crate::domain::audit::{AuditEvent, Detail};
use crate::domain::credential::Access;
use crate::domain::moment::Moment;
use crate::domain::permission::of;
use crate::domain::usage::{
    DRAWN, Figures, Named, PAIRS, UsagePage, UsageQuery, UsageRow, UsageView,
};
use crate::error::Result;
use crate::store::{Pair, PairKnown, Usage, UsedCredential};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use subjects::Subjects;
use uuid::Uuid;

/// What is known of the pairs of a page.
struct Known {
    usage: Usage,
    grants: HashMap<Pair, Access>,
    before: HashMap<Pair, PairKnown>,
    credentials: HashMap<Uuid, UsedCredential>,
    pipelines: HashMap<Uuid, String>,
    /// Of what was deleted the event that says so: it has the name, and the host of a credential.
    gone: HashMap<Uuid, AuditEvent>,
}

impl Vault {
    /// A page of the usage of the project's registries, credentials or pipelines, in the window that is
    /// asked for. A pair is listed when something was delivered or refused in it, or is granted, or was
    /// ever delivered.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn usage(
        &self,
        reader: &Can<of::RegistryRead>,
        query: &UsageQuery,
    ) -> Result<UsagePage> {
        let project = reader.project().id;
        let today = now().day_number();
        let first = query.window.first_day(today);
        let drawn = first.unwrap_or(i64::MIN).max(today - (DRAWN - 1));
        let subjects = self.usage_subjects(project, query).await?;
        let window = (first.unwrap_or(i64::MIN), drawn);
        let known = self.usage_known(project, &subjects, window).await?;
        let mut rows: Vec<UsageRow> =
            known.pairs().into_iter().map(|pair| known.row(pair, (drawn, today))).collect();
        let order = subjects.order();
        rows.sort_by_cached_key(|row| sort_key(row, query.view, &order));
        let is_cut = subjects.is_cut || rows.len() > PAIRS;
        rows.truncate(PAIRS);
        Ok(UsagePage {
            rows,
            since: first.map(Moment::of_day),
            drawn_since: Moment::of_day(drawn),
            figures_until: self.figures_until(project).await?,
            is_behind: known.usage.is_behind,
            is_cut,
            next: subjects.next.map(|place| query.after(place)),
        })
    }

    /// The job: adds the receipts of every project to their days, however many there are.
    pub async fn add_up_usage(&self) -> Result<()> {
        for entry in self.store.projects().list().await? {
            self.store.add_up_receipts(entry.project.id).await?;
        }
        Ok(())
    }

    async fn usage_known(
        &self,
        project: Uuid,
        subjects: &Subjects,
        window: (i64, i64),
    ) -> Result<Known> {
        let (receipts, of) = (self.store.receipts(project), &subjects.of);
        let usage = receipts.usage(of, window).await?;
        let mut grants: HashMap<Pair, Access> = HashMap::new();
        for (pair, access) in self.store.grants(project).of_pairs(of).await? {
            // Of two grants the wider one is told.
            let held = grants.entry(pair).or_insert(access);
            if !held.satisfies(access) {
                *held = access;
            }
        }
        let before = receipts.pairs_known(of).await?.into_iter();
        let before: HashMap<Pair, PairKnown> =
            before.map(|one| ((one.credential_id, one.pipeline_id), one)).collect();
        let mut known = Known {
            usage,
            grants,
            before,
            credentials: HashMap::new(),
            pipelines: HashMap::new(),
            gone: HashMap::new(),
        };
        let pairs = known.pairs();
        let (credentials, pipelines): (BTreeSet<Uuid>, BTreeSet<Uuid>) =
            pairs.iter().copied().unzip();
        let listed = if subjects.credentials.is_empty() {
            let ids = credentials.iter().copied().filter(|id| !id.is_nil()).collect();
            self.store.credentials(project).used_of(ids).await?
        } else {
            subjects.credentials.clone()
        };
        known.credentials = listed.into_iter().map(|one| (one.id, one)).collect();
        known.pipelines = if subjects.pipelines.is_empty() {
            let ids = pipelines.iter().copied().collect();
            self.store.pipelines(project).names(ids).await?
        } else {
            subjects.pipelines.iter().cloned().collect()
        };
        let is_there = |id: &Uuid| {
            id.is_nil() || known.credentials.contains_key(id) || known.pipelines.contains_key(id)
        };
        let gone = credentials.into_iter().chain(pipelines).filter(|id| !is_there(id)).collect();
        known.gone = self.store.chain().deletions(project, gone).await?;
        Ok(known)
    }
}

/// Rows of one stand together, in the order of the page; within them those of the other side by name.
/// Those of a registry are together since its credentials are.
fn sort_key(
    row: &UsageRow,
    view: UsageView,
    order: &HashMap<Uuid, usize>,
) -> (usize, Option<String>, Uuid) {
    let (credential, pipeline) = (row.credential.as_ref(), &row.pipeline);
    let (first, second) = match view {
        UsageView::Registry | UsageView::Credential => {
            (credential.map(|one| one.id), Some(pipeline))
        }
        UsageView::Pipeline => (Some(pipeline.id), credential),
    };
    let place = first.and_then(|id| order.get(&id)).copied().unwrap_or(usize::MAX);
    let name = second.and_then(|one| one.name.clone());
    (place, name, second.map_or_else(Uuid::nil, |one| one.id))
}

impl Known {
    /// Every pair, each once.
    fn pairs(&self) -> Vec<Pair> {
        let known = self.usage.pairs.keys().chain(self.grants.keys()).chain(self.before.keys());
        known.copied().collect::<BTreeSet<Pair>>().into_iter().collect()
    }

    fn row(&self, pair: Pair, drawn: (i64, i64)) -> UsageRow {
        let (credential_id, pipeline_id) = pair;
        let (figures, days) = self.usage.pairs.get(&pair).cloned().unwrap_or_default();
        let before = self.before.get(&pair);
        let found = self.credentials.get(&credential_id);
        let credential = Named {
            id: credential_id,
            name: found.map(|one| one.name.clone()).or_else(|| self.gone_name(credential_id)),
            is_there: found.is_some(),
        };
        let name = self.pipelines.get(&pipeline_id);
        let pipeline = Named {
            id: pipeline_id,
            name: name
                .cloned()
                .or_else(|| before.map(|one| one.pipeline.clone()))
                .or_else(|| self.gone_name(pipeline_id)),
            is_there: name.is_some(),
        };
        UsageRow {
            credential: (!credential_id.is_nil()).then_some(credential),
            pipeline,
            host: found.map(|one| one.host.clone()).or_else(|| self.gone_host(credential_id)),
            granted: self.grants.get(&pair).copied(),
            current_version: found.map(|one| one.secret_version),
            last_ever: last_ever(&figures, before),
            last_version: last_version(&figures, before),
            days: drawn_days(&days, drawn),
            figures,
        }
    }

    fn gone_name(&self, id: Uuid) -> Option<String> {
        self.gone.get(&id).map(|event| event.subject.clone())
    }

    fn gone_host(&self, credential: Uuid) -> Option<String> {
        match &self.gone.get(&credential)?.detail {
            Detail::Registry(host) => Some(host.clone()),
            _ => None,
        }
    }
}

/// The later of what the window has and of what was counted of all time, which may be behind it.
fn last_ever(figures: &Figures, before: Option<&PairKnown>) -> Option<Moment> {
    figures.last_at.max(before.map(|one| Moment(one.last_at)))
}

/// The version of the last delivery, unless there was one since that was counted.
fn last_version(figures: &Figures, before: Option<&PairKnown>) -> Option<i64> {
    let is_last = |one: &&PairKnown| figures.last_at.is_none_or(|last| last.0 <= one.last_at);
    before.filter(is_last).map(|one| one.last_version)
}

/// The deliveries of each day that is drawn. What a clock that was ahead dated later than today is of
/// today.
fn drawn_days(days: &BTreeMap<i64, i64>, (first, today): (i64, i64)) -> Vec<i64> {
    let mut drawn: Vec<i64> =
        (first..=today).map(|day| days.get(&day).copied().unwrap_or(0)).collect();
    let ahead: i64 = days.range(today + 1..).map(|(_, times)| times).sum();
    if let Some(last) = drawn.last_mut() {
        *last += ahead;
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_drawn_and_what_is_dated_later_is_of_today() {
        let days = BTreeMap::from([(3, 5), (5, 1), (6, 2), (9, 4)]);
        assert_eq!(drawn_days(&days, (3, 6)), [5, 0, 1, 6]);
        assert_eq!(drawn_days(&BTreeMap::new(), (3, 4)), [0, 0]);
    }
}
