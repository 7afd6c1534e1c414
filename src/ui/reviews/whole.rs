//! One review: how far it is, and its items.

use super::State;
use super::decide::Deciding;
use super::items::{columns, has_choice};
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::review::{NotReviewed, ReviewKind, ReviewPage, ReviewQuery, Show, Undecided};
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::reviews::{CloseReview, DecideItems, review_page};
use crate::ui::kit::{
    Alert, Cell, Columns, Fact, Facts, FlashMessages, FormState, LinkButton, Loaded, Onward,
    PageContext, PageHead, PostButton, PostForm, Scrolled, Tab, Table, Tabs, Time,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use uuid::Uuid;

/// `/p/{project}/reviews/{id}?show=&kind=&after=`
#[component]
pub fn ReviewPageView() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <FlashMessages/>
        <Loaded title="Access review" from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

type Found = (ReviewPage, ReviewQuery, Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::PipelineRead)?;
    let query = ReviewQuery::read(|key| page.query(key))?;
    let id = page.id()?;
    let failed = page.failed_form().await;
    Ok((review_page(page.project, id, query).await?, query, failed))
}

fn whole((found, query, failed): Found, page: PageContext) -> impl IntoView {
    let review = found.review.clone();
    let (id, is_open) = (review.id, review.closed.is_none());
    let up = (paths::reviews(&page.project), "Access reviews".to_owned());
    let own = paths::review(&page.project, id);
    let tabs: Vec<Tab> = Show::ALL
        .iter()
        .copied()
        .map(|show| Tab {
            label: show.label(),
            href: own.clone() + &query.showing(show).to_url(),
            count: None,
            is_current: show == query.show,
        })
        .collect();
    let first = (query.after > 0).then(|| own.clone() + &query.after(0).to_url());
    let next = found.next.map(|query| own.clone() + &query.to_url());
    let (tally, is_cut) = (found.tally.to_text(), found.tally.all() != review.items);
    let rows = if query.show == Show::New {
        not_reviewed(found.not_reviewed).into_any()
    } else {
        let may_decide = is_open && page.may(Permission::PipelineWrite);
        let kinds = kinds(&own, query);
        let (items, viewer) = (found.items, found.viewer);
        let (reviewers, read_at) = (found.reviewers, found.read_at);
        let page = page.clone();
        // What was selected when a post failed is selected again.
        let deciding = FormState::of::<DecideItems>(failed.clone(), ());
        let (chosen, is_wrong) = (deciding.chosen("items"), deciding.error("items").is_some());
        let people = (&viewer, reviewers.as_slice());
        // Who can select nothing is offered no decision; one that was refused is still told.
        let may_decide = may_decide && (has_choice(&items, people) || failed.is_some());
        let of_row = columns(items, people, &review, (may_decide, &chosen, is_wrong), &page);
        let empty = empty(query);
        let table = view! {
            <Scrolled>
                <Table columns=of_row label="Items" empty class="compact"/>
            </Scrolled>
        };
        let table = if may_decide {
            view! {
                <Deciding page id query read_at reviewers failed>
                    {table}
                </Deciding>
            }
            .into_any()
        } else {
            table.into_any()
        };
        view! {
            {kinds}
            {table}
            <Onward what="Pages" first next/>
        }
        .into_any()
    };
    let title = review.name.clone();
    let (opened_at, opened_by) = (review.opened_at, review.opened_by.name.clone());
    let at_end = review.at_end();
    let will_remove =
        is_open && review.undecided == Undecided::Removed && found.tally.undecided > 0;
    let needs_checkpoint = !is_open && review.closing.is_none();
    let closing = (is_open && page.may(Permission::AuditWrite)).then(|| page.project.clone());
    view! {
        <Title text=title.clone()/>
        <PageHead title up>
            <Actions page id needs_checkpoint/>
        </PageHead>
        <Facts>
            <Fact label="State"><State review/></Fact>
            <Fact label="Opened">
                <Time at=opened_at/>
                {format!(" by {opened_by}")}
            </Fact>
            <Fact label="Decisions">{tally}</Fact>
            <Fact label="Undecided at closing">{at_end}</Fact>
        </Facts>
        {is_cut
            .then(|| {
                view! {
                    <Alert>
                        <p>"Items of this review were added or removed outside Regcred. Run regcred doctor on the server."</p>
                    </Alert>
                }
            })}
        {closing.map(|project| view! { <Closing project id will_remove/> })}
        <Tabs label="Items" tabs/>
        {rows}
    }
}

