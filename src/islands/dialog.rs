//! What makes a dialog modal where scripts run.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, EventTarget, HtmlDialogElement, HtmlElement};

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
