//! The list of pipelines; its dialogs are routes drawn over it.

use super::empty::EmptyState;
use crate::domain::listing::SEARCH_MAX;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::PipelineSummary;
use crate::domain::pipeline::listing::{
    LATELY, PipelineListing, PipelineQuery, PipelineRow, PipelineSort,
};
use crate::domain::trust_rule::Provider;
use crate::error::Result;
use crate::functions::pipelines::pipelines_page;
use crate::ui::approvals::WaitingForYou;
use crate::ui::kit::{
    Dot, FlashMessages, Hidden, IconLink, LinkButton, Loaded, PageContext, PageHead, Pager,
    ProviderMark, SaidOfResults, SearchAsTyped, Time,
};
use leptos::prelude::*;
use leptos_router::components::Outlet;

/// `/p/{project}/pipelines`; nothing of it can be reached while a dialog is drawn over it.
#[component]
pub fn ListPage() -> impl IntoView {
    let page = PageContext::here();
    let is_bare = page.is_at(&paths::pipelines(&page.project));
    let is_covered = page.is_covered();
    view! {
        {is_bare.then(|| view! { <FlashMessages/> })}
        <div class="list-page" inert=is_covered>
            <Loaded title="Pipelines" from=load(page.clone()) let:found>
                {listed(found, page)}
            </Loaded>
        </div>
        <Outlet/>
    }
}

type Found = (PipelineListing, PipelineQuery);

async fn load(page: PageContext) -> Result<Found> {
    let query = PipelineQuery::read(|key| page.query(key))?;
    let listing = pipelines_page(page.project.clone(), query.clone()).await?;
    Ok((listing, query))
}

fn listed((listing, query): Found, page: PageContext) -> impl IntoView {
    let add = page.may_grant().then(|| paths::new_pipeline(&page.project) + &query.to_url());
    let is_of_all = query.search.is_empty() && query.is_first_page();
    let is_empty = listing.rows.is_empty() && is_of_all;
    view! {
        <PageHead title="Pipelines">
            {add.map(|href| view! { <LinkButton href label="Add Pipeline" is_primary=true/> })}
        </PageHead>
        <WaitingForYou project=page.project.clone()/>
        {if is_empty {
            view! { <EmptyState page/> }.into_any()
        } else {
            let action = paths::pipelines(&page.project);
            view! {
                <Search query=query.clone() action/>
                <SaidOfResults said=said(&listing, &query)/>
                <div id="results" class="stack">
                    <Results listing query page/>
                </div>
                <SearchAsTyped/>
            }
            .into_any()
        }}
    }
}

#[component]
fn Search(query: PipelineQuery, action: String) -> impl IntoView {
    view! {
        <form id="search" role="search" method="get" action=action class="toolbar one-search">
            <input
                name="q"
                type="search"
                aria-label="Search pipelines"
                placeholder="Name, repository, project, subject…"
                value=query.search
                maxlength=SEARCH_MAX.to_string()
                autocomplete="off"
            />
            {query.sort.map(|sort| view! { <Hidden name="sort" value=sort.word()/> })}
            <button type="submit" class="button">"Search"</button>
        </form>
    }
}

