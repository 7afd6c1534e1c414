//! Copying without selecting.

use super::Icon;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, MouseEvent};

/// Copies the text of the element `target_id`, or its value if it is an input, and says so. It is
/// not shown where scripts do not run. Within a line it is an icon, called "Copy" and what it copies.
#[component]
pub fn CopyButton(
    target_id: String,
    /// "user name"; empty for a button of its own line.
    what: String,
) -> impl IntoView {
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
                data-copy=target_id
            >
                <Icon name="copy"/>
                {(!is_icon).then(|| view! { <span>"Copy"</span> })}
            </button>
            <span class="copy-said" role="status"></span>
        </span>
    }
}

/// What such a button does, wherever on the page it is.
pub(super) fn copy(event: &MouseEvent) -> Option<()> {
    let at = event.target()?.dyn_into::<Element>().ok()?;
    let button = at.closest("[data-copy]").ok()??;
    let element = document().get_element_by_id(&button.get_attribute("data-copy")?)?;
    let said = button.next_element_sibling()?;
    spawn_local(async move {
        let words = if is_copied(&element).await {
            "Copied"
        } else {
            select(&element);
            "Selected: press Ctrl+C"
        };
        said.set_text_content(Some(words));
    });
    Some(())
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
