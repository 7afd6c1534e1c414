//! Folding: how names are compared and found, the same on every database.

use unicode_normalization::UnicodeNormalization;

/// NFKC, full case folding, NFKC again: what is equal for a reader is equal here.
pub(super) fn fold(text: &str) -> String {
    let folded: String = caseless::default_case_fold_str(&text.nfkc().collect::<String>());
    folded.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_and_form_do_not_tell_names_apart() {
        for (a, b) in [("GHCR", "ghcr"), ("Straße", "STRASSE"), ("ﬁ", "FI"), ("é", "e\u{301}")]
        {
            assert_eq!(fold(a), fold(b));
        }
        assert_ne!(fold("a"), fold("b"));
    }
}
