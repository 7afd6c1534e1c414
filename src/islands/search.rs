//! Results while one types. The form works without it: then they come when it is submitted.

use super::changed::is_changed;
use super::page::{element, find, focus, is};
use super::selection;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    DomParser, Element, Event, FormData, HtmlFormElement, Response, SupportedType, UrlSearchParams,
};

/// Long enough not to ask at every letter, short enough not to be felt.
const PAUSE: Duration = Duration::from_millis(150);

/// On every change of the GET form `search`, puts what its first page would show in `results` into
/// the one of this page, and the form's state into the URL. Only the answer to the newest question
/// counts. What is replaced may hold links, forms and menus, but no islands. So is what is in `add`,
/// in `chips`, in `find` and in `projects`, if they are there: links outside of the results that carry
/// their query. And so is what `said` says of the results: the element stays, or it would not be read aloud.
#[island]
pub fn SearchAsTyped() -> impl IntoView {
    Effect::new(move |_| {
        let found = document().get_element_by_id("search");
        if let Some(form) = found.and_then(|e| e.dyn_into::<HtmlFormElement>().ok()) {
            search_on_input(&form);
        }
    });
    view! { <span hidden=true></span> }
}

fn search_on_input(form: &HtmlFormElement) {
    let latest = Rc::new(Cell::new(0_u32));
    let of = form.clone();
    let mut search = debounce(PAUSE, move |()| {
        let turn = latest.get().wrapping_add(1);
        latest.set(turn);
        let latest = Rc::clone(&latest);
        let Some(url) = address(&of) else { return };
        spawn_local(async move {
            // Without an answer the old results stay; submitting the form tells what is wrong.
            if let Ok(html) = page(&url).await
                && latest.get() == turn
            {
                show(&html, &url);
            }
        });
    });
    // Somebody may have been faster than this script.
    if is_changed("#search") {
        search(());
    }
    let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        // Of a registry that is typed, half of the name finds nothing.
        let is_whole =
            element(event.target()).is_some_and(|field| field.has_attribute("data-whole"));
        if is_whole == (event.type_() == "change") {
            search(());
        }
    });
    for event in ["input", "change"] {
        let _ = form.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
    }
    // It lives as long as the page.
    listener.forget();
}

/// Where the form would go, without the fields that say nothing.
fn address(form: &HtmlFormElement) -> Option<String> {
    let data = FormData::new_with_form(form).ok()?;
    let query = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    let query = query.to_string().as_string()?;
    let said: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.ends_with('=')).collect();
    let action = form.get_attribute("action")?;
    Some(if said.is_empty() { action } else { format!("{action}?{}", said.join("&")) })
}

async fn page(url: &str) -> Result<String, JsValue> {
    let response: Response = window().fetch_with_str(url).await?.dyn_into()?;
    let text = response.text()?.await?;
    text.as_string().ok_or(JsValue::NULL)
}

fn show(html: &str, url: &str) {
    let fetched = DomParser::new()
        .and_then(|parser| parser.parse_from_string(html, SupportedType::TextHtml))
        .ok();
    let replace = |id: &str| {
        let new = fetched.as_ref()?.get_element_by_id(id)?;
        document().get_element_by_id(id)?.set_inner_html(&new.inner_html());
        Some(())
    };
    let selected = selection::selected();
    let focused = document().active_element().filter(|at| is(at, "#results *"));
    if replace("results").is_none() {
        // Another page was answered, such as the one to sign in: it has something to say.
        let _ = window().location().assign(url);
        return;
    }
    selection::keep(&selected);
    for id in ["add", "chips", "find", "said", "projects"] {
        replace(id);
    }
    if let Some(focused) = focused.filter(|focused| !focused.is_connected()) {
        // What came in its place, or else the field: the keys would lead nowhere.
        focus(same_as(&focused).or_else(|| find("#search input[type='search']")));
    }
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(url));
    }
}

/// What now leads to the same place as an element that is gone, or has the same name.
fn same_as(gone: &Element) -> Option<Element> {
    let (name, value) = ["aria-label", "href", "value"]
        .into_iter()
        .find_map(|name| Some((name, gone.get_attribute(name)?)))?;
    let is_plain = !value.contains(['"', '\\']);
    find(&format!("#results {}[{name}=\"{value}\"]", gone.tag_name())).filter(|_| is_plain)
}
