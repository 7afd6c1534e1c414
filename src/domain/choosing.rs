//! Forms to choose in: they list so many at most, and the others are searched for.

use super::listing::SEARCH_MAX;
use super::matching::named;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// So many are listed.
pub const LISTED: usize = 50;
/// So many of the posts before a form names when it is saved: a browser keeps no more.
pub const NOTES_MAX: usize = 6;
/// So many that were chosen are kept: more than can be saved at once, and a bound all the same.
pub const CHOSEN_MAX: usize = 1_000;

/// What a form lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices<T> {
    /// What was chosen already and is not found, and then what is found.
    pub rows: Vec<T>,
    /// How many of them are found: [`LISTED`] at most.
    pub found: usize,
    /// Whether there are more that would be found.
    pub are_more: bool,
    /// What was chosen already and can be chosen no more.
    pub lost: Lost,
}

/// What was chosen and can be chosen no more, because of what was done meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// How many were deleted or disabled.
    pub count: usize,
    /// Of those that still have one.
    pub names: Vec<String>,
    /// The names of those that are there and fit the form no more.
    pub unfit: Vec<String>,
}

impl Lost {
    /// What is said of them, if there are any. `what` is one of them: `credential`. `gone` and `unfit` say
    /// what was done to the ones and to the others: `deleted`.
    pub fn sentences(&self, what: &str, gone: &str, unfit: &str) -> Vec<String> {
        let of_gone = said_of(self.count, &self.names, what, gone);
        let of_unfit = said_of(self.unfit.len(), &self.unfit, what, unfit);
        of_gone.into_iter().chain(of_unfit).collect()
    }
}

fn said_of(count: usize, names: &[String], what: &str, done: &str) -> Option<String> {
    let all = match count {
        0 => return None,
        1 => format!("1 {what} that you selected was {done}"),
        count => format!("{count} {what}s that you selected were {done}"),
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Some(match names.len() {
        0 => format!("{all}."),
        some if some < count => format!("{all}, among them {}.", named(&names)),
        _ => format!("{all}: {}.", named(&names)),
    })
}

/// The first ones, and the others without those that are among the first.
pub fn one_after_the_other<T, K: Ord>(
    first: Vec<T>,
    others: Vec<T>,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let known: BTreeSet<K> = first.iter().map(&key).collect();
    let others = others.into_iter().filter(|one| !known.contains(&key(one)));
    first.into_iter().chain(others).collect()
}

impl<T> Choices<T> {
    /// The first of these, where one more than are listed was asked for.
    pub fn of(mut rows: Vec<T>) -> Self {
        let are_more = rows.len() > LISTED;
        rows.truncate(LISTED);
        Self { found: rows.len(), are_more, rows, lost: Lost::default() }
    }

    /// These as well, before the others: they were chosen already.
    #[must_use]
    pub fn with_chosen(self, chosen: Vec<T>) -> Self {
        Self { rows: chosen.into_iter().chain(self.rows).collect(), ..self }
    }
}

/// What is searched for in the list of a form, sent along with the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sought {
    /// What stands in the field.
    pub text: String,
    /// What the list on the page was searched for.
    pub listed: String,
    /// Whether the button beside the field was pressed.
    pub is_pressed: bool,
    /// Whether Enter sent the form, in whichever of its fields.
    pub is_entered: bool,
    /// What stands in a form beside this one, which a search is not to empty.
    pub beside: String,
    /// The ids of what the posts before left for the pages of this form, the oldest first: it is put away
    /// when the form is saved.
    pub notes: String,
}

impl Sought {
    /// Whether the form is sent to search, and for nothing else.
    pub fn is_asked(&self) -> bool {
        self.is_pressed || (self.is_entered && self.is_another())
    }

    /// Whether the form is sent for something else with words in the field that were not searched for. Who
    /// sends it has not seen what they find: nothing is saved that may lack what they looked for. A field
    /// that was emptied looks for nothing.
    pub fn is_unanswered(&self) -> bool {
        let is_by_button = !self.is_pressed && !self.is_entered;
        is_by_button && self.is_another() && !self.text.trim().is_empty()
    }

