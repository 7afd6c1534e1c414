//! A state: a dot and a word.

use leptos::prelude::*;

/// The word says it; the dot repeats it in colour and in shape.
#[component]
pub fn Dot(
    #[prop(into)] label: String,
    /// `neutral`, `good`, `warn` or `bad`.
    #[prop(into, default = "neutral".into())]
    tone: String,
) -> impl IntoView {
    view! { <span class=format!("dot dot-{tone}")>{label}</span> }
}
