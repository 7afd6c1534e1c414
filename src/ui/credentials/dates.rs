//! The dates of a credential: until when it works, and when it is to be renewed.

use crate::domain::credential::Credential;
use crate::domain::moment::Day;
use crate::ui::kit::{DayFromNow, ExactDay, Fact, Facts, Section};
use leptos::prelude::*;

/// Each day that is known, with how far away it is.
#[component]
pub fn Dates(credential: Credential, today: Day) -> impl IntoView {
    let summary = credential.summary;
    let days = [
        ("Expires on", summary.expires_on),
        ("Rotate or review by", summary.renew_on),
        ("Secret set on", Some(credential.secret.set_at.day())),
    ];
    let facts = days.into_iter().filter_map(move |(label, day)| {
        let day = day?;
        Some(view! {
            <Fact label>
                <ExactDay day/>
                <span class="muted">" · " <DayFromNow day today/></span>
            </Fact>
        })
    });
    let has_no_expiry = summary.expires_on.is_none();
    view! {
        <Section id="dates" title="Dates">
            <Facts>{facts.collect_view()}</Facts>
            {has_no_expiry
                .then(|| {
                    view! {
                        <p class="muted">
                            "No expiry date is set. Regcred cannot warn before this credential stops working."
                        </p>
                    }
                })}
        </Section>
    }
}
