//! What makes a dialog modal where scripts run.

use super::changed::{came_back, is_changed};
use super::listening::listen;
use super::page::remember_dialog;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, EventTarget, HtmlDialogElement, HtmlElement};

/// Makes the open dialog that it stands in modal: the focus stays in it, and Escape goes to
/// `close_href`. When something was typed, Escape asks first.
#[component]
pub fn DialogBehaviour(#[prop(into)] close_href: String) -> impl IntoView {
    view! {
        <div class="discard" role="alertdialog" aria-label="Discard what you typed?" hidden=true>
            <p>"Discard what you typed?"</p>
            <a class="button" href=close_href>
                "Discard"
            </a>
            <button type="button" class="button button-primary">
                "Keep editing"
            </button>
        </div>
        <ModalDialog/>
    }
}

/// What it needs to know stands in the page.
#[island]
pub fn ModalDialog() -> impl IntoView {
    Effect::new(|_| {
        let _ = wake();
    });
    view! { <span hidden=true></span> }
}

fn wake() -> Option<()> {
    let discard = document().query_selector("dialog .discard > a").ok()??;
    let close_href = discard.get_attribute("href")?;
    let dialog = discard.closest("dialog").ok()??.dyn_into::<HtmlDialogElement>().ok()?;
    make_modal(&dialog);
    leave_on_escape(&dialog, &close_href);
    remember_dialog();
    Some(())
}

fn make_modal(dialog: &HtmlDialogElement) {
    let focused = document().active_element().filter(|e| dialog.contains(Some(e.as_ref())));
    // Taking the attribute away sends no `close` event, which close() would, and that one leaves.
    dialog.set_open(false);
    if dialog.show_modal().is_err() {
        dialog.set_open(true);
        return;
    }
    // Somebody who went to another field than the page did, before this ran, keeps their place. Every
    // field that is wrong asks for the focus, and the first one has it.
    let first = find(dialog, "[autofocus]");
    let target = focused
        .filter(|e| first.as_ref() != Some(e))
        .or_else(|| find(dialog, "[aria-invalid='true']"))
        .or(first);
    if let Some(element) = target.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

fn find(dialog: &HtmlDialogElement, selector: &str) -> Option<Element> {
    dialog.query_selector(selector).ok().flatten()
}

/// Escape first asks the page (`cancel`). Staying open until the next page is there avoids a flash of
/// the list, and a page that Back would show without its dialog. A browser that does not ask closes.
fn leave_on_escape(dialog: &HtmlDialogElement, href: &str) {
    let question = Question::of(dialog);
    for name in ["cancel", "close"] {
        let (href, of, own) = (href.to_owned(), dialog.clone(), EventTarget::from(dialog.clone()));
        let question = question.clone();
        listen(dialog, name, move |event: Event| {
            // A file picker inside the dialog sends a `cancel` of its own.
            if event.target().as_ref() != Some(&own) {
                return;
            }
            event.prevent_default();
            match question.as_ref().filter(|question| question.is_due()) {
                Some(question) => {
                    if !of.open() {
                        let _ = of.show_modal();
                    }
                    question.ask();
                }
                None => {
                    let _ = window().location().assign(&href);
                }
            }
        });
    }
}

/// Whether what was typed is to be thrown away, asked at the end of the dialog.
#[derive(Clone)]
struct Question {
    bar: HtmlElement,
    keep: HtmlElement,
    /// Whether something was filled in before this ran, or came back with the page.
    was_filled_in: bool,
    /// What was typed in last.
    typed: Rc<RefCell<Option<HtmlElement>>>,
}

impl Question {
    fn of(dialog: &HtmlDialogElement) -> Option<Self> {
        let bar = find(dialog, ".discard")?.dyn_into::<HtmlElement>().ok()?;
        let keep = bar.query_selector("button").ok()??.dyn_into::<HtmlElement>().ok()?;
        let was_filled_in = came_back() || is_changed("dialog form");
        let question = Self { bar, keep, was_filled_in, typed: Rc::default() };
        let typed = Rc::clone(&question.typed);
        listen(dialog, "input", move |event| {
            *typed.borrow_mut() = event.target().and_then(|e| e.dyn_into::<HtmlElement>().ok());
        });
        let own = question.clone();
        listen(&question.keep, "click", move |_| own.put_away());
        Some(question)
    }

    fn is_due(&self) -> bool {
        self.was_filled_in || self.typed.borrow().is_some()
    }

    fn ask(&self) {
        self.bar.set_hidden(false);
        let active = document().active_element().and_then(|e| e.dyn_into::<HtmlElement>().ok());
        self.typed.borrow_mut().get_or_insert_with(|| active.unwrap_or_else(|| self.keep.clone()));
        let _ = self.keep.focus();
    }

    fn put_away(&self) {
        self.bar.set_hidden(true);
        if let Some(element) = self.typed.borrow().as_ref() {
            let _ = element.focus();
        }
    }
}
