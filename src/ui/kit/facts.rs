//! Facts: names, and what each of them is.

use leptos::prelude::*;

#[component]
pub fn Facts(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// A fact; its children are what it is.
#[component]
pub fn Fact(
    label: &'static str,
    /// What machines read, in a fixed width.
    #[prop(optional)]
    is_mono: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <dt>{label}</dt>
        <dd class=is_mono.then_some("mono")>{children()}</dd>
    }
}

/// A fact in words; nothing when there are none.
#[component]
pub fn TextFact(
    label: &'static str,
    #[prop(optional)] is_mono: bool,
    #[prop(into)] text: String,
) -> impl IntoView {
    super::non_empty(text).map(|text| view! { <Fact label is_mono>{text}</Fact> })
}
