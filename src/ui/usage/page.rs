//! The page of usage: the table first, then what it looks like.

use super::drawn::ByDay;
use super::flow::Flow;
use super::row::columns;
use crate::domain::moment::Moment;
use crate::domain::paths;
use crate::domain::usage::{UsagePage, UsageQuery, UsageView, Window};
use crate::error::Result;
use crate::functions::usage::usage_page;
use crate::ui::kit::{
    ExactDay, FlashMessages, KeptAsFigures, Loaded, Onward, PageContext, PageHead, Scrolled,
    Section, Tab, Table, Tabs,
};
use leptos::prelude::*;

/// `/p/{project}/usage`; `view`, `window` and `after` in its query say what is shown.
#[component]
pub fn Page() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <FlashMessages/>
        <Loaded title="Usage" from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

type Found = (UsagePage, UsageQuery);

async fn load(page: PageContext) -> Result<Found> {
    let query = UsageQuery::read(|key| page.query(key))?;
    Ok((usage_page(page.project, query.clone()).await?, query))
}

fn whole((found, query): Found, page: PageContext) -> impl IntoView {
    let own = paths::usage(&page.project);
    let tabs = UsageView::ALL.iter().copied().map(|view| Tab {
        label: view.label(),
        href: own.clone() + &query.viewed(view).to_url(),
        count: None,
        is_current: view == query.view,
    });
    let tabs: Vec<Tab> = tabs.collect();
    let windows = Window::ALL.iter().copied().map(|window| {
        let href = own.clone() + &query.within(window).to_url();
        let current = (window == query.window).then_some("true");
        view! { <a class="button" href=href aria-current=current>{window.label()}</a> }
    });
    let windows = windows.collect_view();
    let first = query.after.as_ref().map(|_| own.clone() + &query.viewed(query.view).to_url());
    let next = found.next.as_ref().map(|query| own.clone() + &query.to_url());
    let (said, by_day) = (said(&found), found.by_day());
    let until = found.figures_until;
    let (is_behind, is_cut, since) = (found.is_behind, found.is_cut, found.drawn_since);
    let label = format!("Usage, {}", query.window.label().to_lowercase());
    let first_day = found.since.map(Moment::day);
    let drawn = (!found.rows.is_empty()).then(|| {
        let rows = found.rows.clone();
        let page = page.clone();
        view! {
            <Section id="flow" title="From registries to pipelines">
                <Flow rows since=first_day page/>
            </Section>
            <Section id="by-day" title="By day">
                <ByDay days=by_day since/>
            </Section>
        }
    });
    let columns = columns(found.rows, (query.view, first_day), &page);
    view! {
        <PageHead title="Usage"/>
        <Tabs label="Usage" tabs/>
        <nav class="toolbar presets" aria-label="Window">{windows}</nav>
        <p class="muted">{said}</p>
        <KeptAsFigures until/>
        {is_behind
            .then(|| {
                view! {
                    <p>
                        "Some deliveries are not in these figures yet. They are being added. Load the page again in a minute."
                    </p>
                }
            })}
        <div class="usage stack">
            <Scrolled>
                <Table
                    columns
                    label
                    class="compact"
                    empty="There are no grants, deliveries or refusals to show. When a pipeline fetches a credential, it is listed here."
                />
            </Scrolled>
            {is_cut
                .then(|| {
                    view! {
                        <p class="muted">
                            "This page does not list every pair of a credential and a pipeline. The page of a credential or a pipeline lists all of its own."
                        </p>
                    }
                })}
            <Onward what="Pages" first next/>
            {drawn}
        </div>
        <details class="fold">
            <summary>"What the figures mean"</summary>
            <p class="muted">
                "A delivery is one hand-out of a credential to a pipeline. Clients keep what they received, so there may have been more pulls than deliveries. “Failed” counts the deliveries that the pipeline reported as failed afterwards. Days and windows are in UTC. Figures stay when a pipeline or a credential is deleted."
            </p>
        </details>
    }
}

/// The window, in words.
fn said(found: &UsagePage) -> AnyView {
    match found.since.map(Moment::day) {
        Some(day) => {
            view! { "Deliveries and refusals since " <ExactDay day/> " (UTC)." }.into_any()
        }
        None => "All deliveries and refusals that were recorded.".into_any(),
    }
}
