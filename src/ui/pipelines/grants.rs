//! What the pipeline may use, and on which terms.

use super::doubts::Doubts;
use super::grant_form::NewGrant;
use crate::domain::choosing::Choices;
use crate::domain::grant::{ForkRule, Terms};
use crate::domain::matching::ExplainForm;
use crate::domain::moment::Day;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::{Grant, Grantable};
use crate::functions::answer::FailedForm;
use crate::functions::pipelines::CreateGrant;
use crate::ui::kit::{
    ACTIONS, Badge, Cell, Columns, FormState, IconLink, PageContext, Section, Table, Time,
};
use crate::ui::usage::{times, use_in_words};
use leptos::prelude::*;
use uuid::Uuid;

/// The section; `failed` is the last post that failed, of whichever form.
#[component]
pub fn Grants(
    page: PageContext,
    pipeline: Uuid,
    grants: Vec<Grant>,
    grantable: Choices<Grantable>,
    /// Makers who may make such things no more.
    gone: Vec<Uuid>,
    /// Those that somebody has to approve, or to approve again.
    waiting: Vec<Uuid>,
    /// Those whose approval is not for every token and rule there is.
    newer: Vec<Uuid>,
    /// The day that the terms are told for.
    today: Day,
    failed: Option<FailedForm>,
) -> impl IntoView {
    // What came back is shown, whatever is left to grant: it says what was wrong, or what is gone.
    let is_first_try = FormState::of::<CreateGrant>(failed.clone(), ()).is_first_try();
    let is_nothing = grantable.rows.is_empty() && is_first_try;
    let can_grant = page.may_grant() && !is_nothing;
    let question = ExplainForm { pipeline: pipeline.to_string(), ..ExplainForm::default() };
    let matching = question.address(&page.project);
    let rows = grants.into_iter().map(|grant| {
        let states = (waiting.contains(&grant.id), newer.contains(&grant.id));
        row(grant, pipeline, &gone, (states, today), &page)
    });
    let columns = Columns::new(["Credential", "Access", "Granted", "Received", ACTIONS], rows);
    view! {
        <Section id="grants" title="Grants">
            <Table
                columns
                class="compact"
                empty="No credentials granted. Requests return an empty configuration."
            >
                <p class="muted">
                    <a href=matching>"See which credential an image gets"</a>
                    "."
                </p>
            </Table>
            {can_grant.then(|| view! { <NewGrant page pipeline grantable failed/> })}
        </Section>
    }
}

fn row(
    grant: Grant,
    pipeline: Uuid,
    gone: &[Uuid],
    ((is_waiting, has_newer), today): ((bool, bool), Day),
    page: &PageContext,
) -> [Cell; 5] {
    let href = paths::credential(&page.project, grant.credential_id);
    let may_revoke = page.may(Permission::PipelineWrite);
    let is_own = grant.is_own || grant.widening.is_some();
    let can_approve = page.may_grant() && !is_own && is_waiting;
    let approve = can_approve.then(|| paths::approve_grant(&page.project, pipeline, grant.id));
    let is_left = grant.created_by.is_among(gone);
    let approver = grant.terms.approval.as_ref().map(|approval| approval.by.clone());
    let approver = approver.filter(|_| grant.approved_by.is_some_and(|by| gone.contains(&by)));
    let approver =
        approver.map(|by| format!("Approved by {by}, who is no longer a maintainer or owner"));
    let (name, rejection) = (grant.credential, grant.rejection);
    let is_rejected = rejection.is_some();
    let approval =
        page.may_grant().then(|| paths::approve_grant(&page.project, pipeline, grant.id));
    let (label, approve_label) = (format!("Revoke {name}"), format!("Approve {name}"));
    let edit_label = format!("Edit the grant of {name}");
    let edit = page.may_grant().then(|| paths::edit_grant(&page.project, pipeline, grant.id));
    let revoke = may_revoke.then(|| paths::delete_grant(&page.project, pipeline, grant.id));
    let used = use_in_words(grant.deliveries, grant.used);
    let (doubts, about, of_page) = (grant.doubts, grant.id, page.clone());
    [
        Cell::of(view! {
            <a href=href>{name}</a>
            <div class="mono muted">{grant.host}</div>
        }),
        Cell::of(view! {
            <div>{grant.terms.intent.label()}</div>
            <TermsInWords terms=grant.terms today is_rejected/>
            {rejection
                .map(|one| {
                    view! {
                        <div class="rejected">
                            {one.sentence()}
                            {approval.map(|href| view! { " " <a href=href>"See the request"</a> })}
                        </div>
                    }
                })}
            {approver.map(|label| view! { <div><Badge label tone="warn"/></div> })}
            {has_newer
                .then(|| view! { <div><Badge label="newer tokens and rules need approval" tone="warn"/></div> })}
            <Doubts doubts page=of_page pipeline about/>
        }),
        Cell::made(grant.created_at, &grant.created_by, is_left),
        Cell::of(view! {
            {times(grant.deliveries)}
            {grant.last_delivery.map(|at| view! { <div class="muted">"last " <Time at/></div> })}
            {used.map(|used| view! { <div class="muted">{used}</div> })}
        }),
        Cell::of(view! {
            {approve
                .map(|href| {
                    view! {
                        <a class="button button-quiet" href=href aria-label=approve_label>"Approve"</a>
                    }
                })}
            {edit.map(|href| view! { <IconLink href label=edit_label icon="pencil"/> })}
            {revoke.map(|href| view! { <IconLink href label icon="trash"/> })}
        }),
    ]
}

