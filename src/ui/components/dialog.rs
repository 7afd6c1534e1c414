//! A dialog is a route drawn over its list: the server sends it open, so a link to it works, Back
//! leaves it, and it needs no JavaScript. With JavaScript it becomes modal.

use super::Icon;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, EventTarget, HtmlDialogElement, HtmlElement};

/// Draws its children over the page. Closing it, by its link or by Escape, goes to `close_href`.
#[component]
pub fn Dialog(
    #[prop(into)] id: String,
    #[prop(into)] title: String,
    #[prop(into)] close_href: String,
    /// For forms in two columns.
    #[prop(optional)]
    is_wide: bool,
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let (dialog_id, labelled_by, close) = (id.clone(), title_id.clone(), close_href.clone());
    let class = if is_wide { "dialog dialog-wide" } else { "dialog" };
    view! {
        <div class="dialog-layer">
            <dialog open=true id=dialog_id class=class aria-labelledby=labelled_by>
                <header class="dialog-head">
                    <h2 id=title_id>{title}</h2>
                    <a class="icon-button" href=close aria-label="Close" title="Close">
                        <Icon name="close"/>
                    </a>
                </header>
                <div class="dialog-body">{children()}</div>
                <DialogBehaviour id=id close_href=close_href/>
            </dialog>
        </div>
    }
}

/// Makes the open dialog `id` modal: the focus stays in it, and Escape goes to `close_href`.
#[island]
pub fn DialogBehaviour(
    #[prop(into)] id: String,
    #[prop(into)] close_href: String,
) -> impl IntoView {
    Effect::new(move |_| {
        let found = document().get_element_by_id(&id);
        if let Some(dialog) = found.and_then(|e| e.dyn_into::<HtmlDialogElement>().ok()) {
            make_modal(&dialog);
            leave_on_escape(&dialog, &close_href);
        }
    });
    view! { <span hidden=true></span> }
}

fn make_modal(dialog: &HtmlDialogElement) {
    let focused = document().active_element().filter(|e| dialog.contains(Some(e.as_ref())));
    // Taking the attribute away sends no `close` event, which close() would, and that one leaves.
    dialog.set_open(false);
    if dialog.show_modal().is_err() {
        dialog.set_open(true);
        return;
    }
    // Somebody who began to type before this ran keeps their place.
    let target = focused
        .filter(|e| !e.has_attribute("autofocus"))
        .or_else(|| find(dialog, "[aria-invalid='true']"))
        .or_else(|| find(dialog, "[autofocus]"));
    if let Some(element) = target.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

fn find(dialog: &HtmlDialogElement, selector: &str) -> Option<Element> {
    dialog.query_selector(selector).ok().flatten()
}

/// Escape first asks (`cancel`). Staying open until the next page is there avoids a flash of the
/// list, and a page that Back would show without its dialog. A browser that does not ask closes.
fn leave_on_escape(dialog: &HtmlDialogElement, href: &str) {
    for name in ["cancel", "close"] {
        let (href, own) = (href.to_owned(), EventTarget::from(dialog.clone()));
        let leave = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            // A file picker inside the dialog sends a `cancel` of its own.
            if event.target().as_ref() == Some(&own) {
                event.prevent_default();
                let _ = window().location().assign(&href);
            }
        });
        let _ = dialog.add_event_listener_with_callback(name, leave.as_ref().unchecked_ref());
        // It lives as long as the page.
        leave.forget();
    }
}