/// What closing the review does, and the form that does it: nobody opens it again.
#[component]
fn Closing(project: String, id: Uuid, will_remove: bool) -> impl IntoView {
    let consequence = if will_remove {
        "Closing this review removes the grants, tokens and trust rules that are still undecided, at once. This cannot be undone."
    } else {
        "After you close this review, nobody can decide its items. The report lists what is undecided. This cannot be undone."
    };
    view! {
        <details class="fold">
            <summary>"Close review"</summary>
            <PostForm
                action=CloseReview::url()
                project
                id
                class="card stack"
                submit="Close review"
                is_danger=will_remove
            >
                <p>{consequence}</p>
            </PostForm>
        </details>
    }
}

/// The report for who may audit; to sign what a closed one lacks, for who opens reviews.
#[component]
fn Actions(page: PageContext, id: Uuid, needs_checkpoint: bool) -> impl IntoView {
    let report = page.may(Permission::AuditRead).then(|| {
        let href = paths::review_report(&page.project, id);
        view! { <LinkButton href label="Report"/> }
    });
    let sign = (page.may(Permission::AuditWrite) && needs_checkpoint).then(|| {
        let values = vec![("project", page.project.clone()), ("id", id.to_string())];
        view! { <PostButton action=CloseReview::url() values word="Sign checkpoint" class="button"/> }
    });
    view! {
        <div class="toolbar">
            {report}
            {sign}
        </div>
    }
}

/// What is said instead of a table without items.
fn empty(query: ReviewQuery) -> &'static str {
    match (query.show, query.kind) {
        _ if query.after > 0 => "There are no more items.",
        (Show::Undecided, Some(_)) => {
            "The list is filtered by kind: no item of this kind is undecided. Choose Every kind to see the others."
        }
        (Show::Mine, Some(_)) => {
            "The list is filtered by kind: no item of this kind is delegated to you. Choose Every kind to see the others."
        }
        (Show::Decided, Some(_)) => {
            "The list is filtered by kind: no item of this kind is decided. Choose Every kind to see the others."
        }
        (Show::All | Show::New, Some(_)) => {
            "The list is filtered by kind: this review has no item of this kind. Choose Every kind to see the others."
        }
        (Show::Undecided, None) => "No item is undecided.",
        (Show::Mine, None) => "No item is delegated to you.",
        (Show::Decided, None) => "No item is decided.",
        (Show::All | Show::New, None) => "This review has no items.",
    }
}

/// Links to the items of one kind.
fn kinds(own: &str, query: ReviewQuery) -> impl IntoView + use<> {
    let all = [None].into_iter().chain(ReviewKind::ALL.iter().copied().map(Some));
    let links = all
        .map(|kind| {
            let href = own.to_owned() + &query.of_kind(kind).to_url();
            let current = (kind == query.kind).then_some("true");
            let label = kind.map_or("Every kind", ReviewKind::label);
            view! { <a class="button" href=href aria-current=current>{label}</a> }
        })
        .collect_view();
    view! { <nav class="toolbar presets" aria-label="Kind">{links}</nav> }
}

/// What was made or changed after the review began.
pub(super) fn not_reviewed(found: Vec<NotReviewed>) -> impl IntoView {
    let rows = found.into_iter().map(|one| {
        let made_by = one.made_by;
        let made = match one.made_at {
            Some(at) => Cell::done(at, &made_by),
            None => Cell::of(made_by),
        };
        let before = one.before.map(|terms| format!("In the review: {terms}"));
        let terms = view! {
            <div>{one.terms}</div>
            {before.map(|text| view! { <div class="muted">{text}</div> })}
        };
        [Cell::of(one.kind.label()), Cell::of(one.name), Cell::of(terms), made]
    });
    let columns = Columns::new(["Kind", "Name", "Terms", "Created"], rows);
    view! {
        <Scrolled>
            <Table
                columns
                class="compact"
                label="Not in this review"
                empty="Everything that has access now is in this review, with the same terms."
            />
        </Scrolled>
    }
}
