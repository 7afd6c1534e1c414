//! Text controls: a label, the control, what to enter and what is wrong with what was entered.

use super::{Control, non_empty};
use leptos::prelude::*;

/// A text input. Its id is its name unless given, its hint is `{id}-hint`, its error
/// `{id}-error`. One with an error asks for the focus.
#[component]
pub fn Field(
    at: Control,
    #[prop(into)] label: String,
    #[prop(into, optional)] hint: String,
    #[prop(into, default = "text".into())] kind: String,
    #[prop(into, optional)] autocomplete: String,
    #[prop(into, optional)] placeholder: String,
    #[prop(optional)] is_readonly: bool,
    #[prop(optional)] autofocus: bool,
    /// Values to pick instead of typing one.
    #[prop(optional)]
    suggestions: &'static [&'static str],
    /// Only where two forms of one page share a name.
    #[prop(into, optional)]
    id: String,
) -> impl IntoView {
    let Control { name, text, error, .. } = at;
    let id = non_empty(id).unwrap_or_else(|| name.clone());
    let list = (!suggestions.is_empty()).then(|| format!("{id}-suggestions"));
    // Hosts, tokens and user names are not prose: nothing may capitalise them. Names of people are.
    let is_prose = matches!(autocomplete.as_str(), "name" | "organization");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id.clone()
                name=name
                type=kind
                value=text
                placeholder=non_empty(placeholder)
                autocomplete=non_empty(autocomplete).unwrap_or_else(|| "off".to_owned())
                autocapitalize=(!is_prose).then_some("none")
                spellcheck="false"
                list=list.clone()
                readonly=is_readonly
                autofocus=autofocus || error.is_some()
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described_by(&id, &hint, &error)
            />
            {list.map(|list| view! {
                <datalist id=list>
                    {suggestions.iter().copied().map(|text| view! { <option value=text></option> }).collect_view()}
                </datalist>
            })}
            <Notes id=id hint=hint error=error/>
        </div>
    }
}

/// A text of several lines; otherwise as [`Field`].
#[component]
pub fn TextArea(
    at: Control,
    label: &'static str,
    hint: &'static str,
    #[prop(default = 3)] rows: u32,
    /// Code or a key: set in a fixed width.
    #[prop(optional)]
    is_mono: bool,
) -> impl IntoView {
    let Control { name: id, text, error, .. } = at;
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id.clone()
                name=id.clone()
                class=if is_mono { "mono" } else { "" }
                rows=rows.to_string()
                autocomplete="off"
                spellcheck=if is_mono { "false" } else { "true" }
                autofocus=error.is_some()
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described_by(&id, hint, &error)
                inner_html=escaped(&text)
            ></textarea>
            <Notes id hint=hint.to_owned() error/>
        </div>
    }
}

/// The text as the inside of a `<textarea>`. Leptos does not escape what stands there (it is raw
/// text to it, as in a script), and a browser drops a line break at its start.
fn escaped(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

/// The lines below a control, with the ids that [`described_by`] names.
#[component]
pub(super) fn Notes(id: String, hint: String, error: Option<String>) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    view! {
        {non_empty(hint).map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
        {error.map(|error| view! { <p class="field-error" id=error_id>{error}</p> })}
    }
}

/// The ids of the lines that [`Notes`] draws, the error first: it is what has to be heard.
pub(super) fn described_by(id: &str, hint: &str, error: &Option<String>) -> Option<String> {
    let error = error.as_ref().map(|_| format!("{id}-error"));
    let hint = (!hint.is_empty()).then(|| format!("{id}-hint"));
    let ids: Vec<String> = error.into_iter().chain(hint).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_cannot_end_a_text_area() {
        assert_eq!(escaped("</textarea>&lt;"), "\n&lt;/textarea>&amp;lt;");
    }
}
