//! A row of the list: one line for each link.

use crate::domain::audit::{AuditChange, AuditDelivery, AuditRow, Happened};
use crate::domain::delivery::Outcomes;
use crate::domain::paths;
use crate::ui::kit::{Badge, Dot, PageContext, Time};
use crate::ui::receipts::{credentials_in_words, why};
use leptos::prelude::*;

#[component]
pub fn Rows(rows: Vec<AuditRow>, page: PageContext) -> impl IntoView {
    let rows: Vec<AnyView> = rows.into_iter().map(|one| row(one, &page.project)).collect();
    view! {
        <table class="table audit compact" aria-label="Audit events">
            <thead>
                <tr>
                    <th scope="col">"Link"</th>
                    <th scope="col">"When"</th>
                    <th scope="col">"Who"</th>
                    <th scope="col">"What"</th>
                    <th scope="col">"Details"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// What a line says.
pub(super) struct Line {
    pub(super) who: String,
    pub(super) what: String,
    pub(super) details: String,
    /// What became of a fetch: a word and its tone.
    pub(super) outcome: Option<(String, &'static str)>,
}

impl Line {
    pub(super) fn of(happened: &Happened) -> Self {
        match happened {
            Happened::Change(change) => Self::of_change(change),
            Happened::Delivery(delivery) => Self::of_delivery(delivery),
            Happened::Unknown => Self {
                who: "Unknown".to_owned(),
                what: "This version of Regcred does not know this event.".to_owned(),
                details: String::new(),
                outcome: None,
            },
        }
    }

    fn of_change(change: &AuditChange) -> Self {
        let AuditChange { action, actor, subject, detail, .. } = change;
        let outcome = action.is_refusal().then(|| ("Refused".to_owned(), "bad"));
        Self {
            who: actor.clone(),
            what: format!("{} {subject}", action.label()),
            details: detail.before_and_after(),
            outcome,
        }
    }

    fn of_delivery(delivery: &AuditDelivery) -> Self {
        let AuditDelivery { pipeline, receipts, is_cut, .. } = delivery;
        let outcomes = Outcomes::of(receipts);
        let tone = if outcomes.is_refused {
            "bad"
        } else if outcomes.delivered > 0 {
            "good"
        } else {
            "neutral"
        };
        let first = receipts.first();
        let door = first.map(|one| one.door.label()).unwrap_or_default();
        let image = receipts.iter().find_map(|one| one.image.clone());
        let reason = why(receipts, outcomes.is_refused);
        let more = is_cut.then(|| "and more".to_owned());
        let details = [image, reason, more].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        Self {
            who: pipeline.clone(),
            what: format!("fetched {} · {door}", credentials_in_words(receipts)),
            details,
            outcome: Some((outcomes.label(), tone)),
        }
    }
}

fn row(row: AuditRow, project: &str) -> AnyView {
    let AuditRow { seq, at, clock_before, what } = row;
    let Line { who, what, details, outcome } = Line::of(&what);
    let href = paths::audit_link(project, seq);
    let name = format!("Link {seq}: {who} {what}");
    let (who_title, what_title, details_title) = (who.clone(), what.clone(), details.clone());
    view! {
        <tr>
            <td data-label="Link">
                <a href=href aria-label=name>{seq}</a>
            </td>
            <td data-label="When">
                <Time at/>
                {clock_before.map(|before| {
                    let title = format!("The previous link was written at {}.", before.to_text());
                    view! { " " <span title=title><Badge label="Clock went back" tone="warn"/></span> }
                })}
            </td>
            <td data-label="Who" title=who_title>{who}</td>
            <td data-label="What" title=what_title>{what}</td>
            <td data-label="Details" title=details_title>
                {outcome.map(|(label, tone)| view! { <Dot label tone/> " " })}
                {(!details.is_empty()).then(|| view! { <span class="muted">{details}</span> })}
            </td>
        </tr>
    }
    .into_any()
}
