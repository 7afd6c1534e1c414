//! What was refused again and again since somebody changed something.

use super::credentials::blank;
use super::{Evidence, FindingKind, Found, REFUSALS, Thing};
use crate::domain::moment::Moment;
use crate::domain::usage::Figures;

/// An event that may be why.
#[derive(Clone, Debug)]
pub struct Change {
    pub link: i64,
    pub at: Moment,
    /// Who did what, in words: "Kim edited ghcr".
    pub said: String,
}

/// `figures`: since the day of the change. `last_delivery`: the link of the last one before it. Without one it never
/// worked, so that no change broke it.
pub fn refused_since(
    (credential, pipeline): (Option<Thing>, Thing),
    figures: &Figures,
    last_delivery: Option<i64>,
    change: &Change,
) -> Option<Found> {
    let last_refusal = figures.last_refusal?;
    let is_since = last_delivery? < change.link && change.link < last_refusal;
    (is_since && figures.refused >= REFUSALS).then(|| Found {
        credential,
        pipeline: Some(pipeline),
        fact: format!(
            "It worked before. Since {} the pipeline was refused {} times and received nothing. Before that: {}.",
            change.at.day().to_text(),
            figures.refused,
            change.said
        ),
        evidence: vec![Evidence::Link(change.link), Evidence::Link(last_refusal)],
        ..blank(FindingKind::RefusedSince)
    })
}
