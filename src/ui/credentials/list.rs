//! The list of registry credentials; its dialogs are routes drawn over it.

use super::empty::EmptyState;
use super::filters::Filters;
use super::row;
use crate::domain::listing::{ListQuery, Listing};
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::credentials::list_credentials;
use crate::ui::first_steps::FirstSteps;
use crate::ui::kit::{
    Columns, FlashMessages, LinkButton, Loaded, PageContext, PageHead, SearchAsTyped, Table,
};
use leptos::prelude::*;
use leptos_router::components::Outlet;

/// `/p/{project}/credentials`; nothing of it can be reached while a dialog is drawn over it.
#[component]
pub fn ListPage() -> impl IntoView {
    let page = PageContext::here();
    let is_bare = page.is_at(&paths::credentials(&page.project));
    let is_covered = page.is_covered();
    view! {
        {is_bare.then(|| view! { <FlashMessages/> })}
        <div class="list-page" inert=is_covered>
            <Loaded title="Registry Credentials" from=load(page.clone()) let:loaded>
                <Whole loaded page/>
            </Loaded>
        </div>
        <Outlet/>
    }
}

async fn load(page: PageContext) -> Result<(Listing, ListQuery)> {
    let query = ListQuery::read(|key| page.query(key))?;
    Ok((list_credentials(page.project, query.clone()).await?, query))
}

#[component]
fn Whole(loaded: (Listing, ListQuery), page: PageContext) -> impl IntoView {
    let (listing, query) = loaded;
    let add = page
        .may(Permission::RegistryWrite)
        .then(|| paths::new_credential(&page.project) + &query.to_url());
    view! {
        <PageHead title="Registry Credentials">
            <div id="add">
                {add.map(|href| view! { <LinkButton href label="Add Registry" is_primary=true/> })}
            </div>
        </PageHead>
        {if listing.is_empty_project {
            view! { <EmptyState page/> }.into_any()
        } else {
            let (action, hosts) = (paths::credentials(&page.project), listing.hosts.clone());
            view! {
                <FirstSteps page=page.clone()/>
                <Filters query=query.clone() hosts action is_covered=page.is_covered()/>
                <SearchAsTyped/>
                <section id="results" class="stack" aria-label="Results">
                    <Results listing query page/>
                </section>
            }
                .into_any()
        }}
    }
}

#[component]
fn Results(listing: Listing, query: ListQuery, page: PageContext) -> impl IntoView {
    let Listing { rows, total, today, previous, next, .. } = listing;
    let list = paths::credentials(&page.project);
    if rows.is_empty() {
        let (sentence, href, label) = if total == 0 {
            let sentence = "No credentials match. Use fewer words or remove a filter.";
            (sentence, list, "Clear search and filters")
        } else {
            let first = list + &query.first_page().to_url();
            ("This page no longer exists.", first, "Go to the first page")
        };
        return view! {
            <div class="empty stack">
                <p role="status">{sentence}</p>
                <p><LinkButton href label/></p>
            </div>
        }
        .into_any();
    }
    let count = if total == 1 { "1 credential".to_owned() } else { format!("{total} credentials") };
    let list_query = query.to_url();
    let rows = rows.into_iter().map(|credential| row::cells(credential, today, &page, &list_query));
    let columns = Columns::new(row::HEADS, rows);
    let at = |query: ListQuery| format!("{list}{}", query.to_url());
    view! {
        <p class="muted" role="status">{count}</p>
        <Table columns/>
        <Pager previous=previous.map(at) next=next.map(at)/>
    }
    .into_any()
}

/// The addresses of the page before and of the page after, where there are such.
#[component]
fn Pager(previous: Option<String>, next: Option<String>) -> impl IntoView {
    (previous.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {previous.map(|href| view! { <a class="button" rel="prev" href=href>"Previous"</a> })}
                {next.map(|href| view! { <a class="button" rel="next" href=href>"Next"</a> })}
            </nav>
        }
    })
}