/// The terms but for what the grant is for; nothing when there are none.
#[component]
pub fn TermsInWords(
    terms: Terms,
    today: Day,
    /// Another member did not approve them, which stands beside them.
    #[prop(optional)]
    is_rejected: bool,
) -> impl IntoView {
    let words = words(&terms, today);
    view! {
        {(!words.is_empty()).then(|| view! { <div class="muted">{words.join("; ")}</div> })}
        {terms
            .needs_approval
            .then(|| match terms.approval {
                None if is_rejected => ().into_any(),
                Some(approval) => {
                    let (by, until) = (approval.by, approval.until.to_text());
                    if approval.until < today {
                        let label = format!("approval by {by} ended on {until}");
                        view! { <div><Badge label tone="warn"/></div> }.into_any()
                    } else {
                        view! { <div class="muted">{format!("approved by {by} until {until}")}</div> }
                            .into_any()
                    }
                }
                None => view! { <div><Badge label="waiting for approval" tone="warn"/></div> }.into_any(),
            })}
    }
}

/// Each condition in words, for example "from main, refs/tags/v*".
fn words(terms: &Terms, today: Day) -> Vec<String> {
    let mut words = Vec::new();
    for (word, values) in
        [("only", &terms.repositories), ("from", &terms.branches), ("on", &terms.events)]
    {
        if !values.is_empty() {
            words.push(format!("{word} {}", values.join(", ")));
        }
    }
    if terms.forks == ForkRule::Pull {
        words.push("pull requests from forks can pull".to_owned());
    }
    if let Some(day) = terms.expires_on {
        let word = if day < today { "ended on" } else { "until" };
        words.push(format!("{word} {}", day.to_text()));
    }
    if terms.is_narrow {
        words.push("short-lived tokens only".to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::Access;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn every_term_is_said() {
        let today = day("2026-11-21");
        let plain = Terms::plain(Access::Pull);
        assert!(words(&plain, today).is_empty());
        let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let terms = Terms {
            repositories: list("acme/api"),
            branches: list("main refs/tags/v*"),
            events: list("push"),
            forks: ForkRule::Pull,
            expires_on: Some(day("2027-01-01")),
            is_narrow: true,
            ..plain
        };
        assert_eq!(
            words(&terms, today).join("; "),
            "only acme/api; from main, refs/tags/v*; on push; pull requests from forks can pull; until 2027-01-01; short-lived tokens only"
        );
        let ended = Terms { expires_on: Some(day("2026-11-20")), ..Terms::plain(Access::Pull) };
        assert_eq!(words(&ended, today), ["ended on 2026-11-20"]);
    }
}
