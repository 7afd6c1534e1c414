//! Ids as short text, for where many of them stand: in the rows of a list, or in one value.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Characters of each.
pub const LENGTH: usize = 22;

/// The id in letters, digits, `-` and `_`.
pub fn of(id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

/// The ids that stand one after the other in the text, each once; `None` when it is anything else.
pub fn all(text: &str) -> Option<BTreeSet<Uuid>> {
    text.as_bytes().chunks(LENGTH).map(one).collect()
}

fn one(text: &[u8]) -> Option<Uuid> {
    Uuid::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written() {
        let ids = BTreeSet::from([Uuid::nil(), Uuid::from_u128(7), Uuid::max()]);
        let text: String = ids.iter().copied().map(of).collect();
        assert_eq!(text.len(), 3 * LENGTH);
        assert_eq!(all(&text), Some(ids));
        assert_eq!(all(""), Some(BTreeSet::new()));
        let twice = of(Uuid::nil()).repeat(2);
        assert_eq!(all(&twice), Some(BTreeSet::from([Uuid::nil()])));
    }

    #[test]
    fn anything_else_is_no_id() {
        let id = of(Uuid::from_u128(7));
        for bad in [&id[1..], &format!("{id}A"), &id.replace('A', "é"), &id.replace('A', "=")] {
            assert_eq!(all(bad), None, "{bad}");
        }
        assert_eq!(all(&Uuid::nil().to_string()), None);
    }
}
