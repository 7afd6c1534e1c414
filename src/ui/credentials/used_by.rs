//! Who has a credential, who has received it, and who could.

use super::place::Place;
use crate::domain::credential::Dependent;
use crate::domain::moment::Moment;
use crate::ui::components::{Badge, Section, Table, Time};
use leptos::prelude::*;
use uuid::Uuid;

/// What is known when no pipeline is: it names the time it was observed in.
pub fn never_received(created_at: Moment) -> String {
    format!(
        "No pipeline has received it since it was created on {}, and none holds a grant for it.",
        created_at.day().to_text()
    )
}

/// The pipelines that hold a grant, have received it, or both; `current` is the secret's version.
#[component]
pub fn Dependents(
    dependents: Vec<Dependent>,
    /// Those that have a page still.
    existing: Vec<Uuid>,
    current: i64,
    place: Place,
) -> impl IntoView {
    view! {
        <Table columns=vec!["Pipeline", "Grant", "Received", "Last received", "Version"]>
            {dependents
                .into_iter()
                .map(|dependent| {
                    let has_page = existing.contains(&dependent.pipeline_id);
                    view! { <DependentRow dependent has_page current place=place.clone()/> }
                })
                .collect_view()}
        </Table>
    }
}

#[component]
fn DependentRow(dependent: Dependent, has_page: bool, current: i64, place: Place) -> impl IntoView {
    let received = match dependent.deliveries {
        0 => "Never".to_owned(),
        1 => "Once".to_owned(),
        n => format!("{n} times"),
    };
    view! {
        <tr>
            <td data-label="Pipeline">
                <PipelineName id=dependent.pipeline_id name=dependent.pipeline has_page place/>
            </td>
            <td data-label="Grant">{dependent.grant.map_or("None now", |access| access.label())}</td>
            <td data-label="Received">{received}</td>
            <td data-label="Last received">
                {match dependent.last_delivery {
                    Some(at) => view! { <Time at/> }.into_any(),
                    None => view! { <span class="muted">"Never"</span> }.into_any(),
                }}
            </td>
            <td data-label="Version">
                {match dependent.last_version {
                    Some(version) if version == current => {
                        view! { {version} " " <Badge label="current" tone="good"/> }.into_any()
                    }
                    Some(version) => view! { {version} " " <Badge label="older" tone="warn"/> }.into_any(),
                    None => view! { <span class="muted">"None"</span> }.into_any(),
                }}
            </td>
        </tr>
    }
}

/// A pipeline's name, which leads to its page if it has one: a deleted one has none.
#[component]
pub fn PipelineName(id: Uuid, name: String, has_page: bool, place: Place) -> impl IntoView {
    if has_page {
        let href = place.pipeline(id);
        view! { <a href=href>{name}</a> }.into_any()
    } else {
        name.into_any()
    }
}

/// The section of the credential's page.
#[component]
pub fn UsedBy(
    dependents: Vec<Dependent>,
    /// Those that have a page still.
    existing: Vec<Uuid>,
    current: i64,
    created_at: Moment,
    place: Place,
) -> impl IntoView {
    view! {
        <Section id="used-by" title="Used by">
            {if dependents.is_empty() {
                view! { <p>{never_received(created_at)}</p> }.into_any()
            } else {
                view! {
                    <Dependents dependents existing current place/>
                    <p class="muted">
                        "“Received” counts the times this service handed it out. Clients keep what they received, so it may be used more often than that."
                    </p>
                }
                    .into_any()
            }}
        </Section>
    }
}

/// Members who could obtain it, by name and role.
#[component]
pub fn Obtainers(obtainers: Vec<(String, String)>) -> impl IntoView {
    let is_nobody = obtainers.is_empty();
    view! {
        <Section id="obtainers" title="Who can obtain it">
            <p>
                "Whoever can give this credential to a pipeline of their own can obtain it, and so can every pipeline with a grant. Each grant asks for a password and is recorded."
            </p>
            <ul>
                {obtainers
                    .into_iter()
                    .map(|(name, role)| {
                        view! { <li>{name} " " <span class="muted">{role}</span></li> }
                    })
                    .collect_view()}
            </ul>
            {is_nobody.then(|| view! { <p class="muted">"No member can grant it at the moment."</p> })}
        </Section>
    }
}
