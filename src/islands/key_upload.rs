//! The key file: uploaded with the form. A browser that can reads it first and says whose key it is;
//! the key itself is not shown.

use super::listening::listen;
use super::preview::input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::js_sys::{JSON, Reflect};
use web_sys::{Element, File, HtmlInputElement};

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

/// Tells of the file once one is chosen, also if that was before this ran.
#[island]
pub fn KeyFileTold() -> impl IntoView {
    Effect::new(|_| {
        if let (Some(file), Some(told)) =
            (input("key_file"), document().get_element_by_id("key_file-told"))
        {
            if chosen(&file).is_some() {
                tell(file.clone(), told.clone());
            }
            let of = file.clone();
            listen(&file, "change", move |_| tell(of.clone(), told.clone()));
        }
    });
    view! { <span hidden=true></span> }
}

fn chosen(file: &HtmlInputElement) -> Option<File> {
    file.files()?.get(0)
}

fn tell(file: HtmlInputElement, told: Element) {
    spawn_local(async move {
        let read = chosen(&file);
        let sentence = match &read {
            Some(read) => of_file(read).await,
            None => None,
        };
        // Another one may have been chosen while this one was read.
        if chosen(&file) == read {
            told.set_text_content(sentence.as_deref());
        }
    });
}

/// What to say of the chosen file; `None` when it cannot be read.
async fn of_file(chosen: &File) -> Option<String> {
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
