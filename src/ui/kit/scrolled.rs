//! What scrolls by itself.

use leptos::prelude::*;

/// Many rows that scroll by themselves where there is room, so that what stands below them is in reach. On
/// paper all of them are there.
#[component]
pub fn Scrolled(children: Children) -> impl IntoView {
    view! {
        // With a keyboard nothing scrolls that cannot have the focus.
        <div class="scrolled" role="group" tabindex="0" aria-label="Rows">
            {children()}
        </div>
    }
}
