//! Receipts: what was handed out or refused, to whom, what was proved of the run, and what the
//! pipeline said about it.

use super::kit::{Badge, Cell, Columns, PageContext, Section, Table, Time};
use super::usage::PipelineName;
use crate::domain::delivery::{Claims, Outcome, Receipt, Report};
use crate::domain::permission::Permission;
use crate::domain::proof::Proof;
use leptos::prelude::*;
use uuid::Uuid;

/// The section of the page of a credential, or of a pipeline: each leaves out its own column.
#[component]
pub fn Receipts(
    receipts: Vec<Receipt>,
    page: PageContext,
    is_of_pipeline: bool,
    /// The pipelines that have a page still; a pipeline's own page names none.
    #[prop(optional)]
    existing: Vec<Uuid>,
) -> impl IntoView {
    let other = if is_of_pipeline { "Credential" } else { "Pipeline" };
    let heads = ["When", other, "Version", "For", "Proof", "Run, as claimed", "Address", "Outcome"];
    let rows = receipts.into_iter().map(|receipt| {
        let has_page = existing.contains(&receipt.pipeline_id);
        row(receipt, &page, is_of_pipeline, has_page)
    });
    let columns = Columns::new(heads, rows);
    view! {
        <Section id="deliveries" title="Recent deliveries">
            <Table columns empty="Nothing has been delivered or refused yet.">
                <p class="muted">
                    "“Used” means that the request named an image, or that the pipeline reported how it went. “Asked for” means that Regcred cannot tell whether the client used the credential: many clients ask for every registry that they know. Values under “as claimed” and “Reported” are what the pipeline said. They are recorded, but access never depends on them."
                </p>
            </Table>
        </Section>
    }
}

fn row(receipt: Receipt, page: &PageContext, is_of_pipeline: bool, has_page: bool) -> [Cell; 8] {
    let known = (receipt.outcome == Outcome::Delivered).then(|| receipt.use_of().label());
    let other = if is_of_pipeline {
        Cell::of(receipt.credential.unwrap_or_else(|| "None".to_owned()))
    } else {
        let (id, name, page) = (receipt.pipeline_id, receipt.pipeline, page.clone());
        Cell::of(view! { <PipelineName id name has_page page/> })
    };
    let tone = match receipt.outcome {
        Outcome::Delivered => "good",
        Outcome::Refused => "bad",
    };
    let proof = proof_in_words(&receipt.proof).map(|words| {
        let Proof { run, commit, actor, .. } = receipt.proof;
        let run = lines([("Run", run), ("Commit", commit), ("Actor", actor)]);
        (view! { <div>{format!("proven by {words}")}</div> }, run)
    });
    let Claims { run, commit, branch, actor, event } = receipt.claims;
    let run = lines([
        ("Run", run),
        ("Commit", commit),
        ("Branch", branch),
        ("Actor", actor),
        ("Event", event),
    ]);
    // The server leaves it out for who may not audit.
    let is_hidden = !page.may(Permission::AuditRead);
    let unknown = if is_hidden { "Hidden" } else { "Unknown" };
    let address = receipt.address.unwrap_or_else(|| unknown.to_owned());
    // An address of four numbers is read as one word; a longer one must break.
    let address_class = if address.contains(':') { "mono" } else { "mono whitespace-nowrap" };
    [
        Cell::of(view! { <Time at=receipt.at/> }),
        other,
        Cell::of(receipt.version.map_or_else(|| "None".to_owned(), |version| version.to_string())),
        Cell::of(view! {
            <div>{receipt.intent.label()}</div>
            <div class="muted">{receipt.door.label()}</div>
            {receipt.image.map(|image| view! { <div class="mono muted">{image}</div> })}
        }),
        Cell::or(proof, if receipt.token_id.is_empty() { "Nothing" } else { "a pipeline token" }),
        Cell::or((!run.is_empty()).then_some(run), "Nothing"),
        Cell::styled(address_class, address),
        Cell::of(view! {
            <Badge label=receipt.outcome.label() tone/>
            {known.map(|known| view! { <div class="muted">{known}</div> })}
            {receipt.reason.map(|reason| view! { <div class="muted">{reason}</div> })}
            {receipt.report.map(|report| view! { <Reported report/> })}
        }),
    ]
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

fn lines<const N: usize>(values: [(&'static str, Option<String>); N]) -> Vec<AnyView> {
    values
        .into_iter()
        .filter_map(|(label, value)| {
            let value = value?;
            Some(view! { <div>{label} " " <span class="mono">{value}</span></div> }.into_any())
        })
        .collect()
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
