//! Folding: how names are compared and found, the same on every database.

use unicode_normalization::UnicodeNormalization;

/// NFKC, full case folding, NFKC again: what is equal for a reader is equal here.
pub(super) fn fold(text: &str) -> String {
    let folded: String = caseless::default_case_fold_str(&text.nfkc().collect::<String>());
    folded.nfkc().collect()
}

/// What a search looks in and for: folded, and without the accents of Latin, Greek and Cyrillic
/// letters, which are not on every keyboard.
pub(super) fn searched(text: &str) -> String {
    fold(text).nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).nfkc().collect()
}

/// A folded name with its numbers written so that they sort by what they are: each has the count of
/// its digits before it. No two names have the same: what leading zeros they had comes last.
pub(super) fn natural(folded: &str) -> String {
    let (mut key, mut zeros, mut rest) = (String::new(), Vec::new(), folded);
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        let digits = number.trim_start_matches('0');
        let digits = if digits.is_empty() { "0" } else { digits };
        zeros.push(number.len() - digits.len());
        key += &format!("{before}{:03}{digits}", digits.len());
        rest = after;
    }
    key += rest;
    if zeros.iter().any(|count| *count > 0) {
        let zeros: Vec<String> = zeros.iter().map(usize::to_string).collect();
        // No number has no digits, so this is none.
        key += &format!(" 000{}", zeros.join("."));
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn case_and_form_do_not_tell_names_apart() {
        for (a, b) in [("GHCR", "ghcr"), ("Straße", "STRASSE"), ("ﬁ", "FI"), ("é", "e\u{301}")]
        {
            assert_eq!(fold(a), fold(b));
        }
        assert_ne!(fold("a"), fold("b"));
    }
    #[test]
    fn an_accent_is_not_needed_to_find_a_word() {
        for (typed, stored) in
            [("zurich", "Zürich"), ("Zürich", "ZURICH"), ("elan", "Élan"), ("и", "й")]
        {
            assert_eq!(searched(typed), searched(stored));
        }
        // What is a letter of its own stays one.
        assert_ne!(searched("か"), searched("が"));
        assert_ne!(searched("o"), searched("ø"));
    }

    #[test]
    fn names_are_sorted_as_people_count() {
        let sorted = [
            "",
            "-1",
            "0",
            "1",
            "2",
            "10",
            "a",
            "a0",
            "a1",
            "a01",
            "a1 b",
            "a01-b",
            "a2",
            "a2b10",
            "a2b010",
            "a10",
            "a99999999999999999999",
            "a100000000000000000000",
            "ab",
        ];
        let keys: Vec<String> = sorted.iter().map(|name| natural(name)).collect();
        for (two, names) in keys.windows(2).zip(sorted.windows(2)) {
            assert!(two[0] < two[1], "{names:?}: {two:?}");
        }
    }

    #[test]
    fn no_two_names_are_sorted_as_one() {
        // Every name of up to six of these letters.
        let mut names = vec![String::new()];
        let mut keys = BTreeSet::new();
        while let Some(name) = names.pop() {
            assert!(keys.insert(natural(&name)), "{name}");
            if name.len() < 6 {
                names.extend([' ', '0', '1', '.', 'a'].map(|letter| format!("{name}{letter}")));
            }
        }
        assert_eq!(keys.len(), 19_531);
    }
}
