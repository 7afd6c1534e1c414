//! Access reviews: the list with the form that opens one, the items of one, and its report.

mod decide;
mod items;
mod list;
mod report;
mod whole;

pub use list::ReviewsPage;
pub use report::ReportPage;
pub use whole::ReviewPageView;

use super::kit::{Dot, ExactDay, Time};
use crate::domain::counted::grouped;
use crate::domain::moment::Moment;
use crate::domain::review::{Delegated, Review, ReviewItem, ReviewKind, Verdict};
use leptos::prelude::*;

/// Whether a review is open, and until when.
#[component]
fn State(review: Review) -> impl IntoView {
    match review.closed {
        Some((at, by)) => view! {
            <Dot label="Closed" tone="neutral"/>
            " "
            <Time at/>
            {format!(" by {by}")}
        }
        .into_any(),
        None => {
            let due = review.due_on.map(|day| view! { ", decide by " <ExactDay day/> });
            view! {
                <Dot label="Open" tone="good"/>
                {due}
            }
            .into_any()
        }
    }
}

/// What was known of the use of an item when the review began.
fn use_in_words(item: &ReviewItem) -> String {
    let facts = &item.facts;
    let last = |word: &str| match facts.last_at {
        Some(at) => format!("{word} {}", at.to_text()),
        None => "Never used".to_owned(),
    };
    match item.kind {
        ReviewKind::Member | ReviewKind::Owner => String::new(),
        ReviewKind::Token | ReviewKind::TrustRule => last("Last used"),
        ReviewKind::Grant => {
            let count = format!(
                "in {} days: {} to pull, {} to push, {} refused",
                facts.days,
                grouped(facts.pulls),
                grouped(facts.pushes),
                grouped(facts.refused)
            );
            format!("{}; {count}", last("Last delivery"))
        }
    }
}

/// What the figures suggest.
fn suggested(item: &ReviewItem, opened_at: Moment) -> Option<String> {
    let found = item.suggestion(opened_at)?;
    Some(format!("{}: {}", found.verdict.label(), found.reason))
}

/// What was decided, or who is to decide.
fn decided(item: &ReviewItem) -> String {
    match (&item.decision, &item.reviewer) {
        (Some(one), _) => {
            let done = match (one.verdict, item.kind) {
                // An operator does that.
                (Verdict::Remove, ReviewKind::Member) => "Removal requested",
                (verdict, _) => verdict.done(),
            };
            format!("{done} by {}", one.by)
        }
        (None, Some(Delegated { to, by: Some(by) })) => format!("Delegated to {to} by {by}"),
        (None, Some(Delegated { to, by: None })) => format!("Delegated to {to}"),
        (None, None) => "Undecided".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::review::Facts;
    use crate::domain::user::Maker;
    use uuid::Uuid;

    #[test]
    fn the_figures_stand_beside_a_grant_and_a_membership_has_none() {
        let facts =
            Facts { days: 90, pulls: 2, refused: 1, last_at: Some(Moment(0)), ..Facts::default() };
        let mut item = ReviewItem {
            id: Uuid::nil(),
            number: 1,
            kind: ReviewKind::Grant,
            subject: String::new(),
            pipeline: None,
            credential: None,
            name: String::new(),
            terms: String::new(),
            whose: Maker::nobody("Kim"),
            made_at: None,
            facts,
            reviewer: None,
            decision: None,
        };
        let said =
            "Last delivery 1970-01-01 00:00 UTC; in 90 days: 2 to pull, 0 to push, 1 refused";
        assert_eq!(use_in_words(&item), said);
        assert_eq!(decided(&item), "Undecided");
        item.kind = ReviewKind::Member;
        let (to, by) = (Maker::nobody("Bea"), Some(Maker::nobody("Kim")));
        item.reviewer = Some(Delegated { to, by });
        assert_eq!(
            (use_in_words(&item).as_str(), decided(&item).as_str()),
            ("", "Delegated to Bea by Kim")
        );
    }
}
