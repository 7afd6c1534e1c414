//! What becomes of findings when they are looked for again.

use super::{NOW, ago};
use crate::domain::finding::{
    FindingChanges, FindingKind, FindingState, Found, KnownFinding, credentials,
};
use uuid::Uuid;

fn known(state: FindingState, found: &Found) -> KnownFinding {
    KnownFinding {
        id: Uuid::max(),
        key: found.key(),
        state,
        found: Some(found.clone()),
        accepted_until: None,
        resolved: None,
    }
}

#[test]
fn what_is_found_again_stays_as_it_is_and_what_is_not_is_resolved() {
    let one = Found { about: "quay.io".to_owned(), ..credentials::blank(FindingKind::Tie) };
    let other = Found { fact: "More.".to_owned(), ..one.clone() };
    let id = Uuid::max();
    let between =
        |known: KnownFinding, found: &[Found]| FindingChanges::between(&[known], found, NOW);
    let none = FindingChanges::default;
    let there = std::slice::from_ref(&one);
    let open = || known(FindingState::Open, &one);
    assert!(between(open(), there).is_none());
    let renewed = FindingChanges { renewed: vec![(id, other.clone())], ..none() };
    assert_eq!(between(open(), std::slice::from_ref(&other)), renewed);
    assert_eq!(between(open(), &[]), FindingChanges { resolved: vec![id], ..none() });
    let until = |days: i64| KnownFinding {
        accepted_until: Some(NOW.day().plus_days(days)),
        ..known(FindingState::Accepted, &one)
    };
    assert!(between(until(0), there).is_none());
    assert_eq!(between(until(-1), there), FindingChanges { lapsed: vec![id], ..none() });
    let gone = |days: i64| KnownFinding {
        resolved: Some(ago(days)),
        ..known(FindingState::Resolved, &one)
    };
    let reopened = FindingChanges { reopened: vec![(id, one.clone())], ..none() };
    assert_eq!(between(gone(1), there), reopened);
    assert!(between(gone(89), &[]).is_none());
    assert_eq!(between(gone(90), &[]), FindingChanges { forgotten: vec![id], ..none() });
    let new = FindingChanges { new: vec![one.clone()], ..none() };
    assert_eq!(FindingChanges::between(&[], &[one.clone(), one.clone()], NOW), new);
}

#[test]
fn many_changes_are_written_in_parts() {
    let found =
        |number: u128| Found { about: number.to_string(), ..credentials::blank(FindingKind::Tie) };
    let changes = FindingChanges {
        new: (0..3).map(found).collect(),
        resolved: (0..4).map(Uuid::from_u128).collect(),
        ..FindingChanges::default()
    };
    let parts = changes.clone().parts(5);
    let sizes: Vec<_> = parts.iter().map(|part| (part.new.len(), part.resolved.len())).collect();
    assert_eq!(sizes, [(3, 2), (0, 2)]);
    let resolved: Vec<Uuid> = parts.into_iter().flat_map(|part| part.resolved).collect();
    assert_eq!(resolved, changes.resolved);
    assert!(FindingChanges::default().parts(5).is_empty());
}
