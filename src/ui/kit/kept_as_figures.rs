//! Of which time a page has no receipts any more.

use crate::domain::moment::Moment;
use leptos::prelude::*;

/// Says until when deliveries are kept as daily figures only; nothing where all receipts are there.
#[component]
pub fn KeptAsFigures(until: Option<Moment>) -> impl IntoView {
    until.map(|until| {
        let said = format!(
            "Deliveries and refusals until {} are kept as daily figures. Their receipts were removed because of their age, with what was reported of them.",
            until.to_text()
        );
        view! { <p class="muted">{said}</p> }
    })
}
