//! Receipts: what was handed out or refused, to whom, what was proved of the run, and what the
//! pipeline said about it.

use super::place::Place;
use super::used_by::PipelineName;
use crate::domain::delivery::{Claims, Outcome, Receipt, Report};
use crate::domain::proof::Proof;
use crate::ui::components::{Badge, Section, Table, Time};
use leptos::prelude::*;
use uuid::Uuid;

/// The section of the page of a credential, or of a pipeline: each leaves out its own column.
#[component]
pub fn Receipts(
    receipts: Vec<Receipt>,
    place: Place,
    is_of_pipeline: bool,
    /// The pipelines that have a page still; a pipeline's own page names none.
    #[prop(optional)]
    existing: Vec<Uuid>,
) -> impl IntoView {
    let is_empty = receipts.is_empty();
    let other = if is_of_pipeline { "Credential" } else { "Pipeline" };
    view! {
        <Section id="deliveries" title="Recent deliveries">
            {if is_empty {
                view! { <p class="muted">"Nothing has been delivered or refused yet."</p> }.into_any()
            } else {
                view! {
                    <Table columns=vec![
                        "When",
                        other,
                        "Version",
                        "For",
                        "Proof",
                        "Run, as claimed",
                        "Address",
                        "Outcome",
                    ]>
                        {receipts
                            .into_iter()
                            .map(|receipt| {
                                let has_page = existing.contains(&receipt.pipeline_id);
                                view! { <ReceiptRow receipt place=place.clone() is_of_pipeline has_page/> }
                            })
                            .collect_view()}
                    </Table>
                    <p class="muted">
                        "“Used” means that an image was named, or that the pipeline reported how it went. “Asked for” means that it was handed out and nothing says whether the client wanted it: many ask for every registry that they know. What stands under “as claimed” or “reported” is what the pipeline said. It is recorded, and nothing is decided by it."
                    </p>
                }
                    .into_any()
            }}
        </Section>
    }
}

#[component]
fn ReceiptRow(
    receipt: Receipt,
    place: Place,
    is_of_pipeline: bool,
    has_page: bool,
) -> impl IntoView {
    let known = (receipt.outcome == Outcome::Delivered).then(|| receipt.use_of().label());
    let other = if is_of_pipeline {
        let credential = receipt.credential.unwrap_or_else(|| "None".to_owned());
        view! { <td data-label="Credential">{credential}</td> }.into_any()
    } else {
        let (id, name) = (receipt.pipeline_id, receipt.pipeline);
        view! { <td data-label="Pipeline"><PipelineName id name has_page place/></td> }.into_any()
    };
    let tone = match receipt.outcome {
        Outcome::Delivered => "good",
        Outcome::Refused => "bad",
    };
    let address = receipt.address.unwrap_or_else(|| "Unknown".to_owned());
    // An address of four numbers is read as one word; a longer one has to break.
    let address_class = if address.contains(':') { "mono" } else { "mono whitespace-nowrap" };
    view! {
        <tr>
            <td data-label="When">
                <Time at=receipt.at/>
            </td>
            {other}
            <td data-label="Version">{receipt.version.map_or_else(|| "None".to_owned(), |v| v.to_string())}</td>
            <td data-label="For">
                <div>{receipt.intent.label()}</div>
                <div class="muted">{receipt.door.label()}</div>
                {receipt.image.map(|image| view! { <div class="mono muted">{image}</div> })}
            </td>
            <td data-label="Proof">
                <Proved proof=receipt.proof token_id=receipt.token_id/>
            </td>
            <td data-label="Run, as claimed">
                <Run claims=receipt.claims/>
            </td>
            <td data-label="Address" class=address_class>{address}</td>
            <td data-label="Outcome">
                <Badge label=receipt.outcome.label() tone/>
                {known.map(|known| view! { <div class="muted">{known}</div> })}
                {receipt.reason.map(|reason| view! { <div class="muted">{reason}</div> })}
                {receipt.report.map(|report| view! { <Reported report/> })}
            </td>
        </tr>
    }
}

/// What the pipeline said afterwards: its word, as the claims are.
#[component]
fn Reported(report: Report) -> impl IntoView {
    let tone = match report {
        Report::Worked => "good",
        Report::Failed => "bad",
    };
    let label = format!("Reported: {}", report.label().to_lowercase());
    view! { <div><Badge label tone/></div> }
}

/// What stood in for the pipeline: a token of ours, or somebody's signed word.
#[component]
fn Proved(proof: Proof, token_id: String) -> impl IntoView {
    let Some(words) = proof_in_words(&proof) else {
        let sentence = if token_id.is_empty() { "Nothing" } else { "a pipeline token" };
        return view! { <span class="muted">{sentence}</span> }.into_any();
    };
    let run = [("Run", proof.run), ("Commit", proof.commit), ("Actor", proof.actor)];
    view! {
        <div>{format!("proved by {words}")}</div>
        <Facts facts=present(run)/>
    }
    .into_any()
}

/// Who signed and for what, as in "GitHub Actions: acme/api, refs/heads/main, push"; `None` when
/// only a pipeline token was shown.
pub fn proof_in_words(proof: &Proof) -> Option<String> {
    let provider = proof.provider?.label();
    let facts = [&proof.subject, &proof.reference, &proof.event];
    let mut facts: Vec<&str> = facts.into_iter().flatten().map(String::as_str).collect();
    if proof.is_fork == Some(true) {
        facts.push("from a fork");
    }
    if facts.is_empty() {
        return Some(provider.to_owned());
    }
    Some(format!("{provider}: {}", facts.join(", ")))
}

#[component]
fn Run(claims: Claims) -> impl IntoView {
    let said = present([
        ("Run", claims.run),
        ("Commit", claims.commit),
        ("Branch", claims.branch),
        ("Actor", claims.actor),
        ("Event", claims.event),
    ]);
    if said.is_empty() {
        return view! { <span class="muted">"Nothing"</span> }.into_any();
    }
    view! { <Facts facts=said/> }.into_any()
}

/// Those that there are.
fn present<const N: usize>(
    facts: [(&'static str, Option<String>); N],
) -> Vec<(&'static str, String)> {
    facts.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

#[component]
fn Facts(facts: Vec<(&'static str, String)>) -> impl IntoView {
    facts
        .into_iter()
        .map(|(label, value)| {
            view! { <div>{label} " " <span class="mono">{value}</span></div> }
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trust_rule::Provider;

    #[test]
    fn a_proof_says_who_signed_and_for_what() {
        let of = Proof::of(Provider::GitHub);
        assert_eq!(proof_in_words(&Proof::default()), None);
        assert_eq!(proof_in_words(&of).as_deref(), Some("GitHub Actions"));
        let whole = Proof {
            subject: Some("acme/api".to_owned()),
            reference: Some("refs/pull/1/merge".to_owned()),
            event: Some("pull_request".to_owned()),
            is_fork: Some(true),
            ..of
        };
        assert_eq!(
            proof_in_words(&whole).as_deref(),
            Some("GitHub Actions: acme/api, refs/pull/1/merge, pull_request, from a fork")
        );
    }
}
