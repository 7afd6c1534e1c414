//! A reason, as receipts and the explainer have it, with the way to its paragraph in the guides.

use crate::help::about_reason;
use leptos::prelude::*;

/// The reason as text; the guides say more of it where they know it.
#[component]
pub fn Reason(#[prop(into)] text: String) -> impl IntoView {
    let about = about_reason(&text);
    view! {
        <span>{text}</span>
        {about.map(|href| view! { " " <a href=href>"What to do"</a> })}
    }
}
