use super::*;

fn every_detail() -> Vec<(Detail, &'static str)> {
    let change = |field, from: &str, to: &str| FieldChange {
        field,
        from: Some(from.to_owned()),
        to: Some(to.to_owned()),
    };
    let grant = |intent, until: Option<&str>| Detail::Grant {
        credential: Uuid::max(),
        name: "ghcr".to_owned(),
        intent,
        until: until.and_then(Day::parse),
        reason: None,
        changes: Vec::new(),
    };
    let term = |term: &str, from: &str, to: &str| {
        TermChange::between(term, from, to).into_iter().collect::<Vec<_>>()
    };
    let roles = |kept| Detail::Roles { from: Role::Owner, to: Role::Viewer, kept };
    let restored = |revoked, stopped| Detail::Restored {
        made_at: "2026-11-21T09:30:00Z".to_owned(),
        revoked,
        stopped,
    };
    let row = |broken_at| Detail::Row { table: "person".to_owned(), id: "1".to_owned(), broken_at };
    let changes = vec![change(Field::Labels, "a, b", "a"), FieldChange::secret()];
    vec![
        (Detail::Nothing, ""),
        (Detail::Text("Name, Username".to_owned()), "Name, Username"),
        (Detail::Changed(changes), "Labels, Password or key"),
        (
            Detail::Changed(vec![
                change(Field::Protected, "Yes", "No"),
                change(Field::Paths, "acme", ""),
            ]),
            "Protected from Yes to No, Repository path from acme to none",
        ),
        (Detail::Registry("ghcr.io".to_owned()), "ghcr.io"),
        (
            Detail::TokenService("https://auth.example.com:443".to_owned()),
            "https://auth.example.com:443",
        ),
        (
            Detail::Finding {
                kind: FindingKind::NoOwner,
                until: Day::parse("2027-01-31"),
                reason: "A robot.".to_owned(),
            },
            "No owner, until 2027-01-31, reason: A robot.",
        ),
        (
            Detail::Finding { kind: FindingKind::Tie, until: None, reason: String::new() },
            "Credentials tie",
        ),
        (Detail::Items(2), "2 items"),
        (Detail::ReportsLinked, ""),
        (
            Detail::Report(Reported {
                outcome: crate::domain::delivery::Report::Failed,
                link: 12,
                first: 0,
                last: 65_535,
                deliveries: 2,
            }),
            "failed, link 12",
        ),
        (Detail::Population { items: 2, sha256: "ab".to_owned() }, "2 items, SHA-256 ab"),
        (
            Detail::Reviewed {
                item: "build: ghcr".to_owned(),
                verdict: Verdict::Remove,
                note: "Unused.".to_owned(),
                to: None,
                effect: Some(9),
            },
            "build: ghcr: removed, link 9, reason: Unused.",
        ),
        (
            Detail::Reviewed {
                item: "Kim".to_owned(),
                verdict: Verdict::Remove,
                note: String::new(),
                to: None,
                effect: None,
            },
            "Kim: removal decided",
        ),
        (
            Detail::ReviewEnd(review::Tally { confirmed: 3, removed: 1, changed: 0, undecided: 2 }),
            "3 confirmed, 1 removed, 0 to be changed, 2 undecided",
        ),
        (Detail::Version(3), "version 3"),
        (Detail::Versions { from: 2, to: 1 }, "from version 2 to 1"),
        (grant(Some(Access::PullAndPush), None), "ghcr, pull and push"),
        (grant(None, Some("2027-01-31")), "ghcr, until 2027-01-31"),
        (grant(None, None), "ghcr"),
        (
            Detail::Grant {
                credential: Uuid::max(),
                name: "ghcr".to_owned(),
                intent: None,
                until: None,
                reason: Some("Too wide.".to_owned()),
                changes: Vec::new(),
            },
            "ghcr, reason: Too wide.",
        ),
        (
            Detail::Grant {
                credential: Uuid::max(),
                name: "ghcr".to_owned(),
                intent: Some(Access::Pull),
                until: None,
                reason: None,
                changes: term("Branches", "main", "any"),
            },
            "ghcr, pull, Branches from main to any",
        ),
        (
            Detail::Rule {
                provider: Provider::GitHub,
                changes: term("ref", "", "refs/heads/main"),
            },
            "GitHub Actions, ref from none to refs/heads/main",
        ),
        (
            Detail::Rejected {
                changes: vec![change(Field::Protected, "Yes", "No")],
                reason: "Not now".to_owned(),
            },
            "Protected from Yes to No, reason: Not now",
        ),
        (Detail::Token("abc".to_owned()), "abc"),
        (Detail::Provider(Provider::GitHub), "GitHub Actions"),
        (Detail::Role(Role::Owner), "owner"),
        (roles(0), "from owner to viewer"),
        (roles(2), "from owner to viewer, 2 kept"),
        (Detail::Kept(3), "3 kept"),
        (restored(0, 0), "made at 2026-11-21T09:30:00Z"),
        (restored(2, 0), "made at 2026-11-21T09:30:00Z, tokens revoked: 2"),
        (restored(0, 1), "made at 2026-11-21T09:30:00Z, destinations stopped: 1"),
        (
            restored(2, 1),
            "made at 2026-11-21T09:30:00Z, tokens revoked: 2, destinations stopped: 1",
        ),
        (Detail::Account { is_admin: true }, "instance admin"),
        (Detail::Account { is_admin: false }, ""),
        (Detail::Keys { from: "a".to_owned(), to: "b".to_owned() }, "from a to b"),
        (Detail::File { path: "ci.yml".to_owned(), others: 0 }, "ci.yml"),
        (Detail::File { path: "ci.yml".to_owned(), others: 1 }, "ci.yml and 1 other file"),
        (Detail::File { path: "ci.yml".to_owned(), others: 2 }, "ci.yml and 2 other files"),
        (Detail::Rules(1), "1 trust rule"),
        (Detail::Rules(3), "3 trust rules"),
        (Detail::Links { first: 1, last: 500 }, "links 1 to 500"),
        (
            Detail::Base(Base {
                first: 1,
                last: 500,
                head: "00".repeat(32),
                until: crate::domain::moment::Moment(0),
                tree: 1,
                leaves: 501,
                root: "00".repeat(32),
                figures: "00".repeat(32),
                unknown_until: None,
            }),
            "links 1 to 500, kept as daily figures until 1970-01-01 00:00 UTC",
        ),
        (
            Detail::Checkpoint {
                links: 500,
                root: "AAAA".to_owned(),
                note: "acme.example.com\n500\nAAAA\n\n— acme.example.com BBBB\n".to_owned(),
            },
            "links 1 to 500, root AAAA",
        ),
        (Detail::Rows(1), "1 row"),
        (Detail::Rows(3), "3 rows"),
        (row(None), "person 1"),
        (row(Some(7)), "person 1, broken at link 7"),
    ]
}

