//! Which passwords nobody may choose: short ones, those that everybody tries first, and those that say
//! who somebody is. Nothing is asked of others for it.

use crate::crypto::digest::sha256;
use crate::domain::user::{PASSWORD_MAX, PASSWORD_MIN};
use crate::vault::names::fold;

/// The first bytes of the SHA-256 of each common password of at least 12 characters, sorted.
/// `.ci/common-passwords` makes the file and says from what.
static COMMON: &[u8] = include_bytes!("common.bin");
const BYTES: usize = 5;
/// Shorter words stand in many good passwords.
const WORD_MIN: usize = 4;
/// Letters and digits that must be left when a word is taken out.
const LEFT_MIN: usize = 6;

/// What is wrong with a password, if anything. `about` has the words that others know of the person:
/// the email address, and names.
pub(in crate::vault) fn password_problem(password: &str, about: &[&str]) -> Option<String> {
    if password.chars().count() < PASSWORD_MIN {
        return Some(format!(
            "Use at least {PASSWORD_MIN} characters. A few words in a row are easy to remember."
        ));
    }
    if password.len() > PASSWORD_MAX {
        return Some(format!("Use at most {PASSWORD_MAX} bytes."));
    }
    let folded = fold(password);
    let problem = if is_common(&folded) {
        "This password is on lists of common passwords, which attackers try first. Choose another one."
    } else if says_who(&folded, about) {
        "This password consists of an email address or a name. Choose another one."
    } else {
        return None;
    };
    Some(problem.to_owned())
}

fn is_common(folded: &str) -> bool {
    let (entries, _) = COMMON.as_chunks::<BYTES>();
    let hash = sha256(folded.as_bytes());
    hash.first_chunk::<BYTES>().is_some_and(|first| entries.binary_search(first).is_ok())
}

fn says_who(folded: &str, about: &[&str]) -> bool {
    let local_parts = about.iter().filter_map(|word| Some(word.rsplit_once('@')?.0));
    let words = about.iter().copied().chain(local_parts).chain(["regcred"]);
    let mut words = words.map(|word| fold(word.trim()));
    words.any(|word| {
        let left = || folded.replace(&word, "").chars().filter(|c| c.is_alphanumeric()).count();
        word.chars().count() >= WORD_MIN && folded.contains(&word) && left() < LEFT_MIN
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: [&str; 3] = ["Dana.Kim@example.com", "Dana Kim", "Acme Platform"];

    fn problem(password: &str) -> String {
        password_problem(password, &ABOUT).unwrap_or_default()
    }

    #[test]
    fn what_everybody_tries_first_is_refused_in_any_case() {
        for common in ["123456789012", "passwordpassword", "PasswordPassword", "qwertyuiopasdf"] {
            assert!(problem(common).contains("common passwords"), "{common}");
        }
    }

    #[test]
    fn an_address_or_a_name_is_no_password() {
        for password in [
            "dana.kim@example.com",
            "DANA.KIM@EXAMPLE.COM",
            "dana.kim@example.com1!",
            "dana.kim.dana.kim",
            "acme platform",
            "Acme Platform 26",
            "regcred-regcred",
            "Regcred2026!!",
        ] {
            assert!(problem(password).contains("a name"), "{password}: {}", problem(password));
        }
    }

    #[test]
    fn a_password_of_ones_own_is_taken() {
        for password in
            ["correct horse battery staple", "dana.kim likes green tea", "the regcred of my youth"]
        {
            assert_eq!(problem(password), "");
        }
        assert_eq!(password_problem("correct horse battery staple", &["", "@", "a@b"]), None);
    }

    #[test]
    fn the_length_is_told_first() {
        assert!(problem("password").contains("at least"));
        assert!(problem(&"a".repeat(PASSWORD_MAX + 1)).contains("at most"));
    }

    #[test]
    fn the_file_holds_what_can_be_typed_sorted() {
        let (entries, rest) = COMMON.as_chunks::<BYTES>();
        assert!(entries.len() > 40_000 && rest.is_empty() && entries.is_sorted());
        const { assert!(PASSWORD_MIN >= 12, "the file has to be made again: it lacks shorter ones") };
    }
}
