//! Which credentials are shared between environments. A pipeline says of none that it is its own: it counts for one when
//! all credentials that it receives, and that name an environment, name the same.

use super::credentials::{EVIDENCE, blank};
use super::{Evidence, FindingKind, Found, Thing, WINDOW};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// The environment of what is meant to be shared.
const ANY: &str = "any";

/// A credential that a pipeline received in the window, and may receive still.
#[derive(Clone, Debug)]
pub struct ReceivedIn {
    pub credential: Thing,
    /// Of the credential, as it was typed; may be empty.
    pub environment: String,
    pub pipeline: Thing,
    /// The link of the last delivery.
    pub link: Option<i64>,
}

/// Those that pipelines of several environments received.
pub fn shared(all: &[ReceivedIn]) -> Vec<Found> {
    let mut named: HashMap<Uuid, BTreeSet<String>> = HashMap::new();
    for one in all {
        let environment = folded(&one.environment);
        if !environment.is_empty() && environment != ANY {
            named.entry(one.pipeline.id).or_default().insert(environment);
        }
    }
    let mut of: BTreeMap<Uuid, BTreeMap<&str, &ReceivedIn>> = BTreeMap::new();
    for one in all.iter().filter(|one| folded(&one.environment) != ANY) {
        let environments = named.get(&one.pipeline.id).filter(|named| named.len() == 1);
        for environment in environments.into_iter().flatten() {
            of.entry(one.credential.id).or_default().entry(environment).or_insert(one);
        }
    }
    of.into_values().filter(|of| of.len() > 1).filter_map(|of| found(&of)).collect()
}

fn folded(environment: &str) -> String {
    environment.trim().to_lowercase()
}

fn found(of: &BTreeMap<&str, &ReceivedIn>) -> Option<Found> {
    let credential = of.values().next().map(|one| one.credential.clone())?;
    let shown: Vec<String> = of
        .iter()
        .take(EVIDENCE)
        .map(|(environment, one)| format!("{environment} ({})", one.pipeline.name))
        .collect();
    let links = of.values().take(EVIDENCE).filter_map(|one| one.link);
    Some(Found {
        credential: Some(credential),
        fact: format!(
            "In the last {WINDOW} days pipelines of {} environments received it: {}. A pipeline counts for an environment when all its credentials that name an environment name that one. If this credential is meant for all environments, set its environment to any.",
            of.len(),
            shown.join(", ")
        ),
        evidence: links.map(Evidence::Link).collect(),
        ..blank(FindingKind::Shared)
    })
}
