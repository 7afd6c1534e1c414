//! Fewer rows while one types. Without it all of them are there.

use super::page::find;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::js_sys::JsString;
use web_sys::{Event, HtmlInputElement};

/// A field that hides the children of `list_id` whose text has not what is typed, unless they are
/// ticked: nobody sends what they do not see. It is not shown where scripts do not run, and its value is
/// not sent.
#[component]
pub fn FilterRows(list_id: String, label: String) -> impl IntoView {
    view! {
        <div class="field only-js">
            <input
                type="search"
                aria-label=label.clone()
                placeholder=label
                autocomplete="off"
                spellcheck="false"
                data-filter=list_id
            />
        </div>
    }
}

/// What such a field does, wherever on the page it is.
pub(super) fn filter(event: &Event) -> Option<()> {
    filter_by(&event.target()?.dyn_into::<HtmlInputElement>().ok()?)
}

/// The same for what stands in the field already when the scripts begin to run.
pub(super) fn filter_by_what_stands() -> Option<()> {
    filter_by(&find("[data-filter]")?.dyn_into::<HtmlInputElement>().ok()?)
}

fn filter_by(field: &HtmlInputElement) -> Option<()> {
    let list = document().get_element_by_id(&field.get_attribute("data-filter")?)?;
    let typed = lower(field.value().trim()).as_string()?;
    let mut row = list.first_element_child();
    while let Some(element) = row {
        let text = lower(&element.text_content().unwrap_or_default());
        let is_ticked = element.query_selector("input:checked").is_ok_and(|at| at.is_some());
        let is_hidden = !is_ticked && !text.includes(&typed, 0);
        let _ = element.toggle_attribute_with_force("hidden", is_hidden);
        row = element.next_element_sibling();
    }
    Some(())
}

/// The browser has the tables that it takes; ours would have to be loaded.
fn lower(text: &str) -> JsString {
    JsString::from(text).to_lower_case()
}
