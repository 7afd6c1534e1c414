//! What every page does where scripts run: a form is sent once, what was said can be put away, and
//! keys lead to what is used most; text is copied, and rows are filtered. None of it is needed.

use super::changed::is_filled_in;
use super::copy::copy;
use super::fields::{self, forget_what_was_wrong, tick_both};
use super::filter::{filter, filter_by_what_stands};
use super::selection;
use leptos::ev;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::Reflect;
use web_sys::{Element, EventTarget, HtmlElement, HtmlFormElement};
use web_sys::{KeyboardEvent, MouseEvent, SubmitEvent, Url};

/// Where the dialog that was left is kept: its path, until the next page is there.
const LEFT: &str = "dialog";
const BUSY: &str = "aria-busy";
/// The field of the finder, and after it what was found.
const IN_FINDER: &str = ".finder input[type='search'], .finder #results a";
/// What one types in on one line.
const TYPED_IN: &str = "input:not([type='checkbox'], [type='radio'])";
/// The items of a menu.
const IN_MENU: &str = "a[href], :not([hidden]) > button";

/// Listens for the whole page; it is drawn once.
#[island]
pub fn PageBehaviour() -> impl IntoView {
    Effect::new(|_| {
        window_event_listener(ev::submit, |event| send_once(&event));
        // A page that Back brings is as it was left.
        window_event_listener_untyped("pageshow", |_| {
            forget_what_was_sent();
            selection::tell();
        });
        window_event_listener_untyped("change", |event| {
            selection::change(&event);
            let _ = tick_both(&event);
        });
        window_event_listener(ev::click, |event| put_away(&event));
        window_event_listener(ev::click, |event| {
            let _ = copy(&event);
        });
        window_event_listener(ev::input, |event| {
            let _ = filter(&event);
            let _ = forget_what_was_wrong(&event);
        });
        window_event_listener(ev::keydown, |event| press(&event));
        return_from_dialog();
        // Somebody may have been faster than this script.
        selection::begin();
        fields::tick_both_of_before();
        let _ = fields::forget_what_was_wrong_before();
        let _ = filter_by_what_stands();
    });
    view! { <span hidden=true></span> }
}

pub(super) fn element(target: Option<EventTarget>) -> Option<Element> {
    target?.dyn_into().ok()
}

pub(super) fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

/// The focus on the element; `false` when there is none.
pub(super) fn focus(element: Option<Element>) -> bool {
    let element = element.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

/// Has the form send along what is typed in a field of another one, which the page that comes back shows.
fn take_along(form: &Element) -> Option<()> {
    let kept = form.query_selector("[data-from]").ok()??;
    let field = document().get_element_by_id(&kept.get_attribute("data-from")?)?;
    let value = Reflect::get(&field, &"value".into()).ok()?;
    Reflect::set(&kept, &"value".into(), &value).ok().map(drop)
}

fn send_once(event: &SubmitEvent) {
    let Some(form) = element(event.target()) else { return };
    if event.submitter().is_some_and(|by| by.has_attribute("data-enter")) {
        event.prevent_default();
        enter(form);
        return;
    }
    let _ = take_along(&form);
    // A button with a method of its own sends nothing that counts.
    let is_otherwise = event.submitter().is_some_and(|by| by.has_attribute("formmethod"));
    let is_post = !is_otherwise && form.get_attribute("method").as_deref() == Some("post");
    if event.default_prevented() || !is_post {
        return;
    }
    if form.has_attribute(BUSY) {
        event.prevent_default();
        return;
    }
    let _ = form.set_attribute(BUSY, "true");
    // The button stays enabled: its value goes along.
    if let Some(button) = event.submitter() {
        let _ = button.set_attribute(BUSY, "true");
    }
}

fn forget_what_was_sent() {
    while let Some(busy) = find("[aria-busy]") {
        let _ = busy.remove_attribute(BUSY);
    }
}

fn put_away(event: &MouseEvent) {
    // With a key it opens elsewhere, as any link does.
    if event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
        return;
    }
    let link = element(event.target()).and_then(|e| e.closest("a[data-put-away]").ok().flatten());
    let Some(alert) = link.and_then(|link| link.closest(".alert").ok().flatten()) else { return };
    event.prevent_default();
    alert.remove();
    focus(document().get_element_by_id("main"));
    if let (Ok(href), Ok(history)) = (window().location().href(), window().history())
        && let Ok(url) = Url::new(&href)
    {
        url.search_params().delete("said");
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url.href()));
    }
}

