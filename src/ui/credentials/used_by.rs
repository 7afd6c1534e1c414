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

/// How often something was received.
pub fn times(count: i64) -> String {
    match count {
        0 => "Never".to_owned(),
        1 => "Once".to_owned(),
        n => format!("{n} times"),
    }
}

/// What is known of the use of what was received; nothing when nothing was.
pub fn use_in_words(received: i64, used: i64) -> Option<String> {
    match (received, used) {
        (0, _) => None,
        (_, 0) => Some("Only asked for".to_owned()),
        (_, 1) => Some("Used once".to_owned()),
        (_, n) => Some(format!("Used {n} times")),
    }
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
        <Table columns=vec!["Pipeline", "Grant", "Received", "Use", "Last received", "Version"]>
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
    let received = times(dependent.deliveries);
    let used = use_in_words(dependent.deliveries, dependent.used);
    view! {
        <tr>
            <td data-label="Pipeline">
                <PipelineName id=dependent.pipeline_id name=dependent.pipeline has_page place/>
            </td>
            <td data-label="Grant">{dependent.grant.map_or("None now", |access| access.label())}</td>
            <td data-label="Received">{received}</td>
            <td data-label="Use">
                {used.unwrap_or_else(|| "Never".to_owned())}
                {dependent.last_use.map(|at| view! { <div class="muted">"last " <Time at/></div> })}
            </td>
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
                        "“Received” counts the times this service handed it out. Many clients ask for every registry that they know: it counts as used when an image was named, or when the pipeline reported how it went, and was only asked for otherwise. Clients keep what they received, so it may be used more often than that."
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_only_asked_for_is_not_called_used() {
        for (received, used, words) in [
            (0, 0, None),
            (5, 0, Some("Only asked for")),
            (5, 1, Some("Used once")),
            (5, 4, Some("Used 4 times")),
        ] {
            assert_eq!(use_in_words(received, used).as_deref(), words, "{received} {used}");
        }
        assert_eq!([times(0), times(1), times(2)], ["Never", "Once", "2 times"]);
    }
}
