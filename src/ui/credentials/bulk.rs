//! What is done to all rows of the list that are selected.

use crate::functions::credential_bulk::SwitchCredentials;
use crate::ui::kit::{Hidden, PageContext, WhereFrom};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The form that the tick boxes of the rows belong to; each row names it.
pub const FORM: &str = "b";

/// The bar of the rows, before them in the document, so that nobody tabs through all of them to it; it
/// stands below them, beside [`Selected`], and a key leads there from any row. Where the browser can tell,
/// it is shown once a row is selected.
#[component]
pub fn BulkBar(page: PageContext) -> impl IntoView {
    let (project, list) = (page.project.clone(), page.list_query());
    view! {
        <form
            id=FORM
            method="post"
            action=SwitchCredentials::url()
            class="bulk"
            autocomplete="off"
            aria-label="Selected credentials"
        >
            // Enter in a tick box presses the first button of its form. This one does nothing.
            <button type="submit" formmethod="dialog" hidden=true></button>
            <Hidden name="project" value=project/>
            <WhereFrom list page/>
            <button type="submit" class="button" name="is_disabled" value="true">
                "Disable"
            </button>
            <button type="submit" class="button" name="is_disabled" value="false">
                "Enable"
            </button>
        </form>
    }
}

/// How many rows are selected: the style sheet counts what was ticked before it, so it comes after them.
#[component]
pub fn Selected() -> impl IntoView {
    view! { <p>"Selected:"</p> }
}

/// Selects all rows of the page, or none. It stands in the head of the column of names. A browser that
/// brings the page back may not tick it by itself: a ticked one selects them all.
#[component]
pub fn TickAll() -> impl IntoView {
    view! {
        <label class="tick-all only-js">
            <input type="checkbox" autocomplete="off"/>
            <span>"Select all on this page"</span>
        </label>
    }
}

/// Where a script says how many rows are selected, and which a search has left out. It is no part of
/// the results: of what is replaced nothing is read out.
#[component]
pub fn SelectionTold() -> impl IntoView {
    view! {
        <p id="selected" class="visually-hidden" role="status"></p>
        <p id="lost" class="lost" role="status"></p>
    }
}
