//! What is known of one fetch, behind its line.

use super::words::{proof_in_words, receipt_in_words};
use crate::domain::delivery::{Claims, HIDDEN, Receipt, Report};
use crate::domain::proof::Proof;
use crate::ui::kit::{Badge, Fact, Facts};
use leptos::prelude::*;

/// Receipts of one fetch that are told one by one.
const TOLD: usize = 50;

/// What is the same for all receipts of a fetch.
#[component]
pub(super) fn Known(
    of: Receipt,
    /// What stands for an address that is not known, or not shown.
    unknown: &'static str,
) -> impl IntoView {
    let proof = proof_in_words(&of.proof).unwrap_or_else(|| {
        if of.token_id.is_empty() { "Nothing" } else { "a pipeline token" }.to_owned()
    });
    let token = Some(of.token_id).filter(|id| !id.is_empty() && id != HIDDEN);
    let Proof { run, commit, actor, .. } = of.proof;
    let proved = lines([("Run", run), ("Commit", commit), ("Actor", actor)]);
    let Claims { run, commit, branch, actor, event } = of.claims;
    let claimed = lines([
        ("Run", run),
        ("Commit", commit),
        ("Branch", branch),
        ("Actor", actor),
        ("Event", event),
    ]);
    let claimed = (!claimed.is_empty()).then_some(claimed);
    view! {
        <Facts>
            {of.image.map(|image| view! { <Fact label="Image" is_mono=true>{image}</Fact> })}
            <Fact label="Proven by">
                {proof}
                {token.map(|id| view! { " " <span class="mono">{id}</span> })}
                {proved}
            </Fact>
            {claimed.map(|lines| view! { <Fact label="As claimed">{lines}</Fact> })}
            <Fact label="Address" is_mono=true>
                {of.address.unwrap_or_else(|| unknown.to_owned())}
            </Fact>
        </Facts>
    }
}

/// Each receipt of a fetch, with its reason.
#[component]
pub(super) fn Told(
    fetch: Vec<Receipt>,
    /// Whether it got nothing of what it named.
    is_refused: bool,
) -> impl IntoView {
    let more = fetch.len().saturating_sub(TOLD);
    view! {
        <ul>
            {fetch
                .into_iter()
                .take(TOLD)
                .map(|one| view! { <li>{receipt_in_words(one, is_refused)}</li> })
                .collect_view()}
            {(more > 0).then(|| view! { <li class="muted">{format!("and {more} more")}</li> })}
        </ul>
    }
}

/// What the pipeline said afterwards: its word, as the claims are.
#[component]
pub(super) fn Reported(report: Report) -> impl IntoView {
    let tone = match report {
        Report::Worked => "good",
        Report::Failed => "bad",
    };
    let label = format!("Reported: {}", report.label().to_lowercase());
    view! { <Badge label tone/> }
}

fn lines<const N: usize>(values: [(&'static str, Option<String>); N]) -> Vec<AnyView> {
    values
        .into_iter()
        .filter_map(|(label, value)| {
            let value = value?;
            Some(view! { <div>{label} " " <span class="mono">{value}</span></div> }.into_any())
        })
        .collect()
}
