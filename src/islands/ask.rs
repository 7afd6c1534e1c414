//! What is asked about a form with a secret, asked before the form is sent: so the secret stays in it,
//! and need not be typed twice. Without scripts the form comes back with the question.

use super::listening::listen;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Array, JSON, Reflect};
use web_sys::{
    Element, FormData, HtmlElement, HtmlFormElement, HtmlInputElement, SubmitEvent, XmlHttpRequest,
};

/// A `FieldError` of the server.
struct Question {
    field: String,
    message: String,
}

/// Asks for the form of credentials that it stands in.
#[component]
pub fn AskFirst(
    /// The server function that tells what would be asked.
    url: String,
) -> impl IntoView {
    view! {
        <span data-ask=url hidden=true></span>
        <AskBeforeSending/>
    }
}

/// What it needs to know stands in the page.
#[island]
pub fn AskBeforeSending() -> impl IntoView {
    Effect::new(|_| {
        let _ = wake();
    });
    view! { <span hidden=true></span> }
}

fn wake() -> Option<()> {
    let place = document().query_selector("form.credential-form [data-ask]").ok()??;
    let form = place.closest("form").ok()??.dyn_into::<HtmlFormElement>().ok()?;
    ask_before_sending(&form, place.get_attribute("data-ask")?);
    Some(())
}

fn ask_before_sending(form: &HtmlFormElement, url: String) {
    let of = form.clone();
    listen(form, "submit", move |event| {
        let Some(event) = event.dyn_ref::<SubmitEvent>() else { return };
        if let Some(blank) = without_host(&of) {
            event.prevent_default();
            say(&of, &[blank]);
            return;
        }
        let is_sure = event.submitter().is_some_and(|button| button.has_attribute("name"));
        if is_sure {
            return;
        }
        // Without an answer the form is sent, and the server asks.
        let questions = questions(&of, &url).unwrap_or_default();
        if !questions.is_empty() {
            event.prevent_default();
            show(&of, &questions);
        }
    });
}

/// It is waited for, so that the form is sent by the very click, as every other form is.
fn questions(form: &HtmlFormElement, url: &str) -> Option<Vec<Question>> {
    let request = XmlHttpRequest::new().ok()?;
    request.open_with_async("POST", url, false).ok()?;
    request.send_with_opt_form_data(Some(&FormData::new_with_form(form).ok()?)).ok()?;
    if request.status().ok()? != 200 {
        return None;
    }
    let answer = JSON::parse(&request.response_text().ok()??).ok()?;
    let text =
        |question: &JsValue, key: &str| Reflect::get(question, &key.into()).ok()?.as_string();
    let answer = answer.dyn_into::<Array>().ok()?;
    let questions = answer.iter().filter_map(|question| {
        Some(Question { field: text(&question, "field")?, message: text(&question, "message")? })
    });
    Some(questions.collect())
}

/// The server could only refuse it, and the file that was chosen would be gone from the form.
fn without_host(form: &HtmlFormElement) -> Option<Question> {
    let field = |id: &str| -> Option<HtmlInputElement> {
        form.query_selector(id).ok().flatten()?.dyn_into().ok()
    };
    let has_file = field("#key_file")?.files()?.length() > 0;
    let is_blank = field("#registry_url")?.value().trim().is_empty();
    (has_file && is_blank).then(|| Question {
        field: "registry_url".to_owned(),
        message: "Enter the host of the registry. The key file stays chosen.".to_owned(),
    })
}

/// Marks the fields and offers to save all the same.
fn show(form: &HtmlFormElement, questions: &[Question]) {
    form.set_class_name("credential-form stack is-asked");
    if let Some(button) = document().get_element_by_id("anyway") {
        let _ = button.remove_attribute("hidden");
    }
    let is_narrowed = questions.iter().any(|one| ["access", "paths"].contains(&one.field.as_str()));
    if let Some(users) = document().get_element_by_id("who-uses").filter(|_| is_narrowed) {
        let _ = users.set_attribute("open", "");
    }
    say(form, questions);
}

/// Marks the fields as the server would.
fn say(form: &HtmlFormElement, questions: &[Question]) {
    while let Some(before) = form.query_selector(".field-error").ok().flatten() {
        before.remove();
    }
    while let Some(before) = form.query_selector("[aria-invalid]").ok().flatten() {
        let _ = before.remove_attribute("aria-invalid");
    }
    for question in questions {
        if let Some(field) = document().get_element_by_id(&question.field) {
            mark(&field, question);
        }
    }
    let first = form.query_selector("[aria-invalid]").ok().flatten();
    if let Some(field) = first.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
        let _ = field.focus();
    }
}

fn mark(field: &Element, question: &Question) {
    // What is folded is not seen, and cannot have the focus.
    if let Some(fold) = field.closest("details").ok().flatten() {
        let _ = fold.set_attribute("open", "");
    }
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
