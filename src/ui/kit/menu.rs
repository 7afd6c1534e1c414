//! More actions behind one button, by the browser's own popover: no JavaScript.

use super::Icon;
use leptos::prelude::*;

/// A button with three dots; its children are links or form buttons of the class `menu-item`.
#[component]
pub fn Menu(
    #[prop(into)] id: String,
    /// The button's whole name: "More actions for NAME".
    #[prop(into)]
    label: String,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="icon-button"
            popovertarget=id.clone()
            aria-label=label.clone()
            title=label
        >
            <Icon name="more"/>
        </button>
        <div id=id class="menu" popover="auto">{children()}</div>
    }
}
