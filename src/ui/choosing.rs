//! What the forms share that list what can be chosen: the search for what they do not list.

use super::kit::{Alert, Control, FormState, Hidden};
use crate::domain::choosing::{Choices, LISTED, Lost, Sought};
use crate::domain::listing::SEARCH_MAX;
use crate::functions::answer::PASSWORD_AGAIN;
use leptos::prelude::*;

const ID: &str = "choices-search";
const HINT: &str = "choices-search-hint";
const ERROR: &str = "choices-search-error";
const AGAIN: &str = "choices-search-again";
/// What the parts of the search are called in the address of a form that only gets.
pub const TEXT: &str = "search";
pub const SEARCHED: &str = "listed";
pub const PRESSED: &str = "look";
pub const ENTERED: &str = "enter";

/// The search of a form, and what the list on the page is of.
#[derive(Clone, Debug)]
pub struct Search {
    /// The names of the field, of what the list was searched for, of the button, and of Enter.
    names: [String; 4],
    text: String,
    found: usize,
    are_more: bool,
    /// The page is the answer to a search.
    is_answer: bool,
    /// What was done instead of saving, where the words were not searched for before.
    error: Option<String>,
    /// A password was typed that no page brings back.
    has_lost_password: bool,
    /// What the posts before left, where the form is posted.
    notes: Control,
}

impl Search {
    /// The search of a form that is posted.
    pub fn posted<T>(state: &FormState, listed: &Choices<T>) -> Self {
        let names = ["search.text", "search.listed", "search.is_pressed", "search.is_entered"];
        let error = state.error("search.text");
        let only_searched = state.failed().filter(|failed| failed.refusal().is_none());
        Self {
            names: names.map(|name| state.at(name).name),
            text: state.search().words(),
            found: listed.found,
            are_more: listed.are_more,
            is_answer: only_searched.is_some() || error.is_some(),
            error,
            has_lost_password: only_searched.is_some_and(|failed| failed.had_secret),
            notes: state.notes_of_searches(),
        }
    }

    /// The search of a form that only gets: its address has what was searched for, and whether nothing
    /// but that was asked. `next` is said where it was not: what to do with what was found.
    pub fn asked<T>(sought: &Sought, listed: &Choices<T>, next: &str) -> Self {
        let error = sought
            .is_unanswered()
            .then(|| format!("The list now shows what your search finds. {next}"));
        Self {
            names: [TEXT, SEARCHED, PRESSED, ENTERED].map(str::to_owned),
            text: sought.words(),
            found: listed.found,
            are_more: listed.are_more,
            is_answer: sought.is_asked() || error.is_some(),
            error,
            has_lost_password: false,
            notes: Control::default(),
        }
    }

    /// Whether there is more than the form lists.
    pub fn is_needed(&self) -> bool {
        self.are_more || !self.text.is_empty()
    }

    /// Whether the page answers a search that found something: its first has the focus. In the field Enter
    /// would search once more.
    pub fn is_found(&self) -> bool {
        self.is_answer && self.found > 0
    }

    /// The ids of what the search says, for what has the focus after it; blank when it has answered nothing.
    pub fn said_at(&self) -> String {
        if self.is_found() && self.is_needed() { self.ids() } else { String::new() }
    }

    fn ids(&self) -> String {
        let error = self.error.is_some().then_some(ERROR);
        let again = self.has_lost_password.then_some(AGAIN);
        error.into_iter().chain([HINT]).chain(again).collect::<Vec<_>>().join(" ")
    }

    /// What a list is called that stands below what was selected before.
    pub fn heading(&self) -> String {
        if self.text.is_empty() { format!("The first {LISTED}") } else { "Found".to_owned() }
    }

