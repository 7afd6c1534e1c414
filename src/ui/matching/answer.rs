//! What is answered: who wins, why the others do not, and what each format would hold.

use crate::domain::matching::{Explanation, FormatVerdict, Verdict};
use crate::ui::components::{Badge, Section, Table};
use crate::ui::credentials::place::Place;
use leptos::prelude::*;

/// The section below the question.
#[component]
pub fn Answer(explanation: Explanation, place: Place) -> impl IntoView {
    let Explanation { host, repository, verdicts, summary, formats } = explanation;
    view! {
        <Section id="answer" title="Answer">
            <p class="card">
                <strong>{summary}</strong>
            </p>
            <p class="muted">
                "Asked for the repository " <span class="mono">{repository}</span> " of "
                <span class="mono">{host}</span>
                ". Nothing was delivered, and no receipt was written. A run gets the same answer if the branch and the event are proved by a trust rule; what it only says of itself decides nothing."
            </p>
            {(!verdicts.is_empty()).then(|| view! { <Verdicts verdicts place/> })}
            <Formats formats/>
        </Section>
    }
}

#[component]
fn Verdicts(verdicts: Vec<Verdict>, place: Place) -> impl IntoView {
    view! {
        <h3>"Credentials for this registry"</h3>
        <Table
            columns=vec!["Credential", "Repositories", "Access", "Verdict"]
            label="Credentials for this registry"
        >
            {verdicts
                .into_iter()
                .map(|verdict| view! { <VerdictRow verdict place=place.clone()/> })
                .collect_view()}
        </Table>
    }
}

#[component]
fn VerdictRow(verdict: Verdict, place: Place) -> impl IntoView {
    let href = place.credential(verdict.id);
    let paths = if verdict.paths.is_empty() {
        view! { <span class="muted">"Every repository"</span> }.into_any()
    } else {
        view! { <span class="mono">{verdict.paths.join(", ")}</span> }.into_any()
    };
    let narrow = verdict.is_narrow.then(|| {
        view! { <div class="muted">"Only a short-lived token for this repository is handed out."</div> }
    });
    view! {
        <tr>
            <td data-label="Credential">
                <a href=href>{verdict.name}</a>
            </td>
            <td data-label="Repositories">{paths}</td>
            <td data-label="Access">{verdict.access.label()}</td>
            <td data-label="Verdict">
                {match verdict.lost {
                    None => view! { <Badge label="This one" tone="good"/> }.into_any(),
                    Some(lost) => view! { <span>{lost.label()}</span> }.into_any(),
                }}
                {narrow}
            </td>
        </tr>
    }
}

#[component]
fn Formats(formats: Vec<FormatVerdict>) -> impl IntoView {
    view! {
        <h3>"What each format would hold"</h3>
        <Table columns=vec!["Format", "For this registry"] label="What each format would hold">
            {formats
                .into_iter()
                .map(|one| {
                    view! {
                        <tr>
                            <td data-label="Format">{one.format}</td>
                            <td data-label="Holds">
                                {one.holds}
                                {one
                                    .note
                                    .map(|note| {
                                        let sentence = format!("Note: {}.", note.label());
                                        view! { <div class="muted">{sentence}</div> }
                                    })}
                            </td>
                        </tr>
                    }
                })
                .collect_view()}
        </Table>
    }
}
