//! Receipts: what was handed out or left out, to whom, what was proved of the run, and what the
//! pipeline said about it. One line is one fetch.

mod filtered;
mod known;
mod words;

pub use filtered::Filtered;
pub use words::proof_in_words;
pub(super) use words::{credentials_in_words, why};

use super::kit::{Cell, Columns, Dot, KeptAsFigures, Older, PageContext, Section, Table, Time};
use super::usage::PipelineName;
use crate::domain::credential::Access;
use crate::domain::delivery::{Outcomes, Receipt, Report, by_fetch};
use crate::domain::matching::{ExplainForm, Lost};
use crate::domain::moment::Moment;
use crate::domain::paths;
use crate::domain::permission::Permission;
use known::{Known, Reported, Told};
use leptos::prelude::*;
use uuid::Uuid;
use words::run_in_words;

/// The section of the page of a credential, or of a pipeline: each leaves out its own column.
#[component]
pub fn Receipts(
    receipts: Vec<Receipt>,
    page: PageContext,
    is_of_pipeline: bool,
    /// The pipelines that have a page still; a pipeline's own page names none.
    #[prop(optional)]
    existing: Vec<Uuid>,
    /// The last fetch has more receipts than these.
    is_cut: bool,
    /// The page of older ones.
    #[prop(default = None)]
    older: Option<String>,
    /// Until when deliveries are kept as daily figures only.
    #[prop(default = None)]
    figures_until: Option<Moment>,
    /// That only some are shown.
    #[prop(default = None)]
    filtered: Option<Filtered>,
) -> impl IntoView {
    let empty = if filtered.is_some() {
        "None of the requests that this page looked at match."
    } else {
        "Nothing has been delivered or refused yet."
    };
    let other = if is_of_pipeline { "Credential" } else { "Pipeline" };
    let heads = ["When", other, "Version", "For", "Run", "Outcome"];
    let rows = by_fetch(receipts).into_iter().filter_map(|fetch| {
        let first = asked_for(&fetch)?.clone();
        let has_page = existing.contains(&first.pipeline_id);
        Some(row(first, fetch, &page, is_of_pipeline, has_page))
    });
    let columns = Columns::new(heads, rows);
    view! {
        <Section id="deliveries" title="Fetches">
            <KeptAsFigures until=figures_until/>
            {filtered.map(Filtered::said)}
            <Table columns empty class="compact">
                <details class="fold">
                    <summary>"What the words mean"</summary>
                    <p class="muted">
                        "“Used” means that the request named an image, or that the pipeline reported how it went. “Asked for” means that Regcred cannot tell whether the client used the credential: many clients ask for every registry that they know. Values under “as claimed” and “Reported” are what the pipeline said. They are recorded, but access never depends on them."
                    </p>
                </details>
            </Table>
            {is_cut
                .then(|| {
                    view! {
                        <p class="muted">
                            "The last request on this page has more receipts than are counted and listed here."
                        </p>
                    }
                })}
            <Older href=older/>
        </Section>
    }
}

/// The receipt of a fetch that says what was asked: the one of the image, if one was named, or one
/// for pushing. Beside it there may be those of what was only pulled.
fn asked_for(fetch: &[Receipt]) -> Option<&Receipt> {
    let named = fetch.iter().find(|one| one.names_image());
    let pushed = || fetch.iter().find(|one| one.intent == Access::PullAndPush);
    named.or_else(pushed).or(fetch.first())
}

/// One fetch; `first` is the receipt that says what was asked.
fn row(
    first: Receipt,
    fetch: Vec<Receipt>,
    page: &PageContext,
    is_of_pipeline: bool,
    has_page: bool,
) -> [Cell; 6] {
    let other = if is_of_pipeline {
        Cell::of(credentials_in_words(&fetch))
    } else {
        let (id, name, page) = (first.pipeline_id, first.pipeline.clone(), page.clone());
        Cell::of(view! { <PipelineName id name has_page page/> })
    };
    let version = match fetch.as_slice() {
        [one] => Cell::or(one.version, "None"),
        // Each has its own, behind the outcome.
        _ => Cell::of(()),
    };
    let run = run_in_words(&first);
    let (intent, door) = (first.intent.label(), first.door.label());
    [
        Cell::of(view! { <Time at=first.at/> }),
        other,
        version,
        Cell::of(view! {
            {intent}
            <span class="muted">" · " {door}</span>
        }),
        Cell::or(
            run.map(|run| view! { <span class="mono cut" title=run.clone()>{run.clone()}</span> }),
            "Unknown",
        ),
        outcome(first, fetch, page, is_of_pipeline || has_page),
    ]
}

