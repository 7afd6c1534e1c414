//! Where a page of the list begins or ends: the keys of a row, and not how many rows are before it,
//! so that it stays the same place when rows are added, renamed or deleted.

use super::Sort;
use crate::domain::moment::{Day, Moment};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// The longest text of a cursor: a name that grows as much as one can when it is folded.
const TEXT_MAX: usize = 8 * 1024;

/// A place in the order of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    /// What the list is sorted by, with the value at this place.
    pub key: SortKey,
    /// The folded name at this place, its numbers as they sort. No two credentials of a project share
    /// one, so it puts those with the same key in an order.
    pub name_key: String,
}

/// A [`Sort`] with the value of its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// The folded name is the value.
    Name,
    Registry(String),
    /// The last day; those without one come after all others.
    Expires(Option<Day>),
    Changed(Moment),
}

impl Cursor {
    /// The order that it is a place of.
    pub fn sort(&self) -> Sort {
        match self.key {
            SortKey::Name => Sort::Name,
            SortKey::Registry(_) => Sort::Registry,
            SortKey::Expires(_) => Sort::Expires,
            SortKey::Changed(_) => Sort::Changed,
        }
    }

    pub fn to_text(&self) -> String {
        let key = match &self.key {
            SortKey::Name => "n".to_owned(),
            SortKey::Registry(host) => format!("r{host}"),
            SortKey::Expires(day) => format!("e{}", day.map(Day::to_text).unwrap_or_default()),
            SortKey::Changed(at) => format!("c{}", at.0),
        };
        URL_SAFE_NO_PAD.encode(format!("{key}\n{}", self.name_key))
    }

    /// Reads that text; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = (text.len() <= TEXT_MAX).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        let text = String::from_utf8(bytes).ok()?;
        let (key, name_key) = text.split_once('\n')?;
        // No database is asked for characters that it cannot hold.
        if key.chars().chain(name_key.chars()).any(char::is_control) {
            return None;
        }
        let key = match key.split_at_checked(1)? {
            ("n", "") => SortKey::Name,
            ("r", host) => SortKey::Registry(host.to_owned()),
            ("e", "") => SortKey::Expires(None),
            ("e", day) => SortKey::Expires(Some(Day::parse(day)?)),
            ("c", at) => SortKey::Changed(Moment(at.parse().ok()?)),
            _ => return None,
        };
        Some(Self { key, name_key: name_key.to_owned() })
    }
}

impl TryFrom<String> for Cursor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a place of the list")
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_text_in_every_order() {
        for key in [
            SortKey::Name,
            SortKey::Registry("registry.example.com:5000".to_owned()),
            SortKey::Expires(Day::parse("2026-11-21")),
            SortKey::Expires(None),
            SortKey::Changed(Moment(1_796_000_000_000)),
        ] {
            let cursor = Cursor { key, name_key: "strasse & söhne".to_owned() };
            let text = cursor.to_text();
            assert_eq!(super::super::percent(&text), text, "it needs no escapes");
            assert_eq!(Cursor::parse(&text), Some(cursor));
        }
    }

    #[test]
    fn a_text_that_is_no_place_is_refused() {
        let sealed = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let bad = [
            "n",
            "nx\na",
            "x\na",
            "\na",
            "e2026-02-30\na",
            "cx\na",
            "c\na",
            "n\na\0",
            "r\0\na",
            "n\na\nb",
        ];
        for text in
            bad.map(sealed).into_iter().chain(["".to_owned(), "a b".to_owned(), "_w".to_owned()])
        {
            assert_eq!(Cursor::parse(&text), None, "{text}");
        }
        assert_eq!(Cursor::parse(&sealed(&format!("n\n{}", "a".repeat(8_000)))), None);
        assert_eq!(Cursor::parse(&format!("{}=", sealed("n\na"))), None);
    }
}
