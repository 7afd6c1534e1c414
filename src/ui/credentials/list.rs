//! The list of registry credentials; its dialogs are routes drawn over it.

use super::empty::{NothingFound, PastTheEnd, Teaching};
use super::filters::Filters;
use super::place::Place;
use super::row::Row;
use super::said::Said;
use crate::domain::listing::{ListQuery, Listing};
use crate::functions::credentials::list_credentials;
use crate::ui::components::{ACTIONS, LinkButton, SearchAsTyped, Table};
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;

/// `/p/{project}/credentials`; nothing of it can be reached while a dialog is drawn over it.
#[component]
pub fn ListPage() -> impl IntoView {
    let place = Place::here();
    let query = ListQuery::read(|key| place.query(key));
    let listing = OnceResource::new_blocking({
        let (project, query) = (place.project.clone(), query.clone());
        async move { list_credentials(project, query?).await }
    });
    let is_bare = place.is_at(&place.credentials());
    let is_covered = place.is_covered();
    let said = place.query("said");
    view! {
        <Title text="Registry Credentials"/>
        {is_bare.then(|| view! { <Said said/> })}
        <div class="list-page" inert=is_covered>
            <Suspense>
                {move || {
                    let (place, query) = (place.clone(), query.clone().unwrap_or_default());
                    Suspend::new(async move {
                        match listing.await {
                            Ok(listing) => view! { <Listed listing query place/> }.into_any(),
                            Err(error) => view! { <Problem error/> }.into_any(),
                        }
                    })
                }}
            </Suspense>
        </div>
        <Outlet/>
    }
}

#[component]
fn Listed(listing: Listing, query: ListQuery, place: Place) -> impl IntoView {
    let add = place.may.write.then(|| format!("{}/new{}", place.credentials(), query.to_url()));
    view! {
        <div class="page-head">
            <h1>"Registry Credentials"</h1>
            <div id="add">
                {add.map(|href| view! { <LinkButton href label="Add Registry" is_primary=true/> })}
            </div>
        </div>
        {if listing.is_empty_project {
            view! { <Teaching place/> }.into_any()
        } else {
            view! { <Searchable listing query place/> }.into_any()
        }}
    }
}

#[component]
fn Searchable(listing: Listing, query: ListQuery, place: Place) -> impl IntoView {
    let action = place.credentials();
    let hosts = listing.hosts.clone();
    view! {
        <Filters query=query.clone() hosts action/>
        <SearchAsTyped form_id="search" results_id="results" links_id="add"/>
        <section id="results" class="stack" aria-label="Results">
            <Results listing query place/>
        </section>
    }
}

#[component]
fn Results(listing: Listing, query: ListQuery, place: Place) -> impl IntoView {
    let Listing { rows, total, previous, next, today, .. } = listing;
    let list = place.credentials();
    match (rows.is_empty(), total) {
        (true, 0) => return view! { <NothingFound clear_href=list/> }.into_any(),
        (true, _) => {
            let first_href = format!("{list}{}", query.first_page().to_url());
            return view! { <PastTheEnd first_href/> }.into_any();
        }
        _ => {}
    }
    let count = if total == 1 { "1 credential".to_owned() } else { format!("{total} credentials") };
    let list_query = query.to_url();
    view! {
        <p class="muted" role="status">{count}</p>
        <Table columns=vec![
            "Name",
            "Registry",
            "Method",
            "Username",
            "Access",
            "Expiry",
            "Last changed",
            ACTIONS,
        ]>
            {rows
                .into_iter()
                .map(|credential| {
                    let (place, list_query) = (place.clone(), list_query.clone());
                    view! { <Row credential today place list_query/> }
                })
                .collect_view()}
        </Table>
        <Pager previous next list/>
    }
    .into_any()
}

#[component]
fn Pager(previous: Option<ListQuery>, next: Option<ListQuery>, list: String) -> impl IntoView {
    let href = |query: ListQuery| format!("{list}{}", query.to_url());
    let (previous, next) = (previous.map(href), next.map(href));
    (previous.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {previous.map(|href| view! { <a class="button" rel="prev" href=href>"Previous"</a> })}
                {next.map(|href| view! { <a class="button" rel="next" href=href>"Next"</a> })}
            </nav>
        }
    })
}
