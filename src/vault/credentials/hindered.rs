//! What keeps pipelines from getting on with a credential that was enabled, or of which another version
//! was made current: its secret, or another credential of theirs that serves the same.

use crate::domain::credential::Summary;
use crate::domain::doubt::{Doubt, of_secret};
use crate::domain::matching::named;
use crate::error::Result;
use crate::vault::pipelines::tied;
use crate::vault::{Vault, today};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Pipelines that are looked at. Of more the first ones say enough, and nobody waits for all.
const LOOKED_AT: usize = 200;

/// What is said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hindered {
    /// Whole sentences; none where nothing is in the way.
    pub sentences: Vec<String>,
    /// Whether another secret is what mends the first of them.
    pub is_of_secret: bool,
}

/// The pipelines of which a credential ties with others, and the names of these.
#[derive(Clone, Debug, Default)]
struct Tied {
    /// Those that serve the same, and those that are for other repositories of the registry.
    others: [BTreeSet<String>; 2],
    pipelines: BTreeSet<Uuid>,
    host: String,
}

impl Vault {
    /// What is in the way of the credential as it is stored now. What was done is done, whether or not this
    /// can be read.
    pub(super) async fn hindered(&self, (project, viewer): (Uuid, Uuid), id: Uuid) -> Hindered {
        self.hindrances((project, viewer), id).await.unwrap_or_default()
    }

    async fn hindrances(&self, (project, viewer): (Uuid, Uuid), id: Uuid) -> Result<Hindered> {
        let ids = BTreeSet::from([id]);
        let Some(found) = self.found(project, &ids).await?.pop() else {
            return Ok(Hindered::default());
        };
        let doubts = of_secret(&found.summary, today());
        let is_of_secret = !doubts.is_empty();
        let mut sentences: Vec<String> = doubts.iter().map(Doubt::sentence).collect();
        if let Some(tied) = self.tied_among((project, viewer), &ids).await?.remove(&id) {
            let pipelines = tied.pipelines.iter().copied().collect();
            let names = self.store.pipelines(project).names(pipelines).await?;
            let names: BTreeSet<String> = names.into_values().collect();
            sentences.extend(said_of(&found.summary, tied, &names));
        }
        Ok(Hindered { sentences, is_of_secret })
    }

    /// How many of these tie with others of their pipelines, so that deliveries of them are refused.
    pub(super) async fn count_tied(
        &self,
        (project, viewer): (Uuid, Uuid),
        ids: &BTreeSet<Uuid>,
    ) -> usize {
        let tied = self.tied_among((project, viewer), ids).await.unwrap_or_default();
        tied.values().filter(|one| !one.others[0].is_empty()).count()
    }

    async fn tied_among(
        &self,
        (project, viewer): (Uuid, Uuid),
        ids: &BTreeSet<Uuid>,
    ) -> Result<BTreeMap<Uuid, Tied>> {
        let grants = self.store.grants(project);
        let mut pipelines = BTreeSet::new();
        for id in ids {
            let granted = grants.of_credential(*id).await?;
            pipelines.extend(granted.into_iter().map(|(pipeline, _)| pipeline));
        }
        let mut found: BTreeMap<Uuid, Tied> = BTreeMap::new();
        for pipeline in pipelines.into_iter().take(LOOKED_AT) {
            let held = grants.held_by(pipeline, viewer).await?;
            for doubt in tied(held).into_iter().flat_map(|grant| grant.doubts) {
                let (credential, tied_at, others, which) = match doubt {
                    Doubt::Tie { credential, host, others } => (credential, host, others, 0),
                    Doubt::HostTie { credential, host, others } => (credential, host, others, 1),
                    _ => continue,
                };
                if !ids.contains(&credential) {
                    continue;
                }
                let one = found.entry(credential).or_default();
                one.others[which].extend(others);
                if which == 0 {
                    one.pipelines.insert(pipeline);
                }
                one.host = tied_at;
            }
        }
        Ok(found)
    }
}

/// That deliveries are refused to the pipelines with these names, and what files leave out.
fn said_of(summary: &Summary, tied: Tied, pipelines: &BTreeSet<String>) -> Vec<String> {
    let Tied { others: [same, beside], host, .. } = tied;
    let mut sentences = Vec::new();
    if !same.is_empty() {
        let others: Vec<&str> = same.iter().map(String::as_str).collect();
        let pipelines: Vec<&str> = pipelines.iter().map(String::as_str).collect();
        let serve = if others.len() == 1 { "serves" } else { "serve" };
        sentences.push(format!(
            "{} {serve} {host} equally well as {}, so deliveries of them to {} are refused as ambiguous.",
            named(&others),
            summary.name,
            named(&pipelines)
        ));
    }
    if !beside.is_empty() {
        let others = beside.into_iter().collect();
        sentences.push(Doubt::HostTie { credential: summary.id, host, others }.sentence());
    }
    sentences
}
