//! What is done to a row: a form that is one button.

use super::Hidden;
use leptos::prelude::*;

/// A quiet button that posts `values`.
#[component]
pub fn PostButton(
    /// `X::url()` of the server function `X`.
    action: &'static str,
    /// Names and values, as the server function calls them.
    values: Vec<(&'static str, String)>,
    /// The button's whole name, with what it is done to: "Revoke token NAME".
    #[prop(into)]
    label: String,
    /// What is seen of it: "Revoke".
    word: &'static str,
) -> impl IntoView {
    view! {
        <form method="post" action=action>
            {values
                .into_iter()
                .map(|(name, value)| view! { <Hidden name value/> })
                .collect_view()}
            <button type="submit" class="button button-quiet" aria-label=label>{word}</button>
        </form>
    }
}
