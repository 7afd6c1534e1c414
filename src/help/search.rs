//! Looks for words in the guides.

use super::read::{Guide, Section};
use super::{Shelf, guides};
use std::cmp::Reverse;

/// The longest question, in characters; what is longer is cut.
const QUESTION_MAX: usize = 100;
/// The most answers.
const MOST: usize = 20;
/// Characters of the text that an answer shows.
const SHOWN: usize = 180;
/// Of these how many stand before the first word that was found.
const BEFORE: usize = 40;

/// Endings without which a word is looked for, so that one form of it finds the others.
const ENDINGS: [&str; 4] = ["ing", "ed", "es", "s"];
/// The shortest that is left of such a word, in characters.
const STEM_MIN: usize = 4;
/// What people ask for, and what the guides call it.
const ALSO: [(&str, &str); 5] = [
    ("left", "leaves"),
    ("colleague", "somebody"),
    ("coworker", "somebody"),
    ("employee", "somebody"),
    ("denied", "authentication failed"),
];

/// A word of the question, in each of the forms that answer it.
struct Word(Vec<String>);

impl Word {
    fn of(typed: &str) -> Self {
        let typed = typed.to_lowercase();
        let stem = ENDINGS.iter().find_map(|ending| typed.strip_suffix(*ending));
        let stem = stem.filter(|stem| stem.chars().count() >= STEM_MIN).unwrap_or(&typed);
        let is_long = stem.chars().count() >= STEM_MIN;
        let also = ALSO.iter().filter(|(asked, _)| is_long && asked.starts_with(stem));
        let also = also.map(|(_, said)| (*said).to_owned());
        Self(std::iter::once(stem.to_owned()).chain(also).collect())
    }

    /// Whether the text, in lower case, has it in one of its forms.
    fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|form| text.contains(form.as_str()))
    }
}

/// A part of a guide that has all of the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The guide, with the heading in its address.
    pub href: String,
    pub title: &'static str,
    /// Blank for what stands under the title.
    pub heading: &'static str,
    pub excerpt: String,
}

/// What a question finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The first of them.
    pub shown: Vec<Found>,
    /// How many there are, with those that are not shown.
    pub all: usize,
}

/// The parts that have every word of the question, those first that have them in their headings.
pub fn find(question: &str) -> Answers {
    let question: String = question.chars().take(QUESTION_MAX).collect();
    let words: Vec<Word> = question.split_whitespace().map(Word::of).collect();
    if words.is_empty() {
        return Answers::default();
    }
    let mut found: Vec<(usize, Found)> = Vec::new();
    for guide in guides() {
        for section in &guide.sections {
            if let Some(rank) = rank(guide, section, &words) {
                found.push((rank, answer(guide, section, &words)));
            }
        }
    }
    // Of the same rank they stay in the order in which the guides are read.
    found.sort_by_key(|(rank, _)| Reverse(*rank));
    let all = found.len();
    Answers { shown: found.into_iter().take(MOST).map(|(_, found)| found).collect(), all }
}

/// How well it fits; nothing when a word is missing.
fn rank(guide: &Guide, section: &Section, words: &[Word]) -> Option<usize> {
    let title = format!("{} {}", guide.title, guide.lead).to_lowercase();
    let heading = section.heading.text.to_lowercase();
    let text = section.text.to_lowercase();
    let mut rank = 0;
    for word in words {
        rank += match word {
            _ if word.is_in(&heading) => 4,
            _ if word.is_in(&title) => 2,
            _ if word.is_in(&text) => 1,
            _ => return None,
        };
    }
    // The title alone finds the guide, and not each of its parts.
    let has_own = words.iter().any(|word| word.is_in(&heading) || word.is_in(&text));
    // What a guide is called, it is about.
    let is_title = section.heading.level == 1 && guide.shelf != Shelf::Topics;
    has_own.then_some(rank * 2 + usize::from(is_title))
}

fn answer(guide: &'static Guide, section: &'static Section, words: &[Word]) -> Found {
    let is_title = section.heading.level == 1;
    let href = if is_title {
        guide.path.clone()
    } else {
        format!("{}#{}", guide.path, section.heading.id)
    };
    Found {
        href,
        title: &guide.title,
        heading: if is_title { "" } else { section.heading.text.as_str() },
        excerpt: excerpt(&section.text, words),
    }
}

/// The text round the first word that is in it, cut between words.
fn excerpt(text: &str, words: &[Word]) -> String {
    let text: Vec<&str> = text.split_whitespace().collect();
    let has_word = |part: &&str| {
        let part = part.to_lowercase();
        words.iter().any(|word| word.is_in(&part))
    };
    let at = text.iter().position(has_word).unwrap_or(0);
    let mut start = at;
    let mut before = 0;
    while start > 0 && before + text[start - 1].len() < BEFORE {
        start -= 1;
        before += text[start].len() + 1;
    }
    let mut shown = String::new();
    let mut end = start;
    while end < text.len() && shown.len() + text[end].len() < SHOWN {
        if end > start {
            shown.push(' ');
        }
        shown.push_str(text[end]);
        end += 1;
    }
    let (front, back) =
        (if start > 0 { "… " } else { "" }, if end < text.len() { " …" } else { "" });
    format!("{front}{shown}{back}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_whatever_order_and_case() {
        let found = find("FINE-GRAINED ghcr.io");
        let is_ghcr = |one: &Found| one.href.starts_with("/help/registries/ghcr");
        assert!(found.shown.iter().any(is_ghcr), "{found:?}");
        assert_eq!(find("fine-grained GHCR.IO"), found);
        assert_eq!(find("  "), Answers::default());
        assert_eq!(find("zebra-crossing"), Answers::default());
    }

    #[test]
    fn of_many_the_first_are_shown_and_all_are_counted() {
        let found = find("a");
        assert!(found.shown.len() == MOST && found.all > MOST, "{}", found.all);
        let found = find("waiting for approval");
        assert_eq!(found.shown.len(), found.all.min(MOST), "{found:?}");
    }

    #[test]
    fn the_sentence_of_an_error_finds_its_paragraph_first() {
        let found = find("waiting for approval").shown;
        assert_eq!(found[0].href, "/help/errors#not-approved", "{found:?}");
    }

    #[test]
    fn what_people_ask_for_finds_what_the_guides_call_it() {
        for (question, first) in [
            ("colleague left", "/help/roles#leave"),
            ("Colleagues left", "/help/roles#leave"),
            ("somebody leaving", "/help/roles#leave"),
            ("denied", "/help/troubleshooting#authentication"),
        ] {
            let found = find(question).shown;
            assert_eq!(found[0].href, first, "{question}: {found:?}");
        }
        for (asked, said) in ALSO {
            assert!(find(said).all > 0, "{asked}: no guide has {said}");
        }
    }

    #[test]
    fn a_word_is_found_in_its_other_forms() {
        for (typed, stem) in [
            ("Leaves", "leav"),
            ("rotating", "rotat"),
            ("tokens", "token"),
            ("expired", "expir"),
            ("used", "used"),
            ("ghcr.io", "ghcr.io"),
        ] {
            assert_eq!(Word::of(typed).0, [stem], "{typed}");
        }
    }

    #[test]
    fn an_excerpt_shows_the_word_and_says_that_there_is_more() {
        let text = format!("{} needle {}", "before ".repeat(30), "after ".repeat(60));
        let shown = excerpt(&text, &[Word::of("needle")]);
        assert!(shown.starts_with("… before") && shown.contains("needle"), "{shown}");
        assert!(shown.ends_with("after …"), "{shown}");
    }
}
