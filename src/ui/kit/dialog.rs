//! A dialog is a route drawn over its list: the server sends it open, so a link to it works, Back
//! leaves it, and it needs no JavaScript. With JavaScript it becomes modal.

use super::{FlashMessages, Hidden, Icon, PageContext};
use crate::domain::paths;
use crate::islands::DialogBehaviour;
use leptos::prelude::*;

/// Draws its children over the page. Closing it, by its link or by Escape, goes to `close_href`.
#[component]
pub fn Dialog(
    #[prop(into)] id: String,
    #[prop(into)] title: String,
    #[prop(into)] close_href: String,
    /// For the forms in which credentials are entered.
    #[prop(optional)]
    is_wide: bool,
    /// The focus is on its heading, and not on the first control that asks for it.
    #[prop(optional)]
    is_read_first: bool,
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let (labelled_by, close) = (title_id.clone(), close_href.clone());
    let class = match (is_wide, is_read_first) {
        (true, _) => "dialog dialog-wide",
        // What is read before it is answered is short.
        (false, true) => "dialog dialog-question",
        (false, false) => "dialog",
    };
    view! {
        <div class="dialog-layer">
            <dialog open=true id=id class=class aria-labelledby=labelled_by>
                <header class="dialog-head">
                    <h2
                        id=title_id
                        tabindex=is_read_first.then_some("-1")
                        autofocus=is_read_first
                    >
                        {title}
                    </h2>
                    <a class="icon-button" href=close aria-label="Close" title="Close">
                        <Icon name="close"/>
                    </a>
                </header>
                <div class="dialog-body">{children()}</div>
                <DialogBehaviour close_href=close_href/>
            </dialog>
        </div>
    }
}

/// What a dialog may be drawn over, and how the last post went. Then nothing of it can be reached, and
/// what the last post left is for the dialog.
#[component]
pub fn Behind(page: PageContext, class: &'static str, children: Children) -> impl IntoView {
    let is_covered = page.is_covered();
    view! {
        {(!is_covered).then(|| view! { <FlashMessages/> })}
        <div class=class inert=is_covered>
            {children()}
        </div>
    }
}

/// What the form of a dialog sends along for where it leads back to.
#[component]
pub fn WhereFrom(
    page: PageContext,
    /// What is asked of the list that it may be drawn over, as the query of an address.
    list: String,
) -> impl IntoView {
    view! {
        <Hidden name="list" value=list/>
        {page.is_from_page().then(|| view! { <Hidden name="from" value=paths::FROM_PAGE/> })}
    }
}
