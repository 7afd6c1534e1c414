//! What the pipeline may use, and on which terms.

use super::grant_form::NewGrant;
use crate::domain::grant::{ForkRule, Terms};
use crate::domain::moment::Day;
use crate::domain::pipeline::{Grant, Grantable};
use crate::functions::answer::Returned;
use crate::ui::components::{ACTIONS, Badge, PostButton, Section, Table, Time};
use crate::ui::credentials::place::Place;
use crate::ui::credentials::used_by::{times, use_in_words};
use leptos::prelude::*;
use uuid::Uuid;

/// The section; `came_back` is the failed post of its form, if that is what came back.
#[component]
pub fn Grants(
    place: Place,
    pipeline: Uuid,
    grants: Vec<Grant>,
    grantable: Vec<Grantable>,
    /// The day that the terms are told for.
    today: Day,
    came_back: Option<Returned>,
) -> impl IntoView {
    let is_empty = grants.is_empty();
    let can_grant = place.may.write_pipelines && !grantable.is_empty();
    let explainer = format!("/p/{}/match?pipeline={pipeline}", place.project);
    let row_place = place.clone();
    view! {
        <Section id="grants" title="Grants">
            {if is_empty {
                view! { <p class="muted">"It may use no credential yet, so a fetch is answered without any."</p> }
                    .into_any()
            } else {
                view! {
                    <Table columns=vec!["Credential", "Access", "Granted", "Received", ACTIONS]>
                        {grants
                            .into_iter()
                            .map(|grant| {
                                view! { <GrantRow grant pipeline today place=row_place.clone()/> }
                            })
                            .collect_view()}
                    </Table>
                    <p class="muted">
                        <a href=explainer>"Why this one?"</a>
                        " shows which credential an image gets, and why it gets no other."
                    </p>
                }
                    .into_any()
            }}
            {can_grant.then(|| view! { <NewGrant place pipeline grantable came_back/> })}
        </Section>
    }
}

#[component]
fn GrantRow(grant: Grant, pipeline: Uuid, today: Day, place: Place) -> impl IntoView {
    let href = place.credential(grant.credential_id);
    let approve = format!("{}/grants/{}/approve", place.pipeline(pipeline), grant.id);
    let may_approve = place.may.write && place.may.write_pipelines && !grant.is_own;
    let can_approve = may_approve && is_waiting(&grant.terms, today);
    let name = grant.credential;
    let (label, approve_label) = (format!("Take back {name}"), format!("Approve {name}"));
    let received = times(grant.deliveries);
    let used = use_in_words(grant.deliveries, grant.used);
    view! {
        <tr>
            <td data-label="Credential">
                <a href=href>{name}</a>
                <div class="mono muted">{grant.host}</div>
            </td>
            <td data-label="Access">
                <div>{grant.terms.intent.label()}</div>
                <TermsInWords terms=grant.terms today/>
            </td>
            <td data-label="Granted">
                <Time at=grant.created_at/>
                <div class="muted">{format!("by {}", grant.created_by)}</div>
            </td>
            <td data-label="Received">
                {received}
                {grant.last_delivery.map(|at| view! { <div class="muted">"last " <Time at/></div> })}
                {used.map(|used| view! { <div class="muted">{used}</div> })}
            </td>
            <td data-label="Actions" class="row-actions">
                {can_approve
                    .then(|| {
                        view! {
                            <a class="button button-quiet" href=approve aria-label=approve_label>"Approve"</a>
                        }
                    })}
                {place
                    .may
                    .write_pipelines
                    .then(|| {
                        let values = vec![
                            ("project", place.project),
                            ("pipeline", pipeline.to_string()),
                            ("id", grant.id.to_string()),
                        ];
                        view! { <PostButton action="/rpc/grants/delete" values label word="Take back"/> }
                    })}
            </td>
        </tr>
    }
}

/// The terms but for what the grant is for; nothing when there are none.
#[component]
pub fn TermsInWords(terms: Terms, today: Day) -> impl IntoView {
    let words = words(&terms, today);
    view! {
        {(!words.is_empty()).then(|| view! { <div class="muted">{words.join("; ")}</div> })}
        {terms
            .needs_approval
            .then(|| match terms.approval {
                Some(approval) => {
                    let (by, until) = (approval.by, approval.until.to_text());
                    if approval.until < today {
                        let label = format!("the approval by {by} ended on {until}");
                        view! { <div><Badge label tone="warn"/></div> }.into_any()
                    } else {
                        view! { <div class="muted">{format!("approved by {by} until {until}")}</div> }
                            .into_any()
                    }
                }
                None => view! { <div><Badge label="waits for an approval" tone="warn"/></div> }.into_any(),
            })}
    }
}

/// Whether it can push only after somebody approves it.
fn is_waiting(terms: &Terms, today: Day) -> bool {
    let has_ended = terms.approval.as_ref().is_none_or(|approval| approval.until < today);
    terms.needs_approval && has_ended
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
        words.push("pull requests from forks may pull".to_owned());
    }
    if let Some(day) = terms.expires_on {
        let word = if day < today { "ended on" } else { "until" };
        words.push(format!("{word} {}", day.to_text()));
    }
    if terms.is_narrow {
        words.push("tokens only".to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::Access;
    use crate::domain::grant::Approval;
    use crate::domain::moment::Moment;

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
            "only acme/api; from main, refs/tags/v*; on push; pull requests from forks may pull; until 2027-01-01; tokens only"
        );
        let ended = Terms { expires_on: Some(day("2026-11-20")), ..Terms::plain(Access::Pull) };
        assert_eq!(words(&ended, today), ["ended on 2026-11-20"]);
    }

    #[test]
    fn a_grant_waits_until_it_is_approved_and_again_when_that_has_ended() {
        let today = day("2026-11-21");
        let mut terms = Terms::plain(Access::PullAndPush);
        assert!(!is_waiting(&terms, today));
        terms.needs_approval = true;
        assert!(is_waiting(&terms, today));
        for (until, waits) in [("2026-11-21", false), ("2026-11-20", true)] {
            let approval = Approval { by: "B".into(), at: Moment(0), until: day(until) };
            terms.approval = Some(approval);
            assert_eq!(is_waiting(&terms, today), waits, "{until}");
        }
    }
}
