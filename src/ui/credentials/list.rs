//! The list of registry credentials; its dialogs are routes drawn over it.

use super::bulk::{BulkBar, Selected, SelectionTold};
use super::empty::EmptyState;
use super::filters::Filters;
use super::row_menu::RowMenu;
use super::rows::{self, Rows};
use crate::domain::counted::grouped;
use crate::domain::first_steps::FirstSteps as Steps;
use crate::domain::listing::{ListQuery, Listing};
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::short_id;
use crate::error::Result;
use crate::functions::credentials::list_credentials;
use crate::ui::first_steps::{FirstSteps, steps_for};
use crate::ui::kit::{
    FlashMessages, Hidden, LinkButton, Loaded, PageContext, PageHead, Pager, RowMenuFilled,
    SaidOfResults, SearchAsTyped,
};
use leptos::prelude::*;
use leptos_router::components::Outlet;
use tokio::try_join;

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

type Found = (Listing, ListQuery, Option<Steps>);

async fn load(page: PageContext) -> Result<Found> {
    let query = ListQuery::read(|key| page.query(key))?;
    let listing = list_credentials(page.project.clone(), query.clone());
    let (listing, steps) = try_join!(listing, steps_for(&page))?;
    Ok((listing, query, steps))
}

#[component]
fn Whole(loaded: Found, page: PageContext) -> impl IntoView {
    let (listing, query, steps) = loaded;
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
            let told = page.may(Permission::RegistryWrite).then(|| view! { <SelectionTold/> });
            let steps = steps.map(|steps| {
                view! { <FirstSteps steps project=page.project.clone()/> }
            });
            view! {
                {steps}
                <Filters query=query.clone() hosts action is_covered=page.is_covered()/>
                <SearchAsTyped/>
                <RowMenuFilled/>
                {told}
                <SaidOfResults said=said(&listing)/>
                <section id="results" class="stack results" aria-label="Results">
                    <Results listing query page/>
                </section>
            }
                .into_any()
        }}
    }
}

#[component]
fn Results(listing: Listing, query: ListQuery, page: PageContext) -> impl IntoView {
    let Listing { rows, used_by, checks, total, today, previous, next, .. } = listing;
    let list = paths::credentials(&page.project);
    if rows.is_empty() {
        // What clears the search and the filters stands beside these.
        let first = (total > 0).then(|| list + &query.first_page().to_url());
        return view! {
            {first.map(|href| view! { <p><LinkButton href label="Go to the first page"/></p> })}
        }
        .into_any();
    }
    let list_query = query.to_url();
    let menu = RowMenu::new(&page, &list_query);
    let heads = rows::heads(&query, &list, menu.can_edit());
    // Whoever goes back from the question about several finds the same selected.
    let ticked = page.query("ids").and_then(|ids| short_id::all(&ids)).unwrap_or_default();
    let html = Rows::new(menu, today, page.query("menu"), ticked).html(&rows, &used_by, &checks);
    let unfilled = menu.unfilled();
    let bulk = menu.can_edit().then(|| view! { <BulkBar page=page.clone()/> });
    let selected = menu.can_edit().then(|| view! { <Selected/> });
    let at = |query: ListQuery| format!("{list}{}", query.to_url());
    let (previous, next) = (previous.map(at), next.map(at));
    view! {
        <div class="selectable">
            {bulk}
            <table class="rows">
                <thead>{heads}</thead>
                <tbody inner_html=html></tbody>
            </table>
            {selected}
        </div>
        <form id=rows::FORM method="get" action=list.clone()>
            {query
                .pairs()
                .into_iter()
                .map(|(name, value)| view! { <Hidden name value/> })
                .collect_view()}
        </form>
        {unfilled}
        <Pager previous next/>
    }
    .into_any()
}

/// How many there are, or why there are none to see.
fn said(listing: &Listing) -> String {
    match (listing.rows.is_empty(), listing.total) {
        (true, 0) => "No credentials match. Use fewer words or remove a filter.".to_owned(),
        (true, _) => "This page no longer exists.".to_owned(),
        (false, total) => count(total, listing.are_more),
    }
}

/// `10,000 credentials`, or `More than 1,000 credentials`.
pub(in crate::ui) fn count(total: u64, are_more: bool) -> String {
    let number = grouped(i64::try_from(total).unwrap_or(i64::MAX));
    let before = if are_more { "More than " } else { "" };
    let noun = if total == 1 { "credential" } else { "credentials" };
    format!("{before}{number} {noun}")
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn thousands_are_set_apart() {
        for (total, said) in [
            (0, "0 credentials"),
            (1, "1 credential"),
            (999, "999 credentials"),
            (1_000, "1,000 credentials"),
            (10_000, "10,000 credentials"),
            (1_234_567, "1,234,567 credentials"),
        ] {
            assert_eq!(count(total, false), said);
        }
        assert_eq!(count(1_000, true), "More than 1,000 credentials");
    }
}
