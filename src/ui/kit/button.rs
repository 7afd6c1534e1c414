//! What one presses: to submit a form, or to go where something is done.

use super::Icon;
use leptos::prelude::*;

#[component]
pub fn SubmitButton(
    #[prop(into)] label: String,
    /// What it does cannot be undone.
    #[prop(optional)]
    is_danger: bool,
) -> impl IntoView {
    let class = if is_danger { "button button-danger" } else { "button button-primary" };
    view! { <button type="submit" class=class>{label}</button> }
}

/// A link that looks like a button, because an action begins behind it.
#[component]
pub fn LinkButton(
    #[prop(into)] href: String,
    #[prop(into)] label: String,
    /// The first thing to do on the page.
    #[prop(optional)]
    is_primary: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let class = if is_primary { "button button-primary" } else { "button" };
    view! { <a class=class href=href autofocus=autofocus>{label}</a> }
}

/// A link of one icon. The label is its whole name, so it has the verb and the thing: "Edit NAME".
#[component]
pub fn IconLink(
    #[prop(into)] href: String,
    #[prop(into)] label: String,
    icon: &'static str,
) -> impl IntoView {
    view! {
        <a class="icon-button" href=href aria-label=label.clone() title=label>
            <Icon name=icon/>
        </a>
    }
}