    fn is_another(&self) -> bool {
        self.text.trim() != self.listed.trim()
    }

    /// What the database is asked for, which cannot hold every character.
    pub fn words(&self) -> String {
        let text = self.text.trim().chars().filter(|c| !c.is_control());
        text.take(SEARCH_MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_listed_and_what_was_chosen_comes_first() {
        let all: Vec<usize> = (0..=LISTED).collect();
        let choices = Choices::of(all.clone()).with_chosen(vec![99]);
        assert!(choices.are_more);
        assert_eq!((choices.found, choices.rows.len()), (LISTED, LISTED + 1));
        assert_eq!(choices.rows[..2], [99, 0]);
        let choices = Choices::of(all[..LISTED].to_vec());
        assert!(!choices.are_more);
        assert_eq!(choices.found, LISTED);
    }

    #[test]
    fn what_was_typed_and_not_looked_for_is_looked_for_before_anything_is_saved() {
        let sought = |text: &str, listed: &str, is_pressed| Sought {
            text: text.to_owned(),
            listed: listed.to_owned(),
            is_pressed,
            ..Sought::default()
        };
        assert!(!Sought::default().is_asked() && !Sought::default().is_unanswered());
        let typed = sought("ghcr", "", false);
        assert!(typed.is_unanswered() && !typed.is_asked());
        // What was searched for, and a field that was emptied, hold up nothing.
        for (text, listed) in [("ghcr ", "ghcr"), ("", "ghcr")] {
            let sought = sought(text, listed, false);
            assert!(!sought.is_unanswered() && !sought.is_asked(), "{text:?}");
        }
        let pressed = sought("ghcr", "", true);
        assert!(pressed.is_asked() && !pressed.is_unanswered() && sought("", "", true).is_asked());
    }

    #[test]
    fn enter_searches_where_the_words_are_others() {
        let entered = |text: &str, listed: &str| Sought {
            text: text.to_owned(),
            listed: listed.to_owned(),
            is_entered: true,
            ..Sought::default()
        };
        assert!(entered("ghcr", "").is_asked() && entered("", "ghcr").is_asked());
        for sought in [entered("ghcr", "ghcr"), entered("ghcr", ""), entered("", "")] {
            assert!(!sought.is_unanswered());
        }
        assert!(!entered("ghcr", "ghcr").is_asked());
    }

    #[test]
    fn what_was_lost_is_named_where_it_still_has_a_name() {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let all = |lost: Lost| lost.sentences("credential", "deleted or disabled", "changed");
        let said = |count, names: &[&str]| {
            all(Lost { count, names: list(names), ..Lost::default() }).join(" ")
        };
        assert_eq!(said(0, &[]), "");
        assert_eq!(said(1, &[]), "1 credential that you selected was deleted or disabled.");
        assert_eq!(said(1, &["a"]), "1 credential that you selected was deleted or disabled: a.");
        assert_eq!(
            said(3, &["a", "b"]),
            "3 credentials that you selected were deleted or disabled, among them a and b."
        );
        let both = all(Lost { count: 1, names: Vec::new(), unfit: list(&["c"]) });
        assert_eq!(both[0], "1 credential that you selected was deleted or disabled.");
        assert_eq!(both[1], "1 credential that you selected was changed: c.");
    }

    #[test]
    fn nothing_stands_in_the_list_twice() {
        assert_eq!(one_after_the_other(vec![3, 1], vec![1, 2, 3, 4], |one| *one), [3, 1, 2, 4]);
    }

    #[test]
    fn no_database_is_asked_for_what_it_cannot_hold() {
        let text = format!(" a\u{0}b{}", "c".repeat(SEARCH_MAX));
        let words = Sought { text, ..Sought::default() }.words();
        assert!(words.starts_with("abc"), "{words}");
        assert_eq!(words.chars().count(), SEARCH_MAX);
    }
}
