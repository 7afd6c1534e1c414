//! The parts of a page that have addresses of their own.

use leptos::prelude::*;

/// One of them.
pub struct Tab {
    pub label: &'static str,
    pub href: String,
    /// How many things are there, where that is known.
    pub count: Option<u64>,
    pub is_current: bool,
}

/// Links to the parts of a page, of which one is shown.
#[component]
pub fn Tabs(
    /// What the parts are of: "Credential".
    label: &'static str,
    tabs: Vec<Tab>,
) -> impl IntoView {
    let links = tabs
        .into_iter()
        .map(|tab| {
            let count = tab.count.map(|count| format!(" {count}"));
            let count = count.map(|count| view! { <span class="tab-count">{count}</span> });
            view! {
                <li>
                    <a href=tab.href aria-current=tab.is_current.then_some("page")>
                        {tab.label}
                        {count}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="tabs" aria-label=label>
            <ul class="tab-list">{links}</ul>
        </nav>
    }
}