    /// What the list has; `what` is one of it, and `which` says which ones it is of, if not of all.
    fn sentence(&self, what: &str, which: &str) -> String {
        match (self.text.is_empty(), self.found) {
            (true, _) if !which.is_empty() => format!(
                "The first {LISTED} {what}s{which} are listed by name. Search for the others."
            ),
            (true, _) => {
                format!("The first {LISTED} {what}s by name are listed. Search for the others.")
            }
            (false, 0) => {
                format!(
                    "No {what}s{which} match. Change the search, or clear it to list the first ones."
                )
            }
            (false, _) if self.are_more => format!(
                "More than {LISTED} {what}s{which} match. The first {LISTED} are listed. Type more of the name."
            ),
            (false, 1) => format!("1 {what}{which} matches."),
            (false, found) => format!("{found} {what}s{which} match."),
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
    /// Which ones of the project are meant, after that word; blank when it is all of them.
    #[prop(into, optional)]
    which: String,
) -> impl IntoView {
    let sentence = search.sentence(what, &which);
    // It is said as well where all are listed again.
    let again = search
        .has_lost_password
        .then(|| view! { <p class="hint" id=AGAIN role="status">{PASSWORD_AGAIN}</p> });
    let Control { name, text, .. } = search.notes.clone();
    let notes = (!text.is_empty()).then(|| view! { <Hidden name value=text/> });
    let field = search.is_needed().then(|| {
        let is_sought_again = search.is_answer && !search.is_found();
        let described_by = search.ids();
        let Search { names: [field, listed, pressed, _], text, error, .. } = search;
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
                        maxlength=SEARCH_MAX.to_string()
                        autofocus=is_sought_again
                        aria-invalid=error.is_some().then_some("true")
                        aria-describedby=described_by
                    />
                    <button type="submit" class="button" name=pressed value="true">"Search"</button>
                </div>
                <p class="hint" id=HINT>{sentence}</p>
                {error.map(|error| view! { <p class="field-error" id=ERROR>{error}</p> })}
                <Hidden name=listed value=text/>
            </div>
        }
    });
    view! { {field} {notes} {again} }
}

/// What Enter presses in a form that has such a search: the browser presses the first button of a form, and
/// does not say in which field. So a post by it saves nothing. Where scripts run, they press another one
/// instead: the one that searches, in its field, and in the other fields the one that saves.
#[component]
pub fn EnterSends(search: Search) -> impl IntoView {
    search.is_needed().then(|| {
        let [.., name] = search.names;
        view! {
            <button
                type="submit"
                class="visually-hidden"
                name=name
                value="true"
                tabindex="-1"
                aria-hidden="true"
                data-enter=""
            ></button>
        }
    })
}

/// What a select lists. None is chosen in advance: `first` says what to do, unless one was chosen already.
pub fn one_of(
    listed: impl Iterator<Item = (String, String)>,
    chosen: &str,
    first: &str,
) -> Vec<(String, String)> {
    let listed: Vec<(String, String)> = listed.collect();
    let is_chosen = listed.iter().any(|(value, _)| value == chosen);
    let first = (!is_chosen).then(|| (String::new(), first.to_owned()));
    first.into_iter().chain(listed).collect()
}

/// Says above a list what of it was selected and can be selected no more.
#[component]
pub fn LostChoices(
    lost: Lost,
    /// One of what is listed.
    #[prop(default = "credential")]
    what: &'static str,
    /// What was done to those that are gone.
    #[prop(default = "deleted or disabled")]
    gone: &'static str,
    /// What was done to those that fit no more.
    #[prop(default = "granted to this pipeline meanwhile")]
    unfit: &'static str,
) -> impl IntoView {
    let sentences = lost.sentences(what, gone, unfit);
    (!sentences.is_empty()).then(|| {
        let sentences = sentences.into_iter().map(|one| view! { <p>{one}</p> }).collect_view();
        view! { <Alert kind="warning">{sentences}</Alert> }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(text: &str, count: usize) -> Search {
        let sought = Sought { text: text.to_owned(), ..Sought::default() };
        Search::asked(&sought, &Choices::of(vec![(); count]), "")
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
            assert_eq!(search(text, count).sentence("pipeline", ""), said);
        }
        let of_host = |text, count| search(text, count).sentence("credential", " for ghcr.io");
        assert_eq!(
            of_host("", 51),
            "The first 50 credentials for ghcr.io are listed by name. Search for the others."
        );
        assert_eq!(of_host("x", 1), "1 credential for ghcr.io matches.");
    }

    #[test]
    fn a_form_that_lists_everything_has_no_search() {
        assert!(!search(" ", 50).is_needed());
        assert!(search("", 51).is_needed() && search("x", 1).is_needed());
    }

    #[test]
    fn only_what_was_searched_for_is_called_found() {
        assert_eq!(search("", 51).heading(), "The first 50");
        assert_eq!(search("x", 1).heading(), "Found");
    }

    #[test]
    fn what_has_the_focus_after_a_search_is_described_by_its_answer() {
        let asked = |is_pressed, listed: &str, count| {
            let sought = Sought {
                text: "x".to_owned(),
                listed: listed.to_owned(),
                is_pressed,
                ..Sought::default()
            };
            Search::asked(&sought, &Choices::of(vec![(); count]), "").said_at()
        };
        assert_eq!(asked(true, "x", 1), HINT);
        assert_eq!(asked(false, "", 1), format!("{ERROR} {HINT}"));
        // Nothing was found, so the field has the focus; or nothing was searched for.
        assert_eq!(asked(true, "x", 0), "");
        assert_eq!(asked(false, "x", 1), "");
    }

    #[test]
    fn a_select_begins_with_what_to_do_until_one_is_chosen() {
        let listed = || ["a", "b"].map(|one| (one.to_owned(), one.to_owned())).into_iter();
        for (chosen, options, value) in [("", 3, ""), ("gone", 3, ""), ("b", 2, "a")] {
            let all = one_of(listed(), chosen, "Choose one");
            assert_eq!((all.len(), all[0].0.as_str()), (options, value), "{chosen}");
        }
    }
}