#[test]
fn a_detail_is_read_as_it_was_stored_and_says_one_thing() {
    for (detail, text) in every_detail() {
        assert_eq!(Detail::from_stored(&detail.to_stored()), detail);
        assert_eq!(detail.to_text(), text);
    }
}

#[test]
fn a_detail_of_an_older_version_is_its_text() {
    for text in ["ghcr.io", "Name, Username", "{", "{}", "[]", "{\"unknown\":1}", "12"] {
        let read = Detail::from_stored(text);
        assert_eq!((read.to_text().as_str(), read.to_stored().as_str()), (text, text));
    }
}

#[test]
fn a_changed_secret_has_no_value() {
    let stored = Detail::Changed(vec![FieldChange::secret()]).to_stored();
    assert_eq!(stored, r#"{"changed":[{"field":"secret"}]}"#);
}

#[test]
fn a_grant_is_found_by_how_its_stored_detail_begins() {
    let (mark, other) = (Detail::grant_mark(Uuid::max()), Detail::grant_mark(Uuid::nil()));
    assert_eq!((mark.len(), &mark[..24]), (60, &other[..24]));
    let mut grants = 0;
    for (detail, _) in every_detail() {
        let (stored, is_grant) = (detail.to_stored(), matches!(detail, Detail::Grant { .. }));
        assert_eq!(stored.starts_with(&mark), is_grant, "{stored}");
        assert!(!stored.starts_with(&other), "{stored}");
        grants += usize::from(is_grant);
    }
    assert!(grants > 1);
}

#[test]
fn a_change_says_what_was_before_and_what_is_now() {
    let change = |from: &str, to: &str| FieldChange {
        field: Field::Description,
        from: Some(from.to_owned()),
        to: Some(to.to_owned()),
    };
    for (change, said) in [
        (change("nightly", "weekly"), "Description: nightly → weekly".to_owned()),
        (change("", "one\n two"), "Description: none → one two".to_owned()),
        (change(&"x".repeat(60), ""), format!("Description: {} → none", "x".repeat(60))),
        (change("a", &"x".repeat(61)), format!("Description: a → {}…", "x".repeat(59))),
        (FieldChange::secret(), "Password or key".to_owned()),
    ] {
        assert_eq!(change.before_and_after(), said);
    }
}
