//! Which pipelines have a credential or have received it.

use crate::domain::credential::Dependent;
use crate::domain::credential_page::{Declared, Users, WaitingIdentity};
use crate::domain::matching::named;
use crate::domain::moment::Moment;
use crate::domain::paths;
use crate::ui::kit::{Badge, Cell, Columns, LinkButton, PageContext, Section, Table, Time};
use crate::ui::usage::{PipelineName, times, use_in_words};
use leptos::prelude::*;
use std::cmp::Ordering;
use uuid::Uuid;

const HEADS: [&str; 5] = ["Pipeline", "Grant", "Received", "Use", "Version"];

/// What is known when no pipeline is: it names the time it was observed in.
pub fn never_received(created_at: Moment) -> String {
    format!(
        "No pipeline has received it since it was created on {}, and none has a grant for it.",
        created_at.day().to_text()
    )
}

/// What a person reads before they take it away or change it: who depends on it, with the last use, and
/// whose files name its registry.
#[component]
pub fn WhoUses(
    users: Users,
    /// The version of the secret.
    current: i64,
    created_at: Moment,
    page: PageContext,
    /// The credential, where the page says this of several.
    #[prop(optional)]
    name: String,
) -> impl IntoView {
    let Users { dependents, existing, declared } = users;
    if dependents.is_empty() {
        return view! { <p>{never_received(created_at)}</p> }.into_any();
    }
    let (heading, label) = if name.is_empty() {
        ("Pipelines that depend on it".to_owned(), String::new())
    } else {
        let heading = format!("Pipelines that depend on {name}");
        (heading.clone(), heading)
    };
    view! {
        <h3>{heading}</h3>
        <Dependents dependents existing current page=page.clone() label/>
        <DeclaredBy declared page name/>
    }
    .into_any()
}

/// The same, folded among what is filled in.
#[component]
pub fn WhoUsesFold(
    users: Users,
    current: i64,
    created_at: Moment,
    page: PageContext,
    #[prop(optional)] is_open: bool,
) -> impl IntoView {
    view! {
        // A script opens it by its id when a save is asked about.
        <details class="fold" id="who-uses" open=is_open>
            <summary>"Who uses it"</summary>
            <div class="stack">
                <WhoUses users current created_at page/>
            </div>
        </details>
    }
}

/// Pipelines whose files name it: they will ask for it again.
#[component]
fn DeclaredBy(
    declared: Vec<Declared>,
    page: PageContext,
    /// As in [`WhoUses`].
    name: String,
) -> impl IntoView {
    if declared.is_empty() {
        return ().into_any();
    }
    let items = declared
        .into_iter()
        .map(|one| {
            let href = paths::pipeline_definitions(&page.project, one.pipeline_id);
            let files: Vec<&str> = one.files.iter().map(String::as_str).collect();
            let files = format!(": {}", named(&files));
            view! {
                <li>
                    <a href=href>{one.pipeline.clone()}</a>
                    {files}
                </li>
            }
        })
        .collect_view();
    let heading = if name.is_empty() {
        "Pipeline files that name its registry".to_owned()
    } else {
        format!("Pipeline files that name the registry of {name}")
    };
    view! {
        <h3>{heading}</h3>
        <ul>{items}</ul>
    }
    .into_any()
}

/// The pipelines that hold a grant, have received it, or both; `current` is the secret's version.
#[component]
pub fn Dependents(
    dependents: Vec<Dependent>,
    /// Those that have a page still.
    existing: Vec<Uuid>,
    current: i64,
    page: PageContext,
    /// What the table is called, where no heading of the page is about it alone.
    #[prop(optional)]
    label: String,
) -> impl IntoView {
    let rows = dependents.into_iter().map(|dependent| {
        let has_page = existing.contains(&dependent.pipeline_id);
        cells(dependent, has_page, current, &page)
    });
    let columns = Columns::new(HEADS, rows);
    view! { <Table columns label class="compact"/> }
}

fn cells(dependent: Dependent, has_page: bool, current: i64, page: &PageContext) -> [Cell; 5] {
    let (id, name, page) = (dependent.pipeline_id, dependent.pipeline, page.clone());
    let used = use_in_words(dependent.deliveries, dependent.used);
    let version = dependent.last_version.map(|version| {
        let (label, tone) = beside(version, current);
        view! { {version} " " <Badge label tone/> }
    });
    [
        Cell::of(view! { <PipelineName id name has_page page/> }),
        Cell::of(dependent.grant.map_or("None", |access| access.label())),
        Cell::of(view! { {times(dependent.deliveries)} {last(dependent.last_delivery)} }),
        Cell::of(view! {
            {used.unwrap_or_else(|| "Never".to_owned())}
            {last(dependent.last_use)}
        }),
        Cell::or(version, "None"),
    ]
}

/// What a version is beside the current one, and the tone of that.
fn beside(version: i64, current: i64) -> (&'static str, &'static str) {
    match version.cmp(&current) {
        Ordering::Equal => ("current", "good"),
        Ordering::Less => ("older", "warn"),
        // An earlier one was made current again.
        Ordering::Greater => ("newer", "warn"),
    }
}

/// When that was the last time, within the line.
fn last(at: Option<Moment>) -> Option<impl IntoView> {
    at.map(|at| view! { <span class="muted">" · " <Time at/></span> })
}

#[component]
pub fn UsedBy(
    /// The credential.
    id: Uuid,
    dependents: Vec<Dependent>,
    /// Those that have a page still.
    existing: Vec<Uuid>,
    current: i64,
    created_at: Moment,
    page: PageContext,
) -> impl IntoView {
    let grant = page.may_grant().then(|| paths::grant_credential(&page.project, id));
    let deliveries = paths::credential_deliveries(&page.project, id);
    view! {
        <Section id="used-by" title="Used by">
            {if dependents.is_empty() {
                view! { <p>{never_received(created_at)}</p> }.into_any()
            } else {
                view! {
                    <Dependents dependents existing current page/>
                    <details class="fold">
                        <summary>"What counts as used"</summary>
                        <p class="muted">
                            "“Received” counts how often Regcred delivered the credential. Many clients ask for every registry that they know, so a delivery counts as used only if the request named an image, or if the pipeline reported how it went. Clients keep what they received and can use it more often than that."
                        </p>
                    </details>
                }
                    .into_any()
            }}
            <p class="toolbar">
                {grant.map(|href| view! { <LinkButton href label="Grant to a pipeline"/> })}
                <a id="deliveries" href=deliveries>"All deliveries"</a>
            </p>
        </Section>
    }
}

/// Tokens and trust rules that do not receive it until its grant is approved again.
#[component]
pub fn Waiting(waiting: Vec<WaitingIdentity>, page: PageContext) -> impl IntoView {
    if waiting.is_empty() {
        return ().into_any();
    }
    let rows = waiting.into_iter().map(|one| {
        let href = paths::pipeline(&page.project, one.pipeline_id);
        [
            Cell::of(one.what),
            Cell::of(view! { <a href=href>{one.pipeline}</a> }),
            Cell::of(one.created_by),
        ]
    });
    let columns = Columns::new(["Token or trust rule", "Pipeline", "Created by"], rows);
    view! {
        <Section id="waiting" title="Waiting for approval">
            <p>
                "These tokens and trust rules are newer than the approval of the grant. They do not receive this credential until another member approves the grant again."
            </p>
            <Table columns/>
        </Section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_received_before_somebody_went_back_to_an_earlier_version_is_not_older() {
        for (version, label) in [(1, "older"), (2, "current"), (3, "newer")] {
            assert_eq!(beside(version, 2).0, label);
        }
    }
}
