//! Copying without selecting.

use super::Icon;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

/// Copies the text of the element `target_id`, or its value if it is an input, and says so. It is
/// not shown where scripts do not run. Within a line it is an icon, called "Copy" and what it copies.
#[island]
pub fn CopyButton(
    target_id: String,
    /// "user name"; empty for a button of its own line.
    what: String,
) -> impl IntoView {
    let said = RwSignal::new("");
    let copy = move |_| {
        if let Some(element) = document().get_element_by_id(&target_id) {
            spawn_local(async move {
                if is_copied(&element).await {
                    said.set("Copied");
                } else {
                    select(&element);
                    said.set("Selected: press Ctrl+C");
                }
            });
        }
    };
    let is_icon = !what.is_empty();
    let class = if is_icon { "icon-button" } else { "button button-quiet" };
    let label = is_icon.then(|| format!("Copy {what}"));
    view! {
        <span class="copy only-js">
            <button
                type="button"
                class=class
                aria-label=label.clone()
                title=label
                on:click=copy
            >
                <Icon name="copy"/>
                {(!is_icon).then(|| view! { <span>"Copy"</span> })}
            </button>
            <span class="copy-said" role="status">{move || said.get()}</span>
        </span>
    }
}

async fn is_copied(element: &Element) -> bool {
    // Outside HTTPS and localhost the browser has no clipboard, and asking for it throws.
    if !window().is_secure_context() {
        return false;
    }
    let clipboard = window().navigator().clipboard();
    clipboard.write_text(&text_of(element)).await.is_ok()
}

fn text_of(element: &Element) -> String {
    match element.dyn_ref::<HtmlInputElement>() {
        Some(input) => input.value(),
        None => element.text_content().unwrap_or_default(),
    }
}

fn select(element: &Element) {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.select();
    } else if let Ok(Some(selection)) = window().get_selection() {
        let _ = selection.select_all_children(element);
    }
}
