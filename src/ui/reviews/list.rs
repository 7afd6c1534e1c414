//! The list: reviews that are open, those that were closed, and the form that opens one.

use super::State;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::review::{Review, ReviewForm, ReviewKind, Reviewer, Reviews, Undecided};
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::reviews::{CreateReview, list_reviews};
use crate::ui::kit::{
    Cell, Columns, Field, FlashMessages, FormState, Loaded, PageContext, PageHead, PostForm,
    Section, Select, Table, options,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `/p/{project}/reviews`
#[component]
pub fn ReviewsPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <FlashMessages/>
        <Loaded title="Access reviews" from=load(page.clone()) let:found>
            {listed(found, page)}
        </Loaded>
    }
}

type Found = (Reviews, Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::PipelineRead)?;
    let failed = page.failed_form().await;
    Ok((list_reviews(page.project).await?, failed))
}

fn listed((found, failed): Found, page: PageContext) -> impl IntoView {
    let open = columns(found.open, &page);
    let has_closed = !found.closed.is_empty();
    let closed = has_closed.then(|| columns(found.closed, &page));
    let project = page.project.clone();
    let reviewers = found.reviewers;
    let may_open = page.may(Permission::AuditWrite);
    let form = may_open.then(|| view! { <Opening project reviewers failed/> });
    view! {
        <PageHead title="Access reviews"/>
        <p class="muted">
            "A review lists who and what has access: grants, pipeline tokens, trust rules, members, and who owns each credential. Everything is recorded as it is when the review is opened. Then members confirm or remove each item."
        </p>
        <Section id="open" title="Open">
            <Table columns=open empty="No review is open." class="compact"/>
        </Section>
        {form}
        {closed
            .map(|columns| {
                view! {
                    <Section id="closed" title="Closed">
                        <Table columns class="compact"/>
                    </Section>
                }
            })}
    }
}

fn columns(reviews: Vec<Review>, page: &PageContext) -> Columns {
    let rows = reviews.into_iter().map(|review| {
        let href = paths::review(&page.project, review.id);
        let name = review.name.clone();
        [
            Cell::of(view! { <a href=href>{name}</a> }),
            Cell::of(review.items),
            Cell::done(review.opened_at, &review.opened_by.name),
            Cell::of(view! { <State review/> }),
        ]
    });
    Columns::new(["Review", "Items", "Opened", "State"], rows)
}

#[component]
fn Opening(project: String, reviewers: Vec<Reviewer>, failed: Option<FailedForm>) -> impl IntoView {
    let usual = Undecided::Listed.word().to_owned();
    let start = ReviewForm { undecided: usual, ..ReviewForm::default() };
    let form = FormState::of::<CreateReview>(failed, start).within("form");
    let undecided = options(Undecided::ALL, Undecided::word, Undecided::label);
    let deciding = ReviewKind::ALL
        .iter()
        .map(|kind| {
            let may = reviewers.iter().filter(|one| one.decides(*kind));
            let may = may.map(|one| (one.id.to_string(), one.name.clone()));
            let options: Vec<(String, String)> =
                [(String::new(), "Everybody who may".to_owned())].into_iter().chain(may).collect();
            let at = form.at(&format!("reviewers.{}", kind.word()));
            view! { <Select at label=kind.label() options/> }
        })
        .collect_view();
    view! {
        <Section id="new" title="Open a review">
            {form.summary()}
            <PostForm action=CreateReview::url() project class="card stack" submit="Open review">
                <Field at=form.at("name") label="Name" hint="For example 2026, fourth quarter."/>
                <Field
                    at=form.at("due_on")
                    label="Decide by (Optional)"
                    kind="date"
                    hint="The last day. At its end, Regcred closes the review, removes nothing, and lists what is undecided."
                />
                <Select
                    at=form.at("undecided")
                    label="Undecided at closing"
                    options=undecided
                    hint="Removed grants, tokens and trust rules stop at once. Memberships are only listed."
                />
                <p class="muted">
                    "Choose who decides each kind of item. Nobody decides about their own items: these stay with everybody else who may decide."
                </p>
                {deciding}
            </PostForm>
        </Section>
    }
}
