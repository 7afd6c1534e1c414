//! The key file: uploaded with the form, or, when the browser can, read into the text field first,
//! so that it can be looked at before it is saved.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::{ev, html, web_sys};
use wasm_bindgen::JsCast;

/// The most that is read into the field, in bytes: the limit of a secret.
const READ_MAX: f64 = 65_536.0;

#[island]
pub fn KeyUpload(
    /// The sentence at the file, empty if there is none.
    error: String,
) -> impl IntoView {
    let file = NodeRef::<html::Input>::new();
    let told = RwSignal::new("");
    let is_wrong = !error.is_empty();
    let described_by = if is_wrong { "key_file-error key_file-told" } else { "key_file-told" };
    let read = move |_: ev::Event| {
        spawn_local(async move {
            if let Some(sentence) = read_into_field(file).await {
                told.set(sentence);
            }
        });
    };
    view! {
        <div class="field">
            <label for="key_file">"Upload .json key file"</label>
            <input
                id="key_file"
                name="key_file"
                type="file"
                accept=".json,application/json"
                aria-describedby=described_by
                aria-invalid=is_wrong.then_some("true")
                node_ref=file
                on:change=read
            />
            {is_wrong.then(|| view! { <p id="key_file-error" class="field-error">{error}</p> })}
            <p id="key_file-told" class="hint" role="status">
                {move || told.get()}
            </p>
        </div>
    }
}

/// What to say afterwards; `None` when no file is chosen.
async fn read_into_field(file: NodeRef<html::Input>) -> Option<&'static str> {
    let control = file.get_untracked()?;
    let chosen = control.files()?.get(0)?;
    if chosen.size() > READ_MAX {
        return Some("This file is too large for a service account key.");
    }
    let text = chosen.text().await.ok()?.as_string()?;
    // A text field would change these bytes, and what is uploaded is stored byte for byte.
    if text.contains(['\r', '\u{feff}', '\u{fffd}']) {
        return Some("The file is sent unchanged when you save.");
    }
    let field = document().get_element_by_id("key_json")?;
    field.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?.set_value(&text);
    // Else the key would be sent twice.
    control.set_value("");
    Some("The key is in the field above. It is sent when you save.")
}
