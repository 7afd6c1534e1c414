//! What waits for a second person: the page of all of it, the line that leads there, and the form to
//! say no.

use crate::domain::approval::listing::{Approvals, ApprovalsQuery, in_short};
use crate::domain::approval::{Asked, Pending};
use crate::domain::paths;
use crate::error::Result;
use crate::functions::approvals::list_approvals;
use crate::functions::session::Frame;
use crate::ui::kit::{
    ACTIONS, Alert, Cell, Columns, Field, FlashMessages, FormState, Hidden, Loaded, Onward,
    PageContext, PageHead, PostForm, Section, Table, Time,
};
use leptos::prelude::*;
use uuid::Uuid;

/// `/p/{project}/approvals`.
#[component]
pub fn ApprovalsPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <FlashMessages/>
        <Loaded title="Approvals" from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

type Found = (Approvals, ApprovalsQuery);

async fn load(page: PageContext) -> Result<Found> {
    page.needs_to_grant()?;
    let query = ApprovalsQuery::read(|key| page.query(key))?;
    Ok((list_approvals(page.project, query).await?, query))
}

fn whole((found, query): Found, page: PageContext) -> impl IntoView {
    let up = (paths::pipelines(&page.project), "Pipelines".to_owned());
    let own = paths::approvals(&page.project);
    let Approvals { yours, others } = found;
    let beside = |after, others| own.clone() + &ApprovalsQuery { after, others }.to_url();
    let next = yours.next.map(|place| beside(Some(place), query.others));
    let first = query.after.map(|_| beside(None, query.others));
    let more = view! { <Onward what="Pages of what is waiting for you" first next/> };
    let next = others.next.map(|place| beside(query.after, Some(place)));
    let first = query.others.map(|_| beside(query.after, None));
    let has_others = !others.rows.is_empty() || first.is_some();
    let more_of_others =
        view! { <Onward what="Pages of what is waiting for other members" first next/> };
    let yours = columns(yours.rows, &page);
    let empty = if query.after.is_some() {
        "No more requests are waiting for you."
    } else {
        "Nothing is waiting for you. Grants of protected credentials, and changes that lower their guards, are listed here until a member other than their creator approves or rejects them."
    };
    let others = has_others.then(|| columns(others.rows, &page));
    let count = waiting();
    view! {
        <PageHead title="Approvals" up/>
        <Section id="yours" title="Waiting for you">
            {(count > 1)
                .then(|| {
                    let sentence = format!("{}. The oldest is first.", waiting_in_words(count));
                    view! { <p class="muted">{sentence}</p> }
                })}
            <Table
                columns=yours
                class="compact"
                empty
            />
            {more}
        </Section>
        {others
            .map(|columns| {
                view! {
                    <Section id="others" title="Waiting for other members">
                        <p class="muted">
                            "You created these requests, or made a token or trust rule that they would let in, so another member must approve them."
                        </p>
                        <Table
                            columns
                            class="compact"
                            empty="No more requests are waiting for other members."
                        />
                        {more_of_others}
                    </Section>
                }
            })}
    }
}

fn columns(found: Vec<Pending>, page: &PageContext) -> Columns {
    let rows = found.into_iter().map(|one| row(one, &page.project));
    Columns::new(["Request", "Credential", "Why", "Requested", ACTIONS], rows)
}

fn row(one: Pending, project: &str) -> [Cell; 5] {
    let Pending { id, asked, credential_id, credential, host, by, at, is_for_viewer } = one;
    let credential_href = paths::credential(project, credential_id);
    let (request, why, href, about) = match asked {
        Asked::Grant { pipeline_id, pipeline, access, cause } => {
            let href = paths::pipeline(project, pipeline_id);
            let request = view! {
                <a href=href>{pipeline.clone()}</a>
                {format!(": {}", access.label())}
            };
            let review = paths::approve_grant(project, pipeline_id, id);
            (request.into_any(), cause.sentence(), review, format!("{credential} for {pipeline}"))
        }
        Asked::GuardChange { guards } => {
            let request = format!("Change of {}", guards.join(", "));
            let why = "The change lowers a guard of a protected credential.".to_owned();
            let review = format!("{credential_href}#guard-change");
            (request.into_any(), why, review, format!("the change of {credential}"))
        }
    };
    let word = if is_for_viewer { "Review" } else { "View" };
    let label = format!("{word} {about}");
    [
        Cell::of(request),
        Cell::of(view! {
            <a href=credential_href>{credential}</a>
            " "
            <span class="mono muted">{host}</span>
        }),
        Cell::of(why),
        Cell::of(view! {
            <Time at/>
            {format!(" by {by}")}
        }),
        Cell::of(view! { <a class="button button-quiet" href=href aria-label=label>{word}</a> }),
    ]
}

/// How many requests wait for who looks at a page of a project, counted up to a bound.
fn waiting() -> usize {
    use_context::<Frame>().map_or(0, |frame| frame.waiting)
}

/// What is said of so many.
pub(super) fn waiting_in_words(count: usize) -> String {
    match count {
        1 => "1 request is waiting for your approval".to_owned(),
        count => format!("{} requests are waiting for your approval", in_short(count)),
    }
}

/// The line above the pipelines, while something waits for who looks at them.
#[component]
pub fn WaitingForYou(#[prop(into)] project: String) -> impl IntoView {
    let count = waiting();
    (count > 0).then(|| {
        view! {
            <Alert kind="warning">
                <p>
                    <a href=paths::approvals(&project)>{waiting_in_words(count)}</a>
                    "."
                </p>
            </Alert>
        }
    })
}

/// The form to say no to a grant or a change, with what else it sends beside the project and the id.
#[component]
pub fn RejectForm(
    /// `X::url()` of the server function `X`.
    action: &'static str,
    #[prop(into)] project: String,
    id: Uuid,
    of: (&'static str, Uuid),
    /// The count of who can act as the pipeline, on the page of a grant.
    #[prop(optional)]
    epoch: Option<i64>,
    /// The count of what this page shows.
    revision: i64,
    form: FormState,
) -> impl IntoView {
    let (name, value) = of;
    view! {
        {form.summary()}
        <PostForm action project id class="card stack" submit="Reject" is_danger=true>
            <Hidden name value=value.to_string()/>
            {epoch.map(|epoch| view! { <Hidden name="epoch" value=epoch.to_string()/> })}
            <Hidden name="revision" value=revision.to_string()/>
            <Field
                at=form.at("reason")
                label="Reason"
                hint="The member who asked for the approval sees it. It is recorded, too."
            />
        </PostForm>
    }
}

#[cfg(test)]
mod tests {
    use super::waiting_in_words;

    #[test]
    fn one_request_is_said_as_one() {
        assert_eq!(waiting_in_words(1), "1 request is waiting for your approval");
        assert_eq!(waiting_in_words(2), "2 requests are waiting for your approval");
        assert_eq!(waiting_in_words(100), "99+ requests are waiting for your approval");
    }
}
