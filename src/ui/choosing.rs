//! What the forms share that list what can be chosen: the search for what they do not list.

use super::kit::{FormState, Hidden};
use crate::domain::choosing::{Choices, LISTED, Sought};
use leptos::prelude::*;

const ID: &str = "choices-search";
const HINT: &str = "choices-search-hint";
/// What the parts of the search are called in the address of a form that only gets.
pub const TEXT: &str = "search";
pub const SEARCHED: &str = "listed";
pub const PRESSED: &str = "look";

/// The search of a form, and what the list on the page is of.
#[derive(Clone, Debug)]
pub struct Search {
    /// The names of the field, of what the list was searched for, and of the button.
    names: [String; 3],
    text: String,
    found: usize,
    are_more: bool,
    /// The page is the answer to a search.
    is_answer: bool,
}

impl Search {
    /// The search of a form that is posted.
    pub fn posted<T>(state: &FormState, listed: &Choices<T>) -> Self {
        let names = ["search.text", "search.listed", "search.is_pressed"];
        Self {
            names: names.map(|name| state.at(name).name),
            text: state.search().words(),
            found: listed.found,
            are_more: listed.are_more,
            is_answer: state.failed().is_some_and(|failed| failed.refusal().is_none()),
        }
    }

    /// The search of a form that only gets: its address has what was searched for, and whether nothing
    /// but that was asked.
    pub fn asked<T>(sought: &Sought, listed: &Choices<T>) -> Self {
        Self {
            names: [TEXT, SEARCHED, PRESSED].map(str::to_owned),
            text: sought.words(),
            found: listed.found,
            are_more: listed.are_more,
            is_answer: sought.is_asked(),
        }
    }

    /// Whether there is more than the form lists.
    pub fn is_needed(&self) -> bool {
        self.are_more || !self.text.is_empty()
    }

    /// What the list has; `what` is one of it.
    fn sentence(&self, what: &str) -> String {
        match (self.text.is_empty(), self.found) {
            (true, _) => {
                format!("The first {LISTED} {what}s by name are listed. Search for the others.")
            }
            (false, 0) => {
                format!("No {what}s match. Change the search, or clear it to list the first ones.")
            }
            (false, _) if self.are_more => format!(
                "More than {LISTED} {what}s match. The first {LISTED} are listed. Type more of the name."
            ),
            (false, 1) => format!("1 {what} matches."),
            (false, found) => format!("{found} {what}s match."),
        }
    }
}

/// The field and its button, when the form does not list everything. The button sends the whole form, and
/// it comes back with what was typed and ticked.
#[component]
pub fn ChoicesSearch(
    search: Search,
    label: &'static str,
    /// One of what is listed: `credential`.
    what: &'static str,
) -> impl IntoView {
    let sentence = search.sentence(what);
    search.is_needed().then(|| {
        let Search { names: [field, listed, pressed], text, is_answer, .. } = search;
        view! {
            <div class="field">
                <label for=ID>{label}</label>
                <div class="search-line">
                    <input
                        id=ID
                        name=field
                        type="search"
                        value=text.clone()
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        autofocus=is_answer
                        aria-describedby=HINT
                    />
                    <button type="submit" class="button" name=pressed value="true">"Search"</button>
                </div>
                <p class="hint" id=HINT>{sentence}</p>
                <Hidden name=listed value=text/>
            </div>
        }
    })
}

/// What Enter presses in a form that has such a search. The browser presses the first button of a form,
/// and in the other fields that may not be the one that searches.
#[component]
pub fn EnterSends(search: Search) -> impl IntoView {
    search.is_needed().then(|| {
        view! { <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true"></button> }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(text: &str, count: usize) -> Search {
        let sought = Sought { text: text.to_owned(), ..Sought::default() };
        Search::asked(&sought, &Choices::of(vec![(); count]))
    }

    #[test]
    fn a_list_says_what_it_has_and_how_the_others_are_found() {
        for (text, count, said) in [
            ("", 51, "The first 50 pipelines by name are listed. Search for the others."),
            (
                "x",
                51,
                "More than 50 pipelines match. The first 50 are listed. Type more of the name.",
            ),
            ("x", 50, "50 pipelines match."),
            ("x", 1, "1 pipeline matches."),
            ("x", 0, "No pipelines match. Change the search, or clear it to list the first ones."),
        ] {
            assert_eq!(search(text, count).sentence("pipeline"), said);
        }
    }

    #[test]
    fn a_form_that_lists_everything_has_no_search() {
        assert!(!search(" ", 50).is_needed());
        assert!(search("", 51).is_needed() && search("x", 1).is_needed());
    }
}
