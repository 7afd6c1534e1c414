//! Where a declaration is from, and how much there may be.

use super::*;
use crate::domain::moment::Moment;

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_commit_that_was_signed_for_is_proven_and_any_other_is_what_the_run_said() {
    let claims =
        Claims { commit: text("claimed"), branch: text("refs/heads/dev"), ..Claims::default() };
    let proof = Proof {
        commit: text("signed"),
        reference: text("refs/heads/release/1"),
        ..Proof::default()
    };
    let proven = origin(&proof, &claims);
    assert!(proven.is_proved);
    assert_eq!((proven.commit, proven.branch), (text("signed"), text("release/1")));
    // A signed branch is of no use for another commit.
    let proof = Proof { commit: None, ..proof };
    let said = origin(&proof, &claims);
    assert!(!said.is_proved);
    assert_eq!((said.commit, said.branch), (text("claimed"), text("dev")));
    let tag = Claims { branch: text("refs/tags/v1"), ..Claims::default() };
    assert_eq!(origin(&Proof::default(), &tag).branch, text("refs/tags/v1"));
    assert_eq!(origin(&Proof::default(), &Claims::default()), Origin::default());
}

#[test]
fn what_is_replaced_leaves_room_for_what_replaces_it() {
    let file = |path: &str| DeclaredFile {
        path: path.to_owned(),
        system: String::new(),
        sha256: None,
        statements: Vec::new(),
    };
    let known = |path: &str, references: i64| Definition {
        id: Uuid::nil(),
        path: path.to_owned(),
        system: String::new(),
        sha256: None,
        origin: Origin::default(),
        counts: Counts { references, ..Counts::default() },
        first_seen: Moment(0),
        changed: Moment(0),
        last_seen: Moment(0),
        names_changed: Moment(0),
        said: String::new(),
    };
    let full: Vec<Definition> =
        (0..FILES_MAX).map(|number| known(&number.to_string(), 0)).collect();
    assert!(has_room(&full, &[file("0")]) && !has_room(&full, &[file("new")]));
    let heavy = [known("a", STATEMENTS_OF_ALL_MAX), known("b", 1)];
    assert!(has_room(&heavy, &[file("a")]), "it is replaced by less");
    assert!(!has_room(&heavy, &[file("c")]));
}

#[test]
fn the_same_file_has_the_same_hash_and_another_text_another_one() {
    let files = |text: &str| checked::files(regcred_scan::scan_text("Dockerfile", text)).unwrap();
    let (one, same, other) = (files("FROM a\n"), files("FROM a\n"), files("FROM a \n"));
    assert_eq!(hash(&one[0]), hash(&same[0]));
    assert_ne!(hash(&one[0]), hash(&other[0]));
}
