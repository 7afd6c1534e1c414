//! What is said of the results of a search, before them.

use super::non_empty;
use leptos::prelude::*;

/// How many there are, or why there are none; nothing before anything is asked. It is always there
/// and stands outside of what `islands::SearchAsTyped` replaces: only words that come into an element
/// are read aloud, not an element that comes with its words.
#[component]
pub fn SaidOfResults(said: String) -> impl IntoView {
    view! { <p id="said" class="muted said" role="status">{non_empty(said)}</p> }
}
