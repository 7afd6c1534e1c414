//! Which pipelines have a credential or have received it, and who could read its secret.

use crate::domain::credential::Dependent;
use crate::domain::credential_page::{Holder, WaitingIdentity};
use crate::domain::moment::Moment;
use crate::domain::paths;
use crate::ui::kit::{
    Badge, Cell, Columns, LinkButton, PageContext, Section, Table, Time, made_by_gone,
};
use crate::ui::usage::{PipelineName, times, use_in_words};
use leptos::prelude::*;
use uuid::Uuid;

const HEADS: [&str; 5] = ["Pipeline", "Grant", "Received", "Use", "Version"];

/// What is known when no pipeline is: it names the time it was observed in.
pub fn never_received(created_at: Moment) -> String {
    format!(
        "No pipeline has received it since it was created on {}, and none has a grant for it.",
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
    page: PageContext,
) -> impl IntoView {
    let rows = dependents.into_iter().map(|dependent| {
        let has_page = existing.contains(&dependent.pipeline_id);
        cells(dependent, has_page, current, &page)
    });
    let columns = Columns::new(HEADS, rows);
    view! { <Table columns/> }
}

fn cells(dependent: Dependent, has_page: bool, current: i64, page: &PageContext) -> [Cell; 5] {
    let (id, name, page) = (dependent.pipeline_id, dependent.pipeline, page.clone());
    let used = use_in_words(dependent.deliveries, dependent.used);
    let version = dependent.last_version.map(|version| {
        let (label, tone) =
            if version == current { ("current", "good") } else { ("older", "warn") };
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
    view! {
        <Section id="used-by" title="Used by">
            {if dependents.is_empty() {
                view! { <p>{never_received(created_at)}</p> }.into_any()
            } else {
                view! {
                    <Dependents dependents existing current page/>
                    <p class="muted">
                        "“Received” counts how often Regcred delivered the credential. Many clients ask for every registry that they know, so a delivery counts as used only if the request named an image, or if the pipeline reported how it went. Clients keep what they received and can use it more often than that."
                    </p>
                }
                    .into_any()
            }}
            {grant.map(|href| view! { <p><LinkButton href label="Grant to a pipeline"/></p> })}
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

/// Members who could read the secret, by name and role, and what lets others read it.
#[component]
pub fn Obtainers(
    obtainers: Vec<(String, String)>,
    holders: Vec<Holder>,
    page: PageContext,
) -> impl IntoView {
    let (is_nobody, count) = (obtainers.is_empty(), holders.len());
    let rows = holders.into_iter().map(|holder| holder_cells(holder, &page));
    let columns =
        Columns::new(["Pipeline", "Token or trust rule", "Created by", "Last used"], rows);
    view! {
        <Section id="obtainers" title="Who can read the secret">
            <p>
                "Anyone who may grant this credential, and every pipeline with a grant, can read its secret. Granting asks for your password and is recorded."
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
            <details class="fold">
                <summary id="holders">{format!("Tokens and trust rules ({count})")}</summary>
                <p class="muted">
                    "A person who has one of these tokens, or whose jobs meet one of these rules, can read the secret without signing in."
                </p>
                <Table
                    columns
                    labelled_by="holders"
                    empty="No pipeline with a grant has a token or a trust rule."
                />
            </details>
        </Section>
    }
}

fn holder_cells(holder: Holder, page: &PageContext) -> [Cell; 4] {
    let (id, name, page) = (holder.pipeline_id, holder.pipeline, page.clone());
    [
        Cell::of(view! { <PipelineName id name has_page=true page/> }),
        Cell::of(holder.what),
        if holder.is_gone {
            let label = made_by_gone(&holder.made_by);
            Cell::of(view! { <Badge label tone="warn"/> })
        } else {
            Cell::of(holder.made_by.name)
        },
        Cell::last(holder.last_used_at),
    ]
}
