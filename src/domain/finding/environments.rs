//! Which credentials are shared between environments. A pipeline says of none that it is its own: it counts for the one
//! that its runs prove, or that the other credentials name which it receives. What the credential itself says is no
//! witness: it would be the same for every pipeline.

use super::credentials::{EVIDENCE, blank};
use super::{Evidence, FindingKind, Found, Thing, WINDOW};
use crate::domain::trust_rule::TrustRule;
use std::collections::{BTreeMap, HashMap};
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

/// The environment that every run proves which these rules of a pipeline accept.
pub fn proved(rules: &[TrustRule]) -> Option<String> {
    let rules = rules.iter().filter(|rule| rule.accepts_any());
    let mut named = rules.map(|rule| rule.environment().map(folded));
    let first = named.next()??;
    named.all(|other| other.as_deref() == Some(first.as_str())).then_some(first)
}

/// Those that pipelines of several environments received. `proved`: the environments of pipelines, as [`proved`] has
/// them.
pub fn shared(all: &[ReceivedIn], proved: &HashMap<Uuid, String>) -> Vec<Found> {
    let mut named: HashMap<Uuid, BTreeMap<String, usize>> = HashMap::new();
    for one in all {
        let environment = folded(&one.environment);
        if !environment.is_empty() && environment != ANY {
            *named.entry(one.pipeline.id).or_default().entry(environment).or_default() += 1;
        }
    }
    let mut of: BTreeMap<Uuid, BTreeMap<&str, &ReceivedIn>> = BTreeMap::new();
    for one in all {
        let (own, pipeline) = (folded(&one.environment), one.pipeline.id);
        if own == ANY {
            continue;
        }
        let proved = proved.get(&pipeline).map(String::as_str);
        if let Some(environment) = environment(named.get(&pipeline), &own, proved) {
            of.entry(one.credential.id).or_default().entry(environment).or_insert(one);
        }
    }
    of.into_values().filter(|of| of.len() > 1).filter_map(|of| found(&of)).collect()
}

/// The environment of a pipeline, as all but one credential name it. `named`: how often each is named there; `own`: what
/// that credential names. Names may differ between the provider and here: where they do, nobody can tell.
fn environment<'a>(
    named: Option<&'a BTreeMap<String, usize>>,
    own: &str,
    proved: Option<&'a str>,
) -> Option<&'a str> {
    let by_others = |(name, times): &(&String, &usize)| **times > usize::from(name.as_str() == own);
    let others: Vec<&str> =
        named.into_iter().flatten().filter(by_others).map(|(name, _)| name.as_str()).collect();
    match (proved, others.as_slice()) {
        (Some(proved), names) => (names.is_empty() || names.contains(&proved)).then_some(proved),
        (None, [name]) => Some(*name),
        (None, _) => None,
    }
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
    // Who accepted some environments did not accept one more. Two have no number, as before there were such.
    let about = if of.len() > 2 { of.len().to_string() } else { String::new() };
    Some(Found {
        credential: Some(credential),
        about,
        fact: format!(
            "In the last {WINDOW} days pipelines of {} environments received it: {}. A pipeline counts for the environment that its runs have to prove, or that all its other credentials name which name one. If this credential is meant for all environments, set its environment to any.",
            of.len(),
            shown.join(", ")
        ),
        evidence: links.map(Evidence::Link).collect(),
        ..blank(FindingKind::Shared)
    })
}
