//! A word about the state of something.

use leptos::prelude::*;

/// A short label. Its words carry the meaning; the tone only repeats it in colour.
#[component]
pub fn Badge(
    #[prop(into)] label: String,
    /// `neutral`, `good`, `warn` or `bad`.
    #[prop(into, default = "neutral".into())]
    tone: String,
) -> impl IntoView {
    view! { <span class=format!("badge badge-{tone}")>{label}</span> }
}
