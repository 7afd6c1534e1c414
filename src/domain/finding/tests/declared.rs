//! What files name, held against what was received.

use super::{NOW, ago, kinds, thing};
use crate::domain::definition::{
    Counts, Definition, Kind, Match, Named, Origin, SeenIn, Statement,
};
use crate::domain::finding::{
    Declared, DeclaredFacts, FindingKind, Received, ReceivedImage, compared_since, of_declared,
};
use crate::domain::registry::RegistryHost;
use crate::domain::usage::Figures;
use uuid::Uuid;

fn file(passwords: i64, days: i64) -> Definition {
    Definition {
        id: Uuid::nil(),
        path: "Dockerfile".to_owned(),
        system: "Dockerfile".to_owned(),
        sha256: None,
        origin: Origin::default(),
        counts: Counts { passwords, ..Counts::default() },
        first_seen: ago(days),
        changed: ago(days),
        last_seen: ago(days),
        names_changed: ago(days),
        said: String::new(),
    }
}

fn statement(kind: Kind, named: Named) -> Statement {
    Statement {
        kind,
        line: 3,
        place: String::new(),
        job: None,
        is_hidden: false,
        seen_in: SeenIn::Field,
        named,
        notes: Vec::new(),
    }
}

fn image(host: &str) -> Named {
    let (host, repository) = (host.to_owned(), "acme/api".to_owned());
    Named::Image { host, repository, tag: None, digest: None }
}

fn received(host: &str, last: Option<i64>) -> Received {
    let last = last.map(ago);
    Received {
        credential: thing("ghcr"),
        host: RegistryHost::stored(host).unwrap(),
        is_insecure: false,
        grant: Some(Uuid::nil()),
        figures: Figures { pulls: 1, last_at: last, ..Figures::default() },
        last_ever: last,
        images: Vec::new(),
    }
}

fn declared(
    file: &Definition,
    (statement, found, is_served): (Statement, Match, bool),
    received: Vec<Received>,
) -> Vec<FindingKind> {
    let since = file.names_changed;
    let one = Declared { file, statement, since, found, granted: Some(ago(7)), is_served };
    let facts = DeclaredFacts {
        pipeline: thing("build"),
        files: std::slice::from_ref(file),
        statements: vec![one.clone(), one],
        received,
    };
    kinds(&of_declared(&facts, NOW))
}

fn served() -> Match {
    Match::Credential { id: thing("ghcr").id, name: "ghcr".to_owned() }
}

#[test]
fn what_files_name_is_held_against_what_was_received() {
    let pulls = |host: &str| statement(Kind::Pulls, image(host));
    let ghcr = || (pulls("ghcr.io"), served(), true);
    let (new, old) = (file(0, 6), file(0, 7));
    assert!(declared(&new, ghcr(), Vec::new()).is_empty(), "it had no week to fetch");
    assert_eq!(declared(&old, ghcr(), Vec::new()), [FindingKind::NotDelivered]);
    assert_eq!(
        declared(&old, ghcr(), vec![received("ghcr.io", Some(8))]),
        [FindingKind::NotDelivered],
        "before it was declared"
    );
    assert!(declared(&old, ghcr(), vec![received("ghcr.io", Some(7))]).is_empty());
    let quay = || vec![received("quay.io", Some(1))];
    let both = [FindingKind::NotDelivered, FindingKind::NotDeclared];
    let other = Match::Credential { id: Uuid::max(), name: "other".to_owned() };
    assert_eq!(declared(&old, (pulls("ghcr.io"), other, true), quay()), both);
    assert!(declared(&old, ghcr(), vec![received("quay.io", Some(8))]).len() == 1);
    let revoked = Received { grant: None, ..received("quay.io", Some(1)) };
    assert!(declared(&old, ghcr(), vec![revoked]).is_empty(), "it receives it no more");
    let changed = Definition { names_changed: ago(6), ..file(0, 60) };
    assert!(declared(&changed, ghcr(), Vec::new()).is_empty(), "it may be named since then");
    let before = vec![received("quay.io", Some(7))];
    assert!(declared(&changed, ghcr(), before).is_empty(), "it may have been named then");
    let one = Declared {
        file: &old,
        statement: pulls("ghcr.io"),
        since: ago(7),
        found: served(),
        granted: Some(ago(6)),
        is_served: true,
    };
    let facts = DeclaredFacts {
        pipeline: thing("build"),
        files: std::slice::from_ref(&old),
        statements: vec![one],
        received: Vec::new(),
    };
    assert!(of_declared(&facts, NOW).is_empty(), "it was granted less than a week ago");
    let hidden = Statement { is_hidden: true, ..pulls("ghcr.io") };
    assert!(declared(&old, (hidden, served(), true), Vec::new()).is_empty());
}

