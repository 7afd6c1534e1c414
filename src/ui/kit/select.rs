//! Controls to choose with.

use super::field::{Notes, described_by};
use super::{Control, non_empty};
use leptos::prelude::*;

/// The options for a list of words, such as `options(Access::ALL, Access::word, Access::label)`.
pub fn options<T: Copy>(
    all: &[T],
    word: fn(T) -> &'static str,
    label: fn(T) -> &'static str,
) -> Vec<(String, String)> {
    all.iter().map(|one| (word(*one).to_owned(), label(*one).to_owned())).collect()
}

/// One of several. Its id is its name unless given.
#[component]
pub fn Select(
    /// Its text is what is sent for the one chosen at first; the first one if there is no such.
    at: Control,
    label: &'static str,
    /// What is sent and what is read, in the order people read them.
    options: Vec<(String, String)>,
    #[prop(into, optional)] hint: String,
    /// Only where two forms of one page share a name.
    #[prop(into, optional)]
    id: String,
    #[prop(optional)] autofocus: bool,
    /// The ids of what else says something about it.
    #[prop(optional)]
    described_by_also: String,
) -> impl IntoView {
    let Control { name, text: selected, error, .. } = at;
    let id = non_empty(id).unwrap_or_else(|| name.clone());
    let own = described_by(&id, &hint, &error);
    let all: Vec<String> = own.into_iter().chain(non_empty(described_by_also)).collect();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                id=id.clone()
                name=name
                autocomplete="off"
                autofocus=autofocus || error.is_some()
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=non_empty(all.join(" "))
            >
                {options
                    .into_iter()
                    .map(|(value, text)| {
                        let is_selected = value == selected;
                        view! { <option value=value selected=is_selected>{text}</option> }
                    })
                    .collect_view()}
            </select>
            <Notes id=id hint=hint error=error/>
        </div>
    }
}

/// Yes or no; sends `value` when it is ticked, and nothing otherwise.
#[component]
pub fn CheckBox(
    at: Control,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
    #[prop(into, default = "true".into())] value: String,
    /// Only where several boxes share a name.
    #[prop(into, optional)]
    id: String,
    #[prop(optional)] autofocus: bool,
    /// It is one of several that something is wrong with, which is said of them together.
    #[prop(optional)]
    is_wrong: bool,
    /// The ids of what else says something about it.
    #[prop(into, optional)]
    described_by_also: String,
) -> impl IntoView {
    let Control { name, is_ticked, error, .. } = at;
    let id = non_empty(id).unwrap_or_else(|| name.clone());
    let own = described_by(&id, &hint, &error);
    let all: Vec<String> = own.into_iter().chain(non_empty(described_by_also)).collect();
    view! {
        <div class="field field-check">
            <label>
                <input
                    type="checkbox"
                    id=id.clone()
                    name=name
                    value=value
                    checked=is_ticked
                    autocomplete="off"
                    autofocus=autofocus || error.is_some()
                    aria-invalid=(is_wrong || error.is_some()).then_some("true")
                    aria-describedby=non_empty(all.join(" "))
                />
                <span>{label}</span>
            </label>
            <Notes id=id hint=hint error=error/>
        </div>
    }
}
