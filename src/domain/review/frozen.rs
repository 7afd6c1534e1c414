//! The items of a review as bytes. The event that opens the review has the SHA-256 of them, so the audit log
//! says of which items it was, whatever is written into their rows later.

use super::{Facts, ReviewItem};
use crate::domain::moment::Moment;
use uuid::Uuid;

/// What comes before the items: which bytes these are.
const VERSION: &str = "regcred/review-items/v1";

/// The bytes, in pieces: the version, and then each item in the order of their numbers.
///
/// An item is 19 parts: id, number, kind, subject, pipeline, credential, name, terms, the id and the name of
/// who granted or created it, when that was, and its facts: days, pulls, pushes, refused, last at, can push,
/// is stopped, is changed. Each part, the version too, has its length in bytes before it, as 8 bytes, the
/// highest first.
/// Parts are UTF-8: a kind is its word, an id has hyphens, a number is decimal, a moment is milliseconds
/// since 1970, yes is `1` and no is `0`, and what there is not is empty. What is decided later is no part.
pub fn frozen(items: &[ReviewItem]) -> impl Iterator<Item = Vec<u8>> {
    [in_parts(&[VERSION.to_owned()])].into_iter().chain(items.iter().map(of_item))
}

fn of_item(item: &ReviewItem) -> Vec<u8> {
    let Facts { days, pulls, pushes, refused, last_at, can_push, is_stopped, is_changed } =
        item.facts;
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let at = |at: Option<Moment>| at.map(|at| at.0.to_string()).unwrap_or_default();
    let yes = |is: bool| u8::from(is).to_string();
    in_parts(&[
        item.id.to_string(),
        item.number.to_string(),
        item.kind.word().to_owned(),
        item.subject.clone(),
        id(item.pipeline),
        id(item.credential),
        item.name.clone(),
        item.terms.clone(),
        id(item.whose.id),
        item.whose.name.clone(),
        at(item.made_at),
        days.to_string(),
        pulls.to_string(),
        pushes.to_string(),
        refused.to_string(),
        at(last_at),
        yes(can_push),
        yes(is_stopped),
        yes(is_changed),
    ])
}

fn in_parts(parts: &[String]) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part.as_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::review::{Decision, Delegated, ReviewKind, Verdict};
    use crate::domain::user::Maker;

    fn item() -> ReviewItem {
        ReviewItem {
            id: Uuid::nil(),
            number: 1,
            kind: ReviewKind::Grant,
            subject: "a".to_owned(),
            pipeline: Some(Uuid::nil()),
            credential: Some(Uuid::nil()),
            name: "build: ghcr".to_owned(),
            terms: "Pull".to_owned(),
            whose: Maker { id: Some(Uuid::nil()), name: "Kim".to_owned() },
            made_at: Some(Moment(0)),
            facts: Facts::default(),
            reviewer: None,
            decision: None,
        }
    }

    fn bytes(items: &[ReviewItem]) -> Vec<u8> {
        frozen(items).flatten().collect()
    }

    #[test]
    fn another_item_has_other_bytes_and_a_decision_has_the_same() {
        let one = bytes(&[item()]);
        let facts = |facts| ReviewItem { facts, ..item() };
        for other in [
            ReviewItem { id: Uuid::max(), ..item() },
            ReviewItem { number: 2, ..item() },
            ReviewItem { kind: ReviewKind::Token, ..item() },
            ReviewItem { subject: "b".to_owned(), ..item() },
            ReviewItem { pipeline: None, ..item() },
            ReviewItem { credential: Some(Uuid::max()), ..item() },
            // What one part loses the next one has.
            ReviewItem { name: "build: ghcrP".to_owned(), terms: "ull".to_owned(), ..item() },
            ReviewItem { whose: Maker { id: None, name: "Kim".to_owned() }, ..item() },
            ReviewItem { whose: Maker { id: Some(Uuid::nil()), name: String::new() }, ..item() },
            ReviewItem { made_at: None, ..item() },
            facts(Facts { days: 90, ..Facts::default() }),
            facts(Facts { pulls: 1, ..Facts::default() }),
            facts(Facts { pushes: 1, ..Facts::default() }),
            facts(Facts { refused: 1, ..Facts::default() }),
            facts(Facts { last_at: Some(Moment(0)), ..Facts::default() }),
            facts(Facts { can_push: true, ..Facts::default() }),
            facts(Facts { is_stopped: true, ..Facts::default() }),
            facts(Facts { is_changed: true, ..Facts::default() }),
        ] {
            assert_ne!(bytes(std::slice::from_ref(&other)), one, "{other:?}");
        }
        assert!(bytes(&[]) != one && bytes(&[item(), item()]) != one);
        let (verdict, by, at) = (Verdict::Confirm, "Bea".to_owned(), Moment(1));
        let decision = Some(Decision { verdict, by, at, note: String::new(), effect: None });
        let reviewer = Some(Delegated { to: Maker::nobody("Bea"), by: None });
        let decided = ReviewItem { decision, reviewer, ..item() };
        assert_eq!(bytes(&[decided]), one);
    }

    #[test]
    fn the_bytes_are_those_that_are_documented() {
        let version = [&[0_u8, 0, 0, 0, 0, 0, 0, 23][..], b"regcred/review-items/v1"].concat();
        assert_eq!(bytes(&[]), version);
        let one = bytes(&[item()]);
        let rest = one.strip_prefix(version.as_slice()).unwrap();
        let first = [&[0_u8, 0, 0, 0, 0, 0, 0, 36][..], b"00000000-0000-0000-0000-000000000000"];
        let rest = rest.strip_prefix(first.concat().as_slice()).unwrap();
        assert!(rest.starts_with(b"\0\0\0\0\0\0\0\x011\0\0\0\0\0\0\0\x05grant"), "{rest:?}");
    }
}