#[test]
fn an_image_that_no_file_names_is_found_unless_its_registry_is_named_as_a_whole() {
    let image_of = |repository: &str| {
        let (host, repository) = ("ghcr.io".to_owned(), repository.to_owned());
        Named::Image { host, repository, tag: None, digest: None }
    };
    let open = |repository: Option<&str>| Named::Unresolved {
        variables: Vec::new(),
        host: Some("ghcr.io".to_owned()),
        repository: repository.map(str::to_owned),
    };
    let images = ["acme/api", "acme/web"]
        .map(|name| ReceivedImage { repository: name.to_owned(), link: 7 })
        .to_vec();
    let both = [FindingKind::NotDeclared; 2];
    let old = file(0, 7);
    for (named, expected) in [
        (image_of("acme/api"), &both[1..]),
        (image_of("acme"), &both[..]),
        // A variable for the tag leaves the image named, and one for its name may be any.
        (open(Some("acme/web")), &both[1..]),
        (open(None), &both[2..]),
        (Named::Registry("ghcr.io".to_owned()), &both[2..]),
    ] {
        let one = Received { images: images.clone(), ..received("ghcr.io", Some(1)) };
        let statement = (statement(Kind::Pulls, named.clone()), Match::Unknown, true);
        assert_eq!(declared(&old, statement, vec![one]), expected, "{named:?}");
    }
    let changed = Definition { names_changed: ago(2), ..file(0, 400) };
    assert_eq!(compared_since(&[changed, file(0, 7)], NOW), Some(ago(2)));
    assert_eq!(compared_since(&[], NOW), None);
    assert!(compared_since(&[file(0, 400)], NOW) > Some(ago(90)), "it is in the window");
}

#[test]
fn a_variable_that_may_be_any_registry_and_a_file_that_was_not_read_leave_the_question_open() {
    let open = |host: Option<&str>| Named::Unresolved {
        variables: Vec::new(),
        host: host.map(str::to_owned),
        repository: None,
    };
    let quay = || vec![received("quay.io", Some(1))];
    let old = file(0, 7);
    for (named, expected) in [
        (open(None), Vec::new()),
        (Named::Unread("A template.".to_owned()), Vec::new()),
        (open(Some("ghcr.io")), vec![FindingKind::NotDeclared]),
    ] {
        let one = (statement(Kind::Pulls, named.clone()), Match::Unknown, true);
        assert_eq!(declared(&old, one, quay()), expected, "{named:?}");
    }
}

#[test]
fn passwords_ties_and_registries_without_a_credential_are_found_once() {
    let password = statement(Kind::Password, Named::Field("password".to_owned()));
    let found = declared(&file(2, 1), (password, Match::NotFetched, true), Vec::new());
    assert_eq!(found, [FindingKind::PasswordInFile]);
    for host in ["localhost", "localhost:5000", "127.0.0.1:5000"] {
        let one = (statement(Kind::Pulls, image(host)), Match::Nothing, false);
        assert!(declared(&file(0, 1), one, Vec::new()).is_empty(), "{host} is beside the run");
    }
    let tie = Match::Tie(vec!["a".to_owned(), "b".to_owned()]);
    let login = statement(Kind::LogsIn, Named::Registry("ghcr.io".to_owned()));
    assert!(declared(&file(0, 1), (login, tie.clone(), true), Vec::new()).is_empty());
    let one = (statement(Kind::Pulls, image("ghcr.io")), tie, true);
    assert_eq!(declared(&file(0, 1), one, Vec::new()), [FindingKind::Tie]);
    for (kind, is_served, is_found) in [
        (Kind::Pulls, false, true),
        (Kind::LogsIn, false, true),
        (Kind::Pulls, true, false),
        // It gets this name, and is fetched from nowhere.
        (Kind::Builds, false, false),
    ] {
        let one = (statement(kind, image("quay.io")), Match::Nothing, is_served);
        let expected: &[FindingKind] = if is_found { &[FindingKind::NoCredential] } else { &[] };
        assert_eq!(declared(&file(0, 1), one, Vec::new()), expected, "{kind:?} {is_served}");
    }
}
