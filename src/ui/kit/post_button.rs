//! What is done without a form to fill in: a form that is one button.

use super::{Hidden, non_empty};
use leptos::prelude::*;

/// A button that posts `values`.
#[component]
pub fn PostButton(
    /// `X::url()` of the server function `X`.
    action: &'static str,
    /// Names and values, as the server function calls them.
    #[prop(optional)]
    values: Vec<(&'static str, String)>,
    /// What is seen of it: "Revoke".
    word: &'static str,
    /// Its whole name, where the word does not say what it is done to: "Revoke token NAME".
    #[prop(into, optional)]
    label: String,
    #[prop(default = "button button-quiet")] class: &'static str,
) -> impl IntoView {
    view! {
        <form method="post" action=action>
            {values
                .into_iter()
                .map(|(name, value)| view! { <Hidden name value/> })
                .collect_view()}
            <button type="submit" class=class aria-label=non_empty(label)>{word}</button>
        </form>
    }
}