#[component]
fn Results(listing: PipelineListing, query: PipelineQuery, page: PageContext) -> impl IntoView {
    let list = paths::pipelines(&page.project);
    let PipelineListing { rows, previous, next } = listing;
    if rows.is_empty() {
        return view! { <p><LinkButton href=list label="Show all pipelines"/></p> }.into_any();
    }
    let can_delete = page.may(Permission::PipelineDelete);
    let can_edit = page.may(Permission::PipelineWrite);
    let has_actions = can_delete || can_edit;
    let here = query.to_url();
    let may = (can_edit, can_delete);
    let rows: Vec<AnyView> =
        rows.into_iter().map(|one| row(one, &page.project, &here, may)).collect();
    let at = |query: PipelineQuery| format!("{list}{}", query.to_url());
    let (previous, next) = (previous.map(at), next.map(at));
    view! {
        <table class="table pipelines" aria-label="Pipelines">
            <thead>
                <tr>
                    {head("Name", PipelineSort::Name, &query, &list)}
                    <th scope="col">"Signs in with"</th>
                    <th scope="col">"Credentials"</th>
                    <th scope="col">"Last delivery"</th>
                    <th scope="col">"Refused lately"</th>
                    {head("Created", PipelineSort::Created, &query, &list)}
                    {has_actions
                        .then(|| {
                            view! {
                                <th scope="col">
                                    <span class="visually-hidden">"Actions"</span>
                                </th>
                            }
                        })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <Pager previous next/>
    }
    .into_any()
}

/// How many there are, as far as this page tells, or why there are none to see.
fn said(listing: &PipelineListing, query: &PipelineQuery) -> String {
    match (listing.rows.len(), query.is_first_page(), listing.next.is_some()) {
        (0, true, _) => "No pipelines match. Use fewer words.".to_owned(),
        (0, false, _) => "This page no longer exists.".to_owned(),
        (1, true, false) => "1 pipeline".to_owned(),
        (count, true, false) => format!("{count} pipelines"),
        (count, true, true) => format!("More than {count} pipelines"),
        (1, false, _) => "1 pipeline on this page".to_owned(),
        (count, false, _) => format!("{count} pipelines on this page"),
    }
}

/// The head of a column that the list can be sorted by.
fn head(
    label: &'static str,
    sort: PipelineSort,
    query: &PipelineQuery,
    list: &str,
) -> impl IntoView + use<> {
    let is_current = query.sort() == sort;
    let order = if sort == PipelineSort::Name { "ascending" } else { "descending" };
    let href = format!("{list}{}", query.sorted(sort).to_url());
    view! {
        <th scope="col" aria-sort=is_current.then_some(order)>
            <a href=href>{label}</a>
        </th>
    }
}

/// A row; `here` is the query of the list that a dialog comes back to.
fn row(
    row: PipelineRow,
    project: &str,
    here: &str,
    (can_edit, can_delete): (bool, bool),
) -> AnyView {
    let PipelineRow { summary, providers, found_by, refused } = row;
    let PipelineSummary { id, name, description, .. } = summary;
    let (title, whole) = (name.clone(), description.clone());
    let href = paths::pipeline(project, id);
    let edit = can_edit.then(|| (paths::edit_pipeline(project, id) + here, format!("Edit {name}")));
    let delete =
        can_delete.then(|| (paths::delete_pipeline(project, id) + here, format!("Delete {name}")));
    let last = match summary.last_delivery {
        Some(at) => view! { <Time at/> }.into_any(),
        None => view! { <span class="muted">"Never"</span> }.into_any(),
    };
    let found_by = found_by.map(|name| format!("Trust rule: {name}"));
    let created_by = format!("Created by {}", summary.created_by);
    view! {
        <tr>
            <td data-label="Name">
                <div class="cut">
                    <a href=href title=title>{name}</a>
                    {found_by
                        .map(|said| {
                            view! { " " <span class="muted" title=said.clone()>{said.clone()}</span> }
                        })}
                    {(!description.is_empty())
                        .then(|| {
                            view! { " " <span class="muted" title=whole>{description}</span> }
                        })}
                </div>
            </td>
            <td data-label="Signs in with">{proofs(providers, summary.live_tokens)}</td>
            <td data-label="Credentials">{summary.grants}</td>
            <td data-label="Last delivery">{last}</td>
            <td data-label="Refused lately">{refused_lately(refused)}</td>
            <td data-label="Created" title=created_by><Time at=summary.created_at/></td>
            {(can_edit || can_delete)
                .then(|| {
                    view! {
                        <td data-label="Actions" class="row-actions">
                            {edit.map(|(href, label)| view! { <IconLink href label icon="pencil"/> })}
                            {delete.map(|(href, label)| view! { <IconLink href label icon="trash"/> })}
                        </td>
                    }
                })}
        </tr>
    }
    .into_any()
}

/// Who signs for its runs, and how many tokens it has.
fn proofs(providers: Vec<Provider>, live_tokens: i64) -> AnyView {
    let tokens = match live_tokens {
        0 => None,
        1 => Some("1 token".to_owned()),
        many => Some(format!("{many} tokens")),
    };
    if providers.is_empty() && tokens.is_none() {
        return view! { <Dot label="Nothing" tone="warn"/> }.into_any();
    }
    let names: Vec<&str> = providers.iter().map(|provider| provider.label()).collect();
    let words: Vec<String> = names.into_iter().map(str::to_owned).chain(tokens).collect();
    let words = words.join(", ");
    let title = words.clone();
    let marks =
        providers.into_iter().map(|provider| view! { <ProviderMark provider/> }).collect_view();
    view! {
        <div class="cut" title=title>
            {marks}
            {words}
        </div>
    }
    .into_any()
}

fn refused_lately(refused: i64) -> AnyView {
    if refused == 0 {
        return view! { <span class="muted">"None"</span> }.into_any();
    }
    let title = format!("Of its last {LATELY} requests, {refused} received nothing.");
    view! {
        <span title=title>
            <Dot label=refused.to_string() tone="warn"/>
        </span>
    }
    .into_any()
}
