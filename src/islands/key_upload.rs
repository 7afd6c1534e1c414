//! The key file: uploaded with the form. A browser that can reads it first and says whose key it is;
//! the key itself is not shown.

use super::listening::listen;
use super::preview::input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::HtmlInputElement;
use web_sys::js_sys::{JSON, Reflect};

/// The most that is read, in bytes: the limit of a secret.
const READ_MAX: f64 = 65_536.0;

/// The field for the file.
#[component]
pub fn KeyUpload(
    /// The sentence at the file, empty if there is none.
    error: String,
) -> impl IntoView {
    let is_wrong = !error.is_empty();
    let described_by = if is_wrong { "key_file-error key_file-told" } else { "key_file-told" };
    view! {
        <div class="field">
            <label for="key_file">"Upload .json key file"</label>
            <input
                id="key_file"
                name="key_file"
                type="file"
                accept=".json,application/json"
                autofocus=is_wrong
                aria-describedby=described_by
                aria-invalid=is_wrong.then_some("true")
            />
            {is_wrong.then(|| view! { <p id="key_file-error" class="field-error">{error}</p> })}
            <p id="key_file-told" class="hint" role="status"></p>
        </div>
        <KeyFileTold/>
    }
}

/// Tells of the file once one is chosen.
#[island]
pub fn KeyFileTold() -> impl IntoView {
    Effect::new(|_| {
        if let (Some(file), Some(told)) =
            (input("key_file"), document().get_element_by_id("key_file-told"))
        {
            let of = file.clone();
            listen(&file, "change", move |_| {
                let (file, told) = (of.clone(), told.clone());
                spawn_local(async move {
                    told.set_text_content(of_file(&file).await.as_deref());
                });
            });
        }
    });
    view! { <span hidden=true></span> }
}

/// What to say of the chosen file; `None` when there is none, or it cannot be read.
async fn of_file(file: &HtmlInputElement) -> Option<String> {
    let chosen = file.files()?.get(0)?;
    if chosen.size() > READ_MAX {
        return Some("This file is too large for a service account key.".to_owned());
    }
    let text = chosen.text().await.ok()?.as_string()?;
    Some(of_text(&text))
}

/// Whose key it is. The server looks closer.
fn of_text(text: &str) -> String {
    let file = JSON::parse(text).unwrap_or_default();
    let part = |name: &str| Reflect::get(&file, &name.into()).ok()?.as_string();
    match (part("private_key_id"), part("client_email"), part("project_id")) {
        (Some(id), Some(email), Some(project)) => {
            format!("The key {id} of {email}, project {project}. It is sent when you save.")
        }
        _ => "This does not look like a service account key. Choose the .json file from Google."
            .to_owned(),
    }
}
