//! Receipts: what was handed out or refused, to whom, and what the pipeline said about its run.

use super::place::Place;
use super::used_by::PipelineName;
use crate::domain::delivery::{Claims, Outcome, Receipt};
use crate::ui::components::{Badge, Time};
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
        <section class="stack" aria-labelledby="deliveries">
            <h2 id="deliveries">"Recent deliveries"</h2>
            {if is_empty {
                view! { <p class="muted">"Nothing has been delivered or refused yet."</p> }.into_any()
            } else {
                view! {
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"When"</th>
                                <th scope="col">{other}</th>
                                <th scope="col">"Version"</th>
                                <th scope="col">"For"</th>
                                <th scope="col">"Run, as claimed"</th>
                                <th scope="col">"Address"</th>
                                <th scope="col">"Outcome"</th>
                            </tr>
                        </thead>
                        <tbody>
                            {receipts
                                .into_iter()
                                .map(|receipt| {
                                    let has_page = existing.contains(&receipt.pipeline_id);
                                    view! { <ReceiptRow receipt place=place.clone() is_of_pipeline has_page/> }
                                })
                                .collect_view()}
                        </tbody>
                    </table>
                    <p class="muted">
                        "What stands under “as claimed” is what the pipeline said. It is recorded, and nothing is decided by it."
                    </p>
                }
                    .into_any()
            }}
        </section>
    }
}

#[component]
fn ReceiptRow(
    receipt: Receipt,
    place: Place,
    is_of_pipeline: bool,
    has_page: bool,
) -> impl IntoView {
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
    view! {
        <tr>
            <td data-label="When">
                <Time at=receipt.at/>
            </td>
            {other}
            <td data-label="Version">{receipt.version.map_or_else(|| "None".to_owned(), |v| v.to_string())}</td>
            <td data-label="For">{receipt.intent.label()}</td>
            <td data-label="Run, as claimed">
                <Run claims=receipt.claims/>
            </td>
            <td data-label="Address" class="mono">
                {receipt.address.unwrap_or_else(|| "Unknown".to_owned())}
            </td>
            <td data-label="Outcome">
                <Badge label=receipt.outcome.label() tone/>
                {receipt.reason.map(|reason| view! { <div class="muted">{reason}</div> })}
            </td>
        </tr>
    }
}

#[component]
fn Run(claims: Claims) -> impl IntoView {
    let said: Vec<(&str, String)> = [
        ("Run", claims.run),
        ("Commit", claims.commit),
        ("Branch", claims.branch),
        ("Actor", claims.actor),
    ]
    .into_iter()
    .filter_map(|(label, value)| value.map(|value| (label, value)))
    .collect();
    if said.is_empty() {
        return view! { <span class="muted">"Nothing"</span> }.into_any();
    }
    said.into_iter()
        .map(|(label, value)| {
            view! { <div>{label} " " <span class="mono">{value}</span></div> }
        })
        .collect_view()
        .into_any()
}