/// What became of the fetch, and behind it all that is known of it; `is_there`: its pipeline is not
/// deleted.
fn outcome(first: Receipt, fetch: Vec<Receipt>, page: &PageContext, is_there: bool) -> Cell {
    let outcomes = Outcomes::of(&fetch);
    let tone = if outcomes.is_refused {
        "bad"
    } else if outcomes.delivered > 0 {
        "good"
    } else {
        "neutral"
    };
    // The server leaves it out for who may not audit.
    let unknown = if page.may(Permission::AuditRead) { "Unknown" } else { "Hidden" };
    let why = why(&fetch, outcomes.is_refused)
        .map(|why| view! { <span class="muted cut" title=why.clone()>{why.clone()}</span> });
    let ask = (is_there && outcomes.left_out > 0).then(|| question(&first, &page.project));
    let is_rejected = is_there && fetch.iter().any(|one| one.is_refused_for(Lost::Rejected));
    let grants = is_rejected.then(|| paths::grants(&page.project, first.pipeline_id) + "#grants");
    let reports: Vec<Report> = fetch.iter().filter_map(|one| one.report).collect();
    let report = reports.first().copied().map(|first| {
        let has_failed = reports.contains(&Report::Failed);
        if has_failed { Report::Failed } else { first }
    });
    Cell::of(view! {
        <details class="receipt">
            <summary>
                <Dot label=outcomes.label() tone/>
                {why}
                {report.map(|report| view! { " " <Reported report/> })}
            </summary>
            <Known of=first unknown/>
            <Told fetch is_refused=outcomes.is_refused/>
            {grants
                .map(|href| view! { <p><a href=href>"See who rejected the grant, and why"</a></p> })}
            {ask.map(|href| view! { <p><a href=href>"Ask Match what it receives now"</a></p> })}
        </details>
    })
}

/// What was asked for, as the explainer takes it; an image that was not named is to be typed there.
/// Of the run it has what was proved: what was only claimed counts for nothing there, either.
fn question(first: &Receipt, project: &str) -> String {
    let image = first.image.clone().filter(|_| first.names_image());
    let form = ExplainForm {
        image: image.unwrap_or_default(),
        pipeline: first.pipeline_id.to_string(),
        intent: first.intent.word().to_owned(),
        ..ExplainForm::default()
    };
    form.of_run(&first.proof).address(project)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::{Claims, Door, Outcome};
    use crate::domain::proof::Proof;

    fn receipt(intent: Access, image: Option<&str>, proof: Proof) -> Receipt {
        Receipt {
            id: Uuid::nil(),
            at: Moment(0),
            pipeline: "build".to_owned(),
            pipeline_id: Uuid::nil(),
            credential: None,
            version: None,
            intent,
            door: Door::DockerConfig,
            token_id: String::new(),
            claims: Claims { branch: Some("claimed".to_owned()), ..Claims::default() },
            proof,
            image: image.map(str::to_owned),
            address: None,
            outcome: Outcome::Refused,
            reason: None,
            report: None,
        }
    }

    #[test]
    fn match_is_asked_what_the_run_asked_and_proved_and_nothing_that_it_claimed() {
        let proof = Proof {
            reference: Some("refs/heads/main".to_owned()),
            event: Some("pull_request".to_owned()),
            is_fork: Some(false),
            ..Proof::default()
        };
        let run = "&branch=refs%2Fheads%2Fmain&event=pull_request&is_fork=false";
        let asked = question(&receipt(Access::Pull, Some("ghcr.io/acme/api"), proof), "acme");
        assert!(asked.contains("&intent=pull&image=ghcr.io%2Facme%2Fapi"), "{asked}");
        assert!(asked.ends_with(run), "{asked}");
        // A registry alone is no image, and who showed only a token proved nothing.
        let asked = question(&receipt(Access::Pull, Some("ghcr.io"), Proof::default()), "acme");
        assert!(asked.ends_with("&intent=pull"), "{asked}");
    }

    #[test]
    fn what_a_fetch_asked_for_is_its_image_and_not_what_is_pulled_beside_it() {
        let of = |intent, image| receipt(intent, image, Proof::default());
        let (base, image) = (of(Access::Pull, None), Some("ghcr.io/acme/api"));
        let pushed = of(Access::PullAndPush, None);
        let named = of(Access::PullAndPush, image);
        let fetch = [base.clone(), pushed.clone(), named.clone()];
        assert_eq!(asked_for(&fetch), Some(&named));
        assert_eq!(asked_for(&fetch[..2]), Some(&pushed));
        assert_eq!((asked_for(&fetch[..1]), asked_for(&[])), (Some(&base), None));
    }
}
