//! What is asked about a form with a secret, asked before the form is sent: so the secret stays in it,
//! and need not be typed twice. Without scripts the form comes back with the question.

use super::asking::post;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Array, JSON, Reflect};
use web_sys::{Element, FormData, HtmlElement, HtmlFormElement, SubmitEvent};

/// A `FieldError` of the server.
struct Question {
    field: String,
    message: String,
}

/// Asks for the form of credentials on the page.
#[island]
pub fn AskFirst(
    /// The server function that tells what would be asked.
    url: String,
) -> impl IntoView {
    Effect::new(move |_| {
        let found = document().query_selector("form.credential-form").ok().flatten();
        if let Some(form) = found.and_then(|e| e.dyn_into::<HtmlFormElement>().ok()) {
            ask_before_sending(&form, &url);
        }
    });
    view! { <span hidden=true></span> }
}

fn ask_before_sending(form: &HtmlFormElement, url: &str) {
    let (of, url) = (form.clone(), url.to_owned());
    let (is_asking, is_fine) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
    let ask = Closure::<dyn FnMut(SubmitEvent)>::new(move |event: SubmitEvent| {
        let button = event.submitter();
        let is_sure = button.as_ref().is_some_and(|button| button.has_attribute("name"));
        if is_sure || is_fine.get() {
            return;
        }
        event.prevent_default();
        if is_asking.replace(true) {
            return;
        }
        let (form, url) = (of.clone(), url.clone());
        let (is_asking, is_fine) = (Rc::clone(&is_asking), Rc::clone(&is_fine));
        spawn_local(async move {
            // Without an answer the form is sent, and the server asks.
            let questions = questions(&form, &url).await.unwrap_or_default();
            is_asking.set(false);
            if questions.is_empty() {
                is_fine.set(true);
                let _ = form.request_submit_with_submitter(button.as_ref());
                is_fine.set(false);
            } else {
                show(&form, &questions);
            }
        });
    });
    let _ = form.add_event_listener_with_callback("submit", ask.as_ref().unchecked_ref());
    // It lives as long as the page.
    ask.forget();
}

async fn questions(form: &HtmlFormElement, url: &str) -> Option<Vec<Question>> {
    let form = FormData::new_with_form(form).ok()?;
    let answer = JSON::parse(&post(url, &form).await?).ok()?;
    let text =
        |question: &JsValue, key: &str| Reflect::get(question, &key.into()).ok()?.as_string();
    let questions = answer.dyn_into::<Array>().ok()?.iter().filter_map(|question| {
        Some(Question { field: text(&question, "field")?, message: text(&question, "message")? })
    });
    Some(questions.collect())
}

/// Marks the fields as the server would, and offers to save all the same.
fn show(form: &HtmlFormElement, questions: &[Question]) {
    while let Some(before) = form.query_selector(".field-error").ok().flatten() {
        before.remove();
    }
    while let Some(before) = form.query_selector("[aria-invalid]").ok().flatten() {
        let _ = before.remove_attribute("aria-invalid");
    }
    form.set_class_name("credential-form stack is-asked");
    for question in questions {
        if let Some(field) = document().get_element_by_id(&question.field) {
            mark(&field, question);
        }
    }
    if let Some(button) = document().get_element_by_id("anyway") {
        let _ = button.remove_attribute("hidden");
    }
    let first = form.query_selector("[aria-invalid]").ok().flatten();
    if let Some(field) = first.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        let _ = field.focus();
    }
}

fn mark(field: &Element, question: &Question) {
    let id = format!("{}-error", question.field);
    let hint = format!("{}-hint", question.field);
    let _ = field.set_attribute("aria-invalid", "true");
    let _ = field.set_attribute("aria-describedby", &format!("{id} {hint}"));
    let line = document().create_element("p").ok();
    let place = field.closest(".field").ok().flatten();
    if let (Some(line), Some(place)) = (line, place) {
        line.set_id(&id);
        line.set_class_name("field-error");
        line.set_text_content(Some(&question.message));
        let _ = place.append_child(&line);
    }
}