fn press(event: &KeyboardEvent) {
    if event.default_prevented() || event.alt_key() || event.is_composing() {
        return;
    }
    let Some(at) = element(event.target()) else { return };
    let key = event.key();
    let is_held = event.ctrl_key() || event.meta_key();
    let is_typing = is(&at, "input:not([type='checkbox'], [type='radio']), select, textarea");
    let is_done = match key.as_str() {
        // With Caps Lock it is the other one.
        "k" | "K" if is_held && !event.shift_key() => open_finder(),
        _ if is_held => false,
        "Escape" => find(":popover-open").is_none() && click(find(".finder .page-head a")),
        // From the field of the finder into what it found.
        "ArrowDown" | "ArrowUp" if !is_typing || is(&at, ".finder input") => {
            walk(&at, key == "ArrowDown")
        }
        _ if is_typing || find("dialog[open]").is_some() => false,
        "/" => focus(find("main input[type='search']")),
        "n" => click(find("main .page-head .button-primary")),
        // They are before all rows. Where none is selected there is nothing to see there.
        "s" => focus(find(".selectable:has(td > :checked) > .bulk > .button")),
        "?" => click(find("[popovertarget='keys']")),
        _ => false,
    };
    if is_done {
        event.prevent_default();
    }
}

/// Sends a form that has a search among its fields, when the browser sends it for Enter: from that field to
/// search, from the others that are typed in to save, and from a box or a select not at all. The browser
/// presses the first button whichever it was, and only it knows when Enter is meant to send: not while a
/// word is composed, nor while something is chosen from its own lists.
fn enter(form: Element) {
    let at = document().active_element().filter(|at| form.contains(Some(at.as_ref())));
    let Some(at) = at.filter(|at| is(at, TYPED_IN)) else { return };
    let is_search = is(&at, "[type='search']");
    let button = if is_search { ".search-line button" } else { "[type='submit'].button-primary" };
    let button = form.query_selector(button).ok().flatten();
    let button = button.and_then(|button| button.dyn_into::<HtmlElement>().ok());
    let (Some(button), Ok(form)) = (button, form.dyn_into::<HtmlFormElement>()) else { return };
    // A form cannot be sent while it is being sent.
    let send = move || {
        let _ = form.request_submit_with_submitter(Some(&button));
    };
    set_timeout(send, Duration::ZERO);
}

/// To the finder, or to the search of a page that leads to none. What is filled in is not left, and
/// the key is kept from the browser all the same: it would take the focus out of the form.
fn open_finder() -> bool {
    let is_kept = find("dialog[open]").is_some() || is_filled_in();
    (!is_kept
        && (click(find("#find a:not([aria-current])")) || focus(find("input[type='search']"))))
        || find("#find").is_some()
}

pub(super) fn is(element: &Element, selector: &str) -> bool {
    element.matches(selector).unwrap_or(false)
}

fn click(element: Option<Element>) -> bool {
    let element = element.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| {
        element.click();
        true
    })
}

/// From one item of a menu to the next, from the button into its open menu, in the finder from its
/// field to one result after the other and back, from row to row: from a tick box to the next one.
fn walk(at: &Element, is_down: bool) -> bool {
    if let Some(menu) = at.closest(":popover-open").ok().flatten() {
        return step(&menu, IN_MENU, at, is_down);
    }
    let menu = at.get_attribute("popovertarget").and_then(|id| document().get_element_by_id(&id));
    if let Some(menu) = menu.filter(|menu| is(menu, ":popover-open")) {
        return step(&menu, IN_MENU, at, is_down);
    }
    if let Some(finder) = find(".finder") {
        return is(at, IN_FINDER) && step(&finder, IN_FINDER, at, is_down);
    }
    let row = at.closest("tbody > tr").ok().flatten();
    let next = row.and_then(|row| {
        if is_down { row.next_element_sibling() } else { row.previous_element_sibling() }
    });
    let what = if is(at, "[type='checkbox']") { "td > input" } else { "a[href], button" };
    focus(next.and_then(|row| row.query_selector(what).ok().flatten()))
}

/// To the item after the one that has the focus, round and round; to the first from elsewhere.
fn step(menu: &Element, items: &str, at: &Element, is_down: bool) -> bool {
    let items = menu.query_selector_all(items);
    let Ok(items) = items else { return false };
    let items: Vec<Element> = (0..items.length())
        .filter_map(|index| items.get(index)?.dyn_into::<Element>().ok())
        .collect();
    let place = items.iter().position(|item| item == at);
    let next = match (place, is_down) {
        (Some(place), true) => place + 1,
        (Some(place), false) => place + items.len() - 1,
        (None, true) => 0,
        (None, false) => items.len().saturating_sub(1),
    };
    let next = next.checked_rem(items.len()).and_then(|next| items.into_iter().nth(next));
    focus(next)
}

/// Keeps where the dialog was, for the page after it.
pub(super) fn remember_dialog() {
    if let (Ok(Some(kept)), Ok(path)) = (window().session_storage(), window().location().pathname())
    {
        let _ = kept.set_item(LEFT, &path);
    }
}

/// The focus is where it was before the dialog: on the link that leads there.
fn return_from_dialog() {
    if find(".dialog-layer").is_some() {
        return;
    }
    let Ok(Some(kept)) = window().session_storage() else { return };
    let Ok(Some(path)) = kept.get_item(LEFT) else { return };
    let _ = kept.remove_item(LEFT);
    let is_free = document().active_element().is_none_or(|focused| is(&focused, "body"));
    if is_free && !path.contains(['"', '\\']) {
        focus(find(&format!("main a[href=\"{path}\"], main a[href^=\"{path}?\"]")));
    }
}
