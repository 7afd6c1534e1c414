//! The keys that lead to what is used most (`islands::PageBehaviour`), told.

use super::Icon;
use leptos::prelude::*;

/// What keys do; without a script they do nothing, and there is nothing to tell.
#[component]
pub fn Shortcuts() -> impl IntoView {
    const KEYS: [(&str, &str); 7] = [
        ("Ctrl K", "Find anything"),
        ("/", "Search"),
        ("n", "Add"),
        ("↑ ↓", "Previous or next row"),
        ("s", "Actions for selected rows"),
        ("Esc", "Close"),
        ("?", "Show these keys"),
    ];
    let label = "Keyboard shortcuts";
    let keys = KEYS.map(|(key, what)| view! { <dt><kbd>{key}</kbd></dt><dd>{what}</dd> });
    view! {
        <button type="button" class="icon-button only-js keys-button" popovertarget="keys" aria-label=label title=label>
            <Icon name="keyboard"/>
        </button>
        <div id="keys" class="menu keys" popover="auto" role="group" aria-label=label>
            <dl class="facts">{keys.into_iter().collect_view()}</dl>
        </div>
    }
}
