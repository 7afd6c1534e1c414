//! Fewer rows while one types. Without it all of them are there.

use leptos::prelude::*;

/// A field that hides the children of `list_id` whose text has not what is typed, unless they are
/// ticked: nobody sends what they do not see. It is not shown where scripts do not run, and its value is
/// not sent.
#[island]
pub fn FilterRows(list_id: String, label: String) -> impl IntoView {
    let filter = move |typed: String| {
        let typed = typed.trim().to_lowercase();
        let list = document().get_element_by_id(&list_id);
        let mut row = list.and_then(|list| list.first_element_child());
        while let Some(element) = row {
            let text = element.text_content().unwrap_or_default().to_lowercase();
            let is_ticked = element.query_selector("input:checked").is_ok_and(|at| at.is_some());
            let _ = if is_ticked || text.contains(&typed) {
                element.remove_attribute("hidden")
            } else {
                element.set_attribute("hidden", "")
            };
            row = element.next_element_sibling();
        }
    };
    view! {
        <div class="field only-js">
            <input
                type="search"
                aria-label=label.clone()
                placeholder=label
                autocomplete="off"
                spellcheck="false"
                on:input=move |event| filter(event_target_value(&event))
            />
        </div>
    }
}
