//! The page of findings: what to look at, the most urgent first, each with what to do.

mod row;

use crate::domain::finding::{
    FindingKind, FindingState, FindingsPage, FindingsQuery, NEVER, WINDOW,
};
use crate::domain::paths;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::findings::findings_page;
use crate::ui::kit::{
    Control, FlashMessages, Hidden, KeptAsFigures, Loaded, Onward, PageContext, PageHead, Select,
    SubmitButton, Tab, Table, Tabs, options,
};
use leptos::prelude::*;
use row::columns;

/// `/p/{project}/findings?state=&kind=&after=`
#[component]
pub fn Page() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <FlashMessages/>
        <Loaded title="Findings" from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

type Found = (FindingsPage, FindingsQuery, Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    let query = FindingsQuery::read(|key| page.query(key))?;
    let found = findings_page(page.project.clone(), query.clone()).await?;
    Ok((found, query, page.failed_form().await))
}

fn whole((found, query, failed): Found, page: PageContext) -> impl IntoView {
    let own = paths::findings(&page.project);
    let tabs = FindingState::ALL.iter().copied().map(|state| Tab {
        label: state.label(),
        href: own.clone() + &query.in_state(state).to_url(),
        count: None,
        is_current: state == query.state,
    });
    let tabs: Vec<Tab> = tabs.collect();
    let first = query.after.map(|_| own.clone() + &query.first_page().to_url());
    let next = found.next.as_ref().map(|query| own.clone() + &query.to_url());
    let label = format!("Findings, {}", query.state.label().to_lowercase());
    let empty = empty(&query);
    let columns = columns(found.rows, &query, failed.as_ref(), &page);
    view! {
        <PageHead title="Findings"/>
        <p class="muted">
            "Regcred looks for findings in credentials, grants, deliveries and definitions every 15 minutes. A finding resolves by itself when its cause is gone."
        </p>
        <KeptAsFigures until=found.figures_until/>
        <Tabs label="Findings" tabs/>
        <Kinds query action=own/>
        <Table columns label empty class="compact"/>
        <Onward what="Pages" first next/>
        <details class="fold">
            <summary>"How use is judged"</summary>
            <p class="muted">
                {format!(
                    "Use is judged over the last {WINDOW} days, today included. A credential or grant that could not be used on all of these days is left out, unless it was not received at all since it was added or granted: then it is listed after {NEVER} days. Clients keep what they received, so there may have been more pulls than deliveries. An accepted finding is not counted in the menu until its last day has passed. A resolved finding stays on this page for 90 days."
                )}
            </p>
        </details>
    }
}

/// The form that asks for one kind.
#[component]
fn Kinds(query: FindingsQuery, action: String) -> impl IntoView {
    let chosen = query.kind.map(|kind| kind.word().to_owned()).unwrap_or_default();
    let at = Control { name: "kind".to_owned(), text: chosen, ..Control::default() };
    let all = options(FindingKind::ALL, FindingKind::word, FindingKind::label);
    let every = [(String::new(), "Every kind".to_owned())].into_iter().chain(all);
    let every: Vec<(String, String)> = every.collect();
    let state = query.state.word();
    view! {
        <form role="search" aria-label="Filter the findings" method="get" action=action class="search-line">
            <Hidden name="state" value=state/>
            <Select at label="Kind" options=every/>
            <SubmitButton label="Apply"/>
        </form>
    }
}

/// What is said instead of a table without rows.
fn empty(query: &FindingsQuery) -> &'static str {
    match (query.state, query.kind) {
        (_, None) if query.after.is_some() => "There are no more findings.",
        (_, Some(_)) if query.after.is_some() => {
            "The list is filtered by kind: there are no more findings of this kind."
        }
        (FindingState::Open, Some(_)) => {
            "The list is filtered by kind: no finding of this kind is open. Choose Every kind to see the others."
        }
        (FindingState::Accepted, Some(_)) => {
            "The list is filtered by kind: no finding of this kind is accepted. Choose Every kind to see the others."
        }
        (FindingState::Resolved, Some(_)) => {
            "The list is filtered by kind: no finding of this kind was resolved in the last 90 days. Choose Every kind to see the others."
        }
        (FindingState::Open, None) => {
            "Nothing needs your attention. Credentials that nobody uses, grants that are too wide, old versions, passwords in files and the like are listed here."
        }
        (FindingState::Accepted, None) => "No finding is accepted.",
        (FindingState::Resolved, None) => "No finding was resolved in the last 90 days.",
    }
}
