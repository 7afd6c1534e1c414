//! What is asked before something that changes what pipelines get, or cannot be undone.

use super::{Dialog, ErrorSummary, Hidden, LinkButton, SubmitButton};
use crate::error::Error;
use leptos::prelude::*;
use leptos_meta::Title;

/// A dialog that says what will happen, with a button that does it and a link that does not. The
/// focus is on its heading, so that what it says is read first. The page is called after it.
#[component]
pub fn Confirm(
    #[prop(into)] id: String,
    /// The question, with the verb and the name: "Destroy version 3 of NAME?".
    #[prop(into)]
    title: String,
    #[prop(into)] close_href: String,
    /// `X::url()` of the server function `X`.
    action: &'static str,
    /// Names and values, as the server function calls them.
    values: Vec<(&'static str, String)>,
    /// What the button says: "Destroy".
    word: &'static str,
    /// Why nothing was done, when it was tried.
    #[prop(default = None)]
    error: Option<Error>,
    /// What it does cannot be undone.
    #[prop(default = true)]
    is_danger: bool,
    /// The consequence, in sentences; and the fields of the form, if it has any.
    children: Children,
) -> impl IntoView {
    // A field that is wrong asks for the focus itself.
    let is_read_first = error.is_none();
    view! {
        <Title text=title.clone()/>
        <Dialog id title close_href=close_href.clone() is_read_first>
            {error.map(|error| view! { <ErrorSummary error/> })}
            <form method="post" action=action class="stack" novalidate>
                {values
                    .into_iter()
                    .map(|(name, value)| view! { <Hidden name value/> })
                    .collect_view()}
                {children()}
                <div class="toolbar">
                    <LinkButton href=close_href label="Cancel"/>
                    <SubmitButton label=word is_danger/>
                </div>
            </form>
        </Dialog>
    }
}
