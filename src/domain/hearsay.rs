//! Hearsay: what a run says of itself, kept as far as it can be shown. Nothing is decided by it, so
//! nothing is refused for it.

use super::delivery::CLAIM_MAX;
use super::typed_text::is_invisible;
use std::borrow::Cow;

/// What stands at the end of a text that was cut.
const CUT: char = '…';

/// The text of a header or field, which may be there several times: on one line, with nothing in it
/// that cannot be seen, at most [`CLAIM_MAX`] characters. `None` when there is nothing to show.
///
/// Bytes that are UTF-8 are read as that, and others as ISO-8859-1, which headers were once in: RFC 9110,
/// 5.5, leaves it open.
/// Several values are one list (RFC 9110, 5.3).
pub fn kept<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Option<String> {
    let texts: Vec<String> = values
        .into_iter()
        .map(|value| read(value).trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect();
    if texts.is_empty() { None } else { Some(shown(&texts.join(", "))) }
}

/// All of a text on one line, with what cannot be seen in it written out.
pub fn written_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unseen(c) || c.is_control() {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

fn read(value: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => value.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The text with its unseen characters written out, cut where it becomes too long.
fn shown(text: &str) -> String {
    let mut out = String::new();
    let mut length = 0;
    // Where it ends if it has to be cut: one character before the limit, and not within an escape.
    let mut end = 0;
    for c in text.chars() {
        let is_unseen = is_unseen(c);
        length += if is_unseen { c.escape_unicode().count() } else { 1 };
        if length > CLAIM_MAX {
            out.truncate(end);
            out.push(CUT);
            return out;
        }
        if is_unseen {
            out.extend(c.escape_unicode());
        } else {
            // A tab, which a header may hold, would be a gap of any width.
            out.push(if c.is_whitespace() { ' ' } else { c });
        }
        if length < CLAIM_MAX {
            end = out.len();
        }
    }
    out
}

/// Whether a reader would not see it, or it would change how the characters round it are read.
fn is_unseen(c: char) -> bool {
    c != '\t' && is_invisible(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(value: &[u8]) -> Option<String> {
        kept([value])
    }

    #[test]
    fn what_can_be_shown_is_kept_word_for_word() {
        for text in [
            "main",
            "ü",
            "dependabot[bot] 🤖",
            "Jane Doe",
            "機能/ログイン",
            "فرع",
            "fix: \"quotes\" <b>&amp;</b> \\u{202e}",
            "🏷\u{FE0F} v1",
        ] {
            assert_eq!(of(text.as_bytes()).as_deref(), Some(text));
        }
        for nothing in ["", " ", "\t \t", "\u{3000}"] {
            assert_eq!(of(nothing.as_bytes()), None, "{nothing:?}");
        }
        assert_eq!(kept([]), None);
        assert_eq!(of(b"  main\t").as_deref(), Some("main"));
    }

    #[test]
    fn what_is_not_in_utf_8_is_read_as_headers_once_were() {
        assert_eq!(of(b"br\xe4nch").as_deref(), Some("br\u{E4}nch"));
        assert_eq!(of(b"\xfc").as_deref(), Some("\u{FC}"));
        assert_eq!(of(b"caf\xc3").as_deref(), Some("caf\u{C3}"));
        assert_eq!(of(b"a\x85b\xff").as_deref(), Some("a\\u{85}b\u{FF}"));
    }

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        for (text, expected) in [
            ("a\0b", "a\\u{0}b"),
            ("a\r\nb", "a\\u{d}\\u{a}b"),
            ("a\u{1B}[31mb", "a\\u{1b}[31mb"),
            ("a\u{85}b", "a\\u{85}b"),
            ("main\u{202E}niam", "main\\u{202e}niam"),
            ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"),
            ("a\u{61C}b", "a\\u{61c}b"),
            ("ma\u{200B}in", "ma\\u{200b}in"),
            ("\u{FEFF}main", "\\u{feff}main"),
            ("a\u{E0041}b", "a\\u{e0041}b"),
            ("a\u{E0101}b", "a\\u{e0101}b"),
            ("a\u{2028}b", "a\\u{2028}b"),
            ("a\tb\u{A0}c", "a b c"),
        ] {
            assert_eq!(of(text.as_bytes()).as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_within_the_limit_and_says_so() {
        for letter in ["x", "ü", "機", "🤖"] {
            let longest = letter.repeat(CLAIM_MAX);
            assert_eq!(of(longest.as_bytes()), Some(longest.clone()));
            let cut = format!("{}…", letter.repeat(CLAIM_MAX - 1));
            assert_eq!(of(letter.repeat(CLAIM_MAX + 1).as_bytes()), Some(cut.clone()));
            assert_eq!(of(letter.repeat(10_000).as_bytes()), Some(cut));
        }
        // An escape is whole or not there.
        let escaped = of(format!("{}\u{202E}", "x".repeat(CLAIM_MAX - 3)).as_bytes());
        assert_eq!(escaped, Some(format!("{}…", "x".repeat(CLAIM_MAX - 3))));
        let fits = of(format!("{}\u{202E}", "x".repeat(CLAIM_MAX - 8)).as_bytes());
        assert_eq!(fits, Some(format!("{}\\u{{202e}}", "x".repeat(CLAIM_MAX - 8))));
    }

    #[test]
    fn several_values_are_one_list() {
        let values: [&[u8]; 3] = [b"17", b"", b"18"];
        assert_eq!(kept(values).as_deref(), Some("17, 18"));
    }

    proptest! {
        #[test]
        fn it_is_short_seen_and_on_one_line(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let text = of(&bytes).unwrap_or_default();
            prop_assert!(text.chars().count() <= CLAIM_MAX);
            prop_assert!(!text.chars().any(is_unseen));
            prop_assert!(!text.contains(['\t', '\n', '\r', '\0']));
        }

        #[test]
        fn so_is_text_of_any_script(text in "\\PC{0,300}") {
            prop_assert!(of(text.as_bytes()).unwrap_or_default().chars().count() <= CLAIM_MAX);
        }
    }
}
