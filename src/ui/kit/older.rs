//! The way to older rows, where a page shows the newest first.

use leptos::prelude::*;

/// A link to the page of what is older; nothing where these are all.
#[component]
pub fn Older(href: Option<String>) -> impl IntoView {
    href.map(|href| {
        view! {
            <nav class="pager" aria-label="Pages">
                <a class="button" rel="next" href=href>"Older"</a>
            </nav>
        }
    })
}
