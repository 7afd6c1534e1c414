//! Forms to choose in: they list so many at most, and the others are searched for.

use super::listing::SEARCH_MAX;
use serde::{Deserialize, Serialize};

/// So many are listed.
pub const LISTED: usize = 50;

/// What a form lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices<T> {
    /// What was chosen already and is not found, and then what is found.
    pub rows: Vec<T>,
    /// How many of them are found: [`LISTED`] at most.
    pub found: usize,
    /// Whether there are more that would be found.
    pub are_more: bool,
}

impl<T> Choices<T> {
    /// The first of these, where one more than are listed was asked for.
    pub fn of(mut rows: Vec<T>) -> Self {
        let are_more = rows.len() > LISTED;
        rows.truncate(LISTED);
        Self { found: rows.len(), are_more, rows }
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
}

impl Sought {
    /// Whether the form is sent to search. Who types something and saves without pressing the button has
    /// not seen what it finds: nothing is saved that may lack what they looked for.
    pub fn is_asked(&self) -> bool {
        self.is_pressed || self.text.trim() != self.listed.trim()
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
        };
        assert!(!Sought::default().is_asked());
        assert!(!sought("ghcr ", "ghcr", false).is_asked());
        assert!(sought("ghcr", "", false).is_asked() && sought("", "ghcr", false).is_asked());
        assert!(sought("", "", true).is_asked());
    }

    #[test]
    fn no_database_is_asked_for_what_it_cannot_hold() {
        let text = format!(" a\u{0}b{}", "c".repeat(SEARCH_MAX));
        let words = Sought { text, ..Sought::default() }.words();
        assert!(words.starts_with("abc"), "{words}");
        assert_eq!(words.chars().count(), SEARCH_MAX);
    }
}
