//! The predicates, at their bounds.

use super::*;
use crate::domain::audit::{Action, AuditEvent, Detail};
use crate::domain::credential::Access;
use crate::domain::definition::{
    Counts, Definition, Kind, Match, Named, Origin, SeenIn, Statement,
};
use crate::domain::registry::RegistryHost;
use crate::domain::usage::Figures;
use crate::domain::user::Person;

/// Some day, a little after its beginning.
const NOW: Moment = Moment(20_000 * DAY + 5);
const DAY: i64 = crate::domain::moment::DAY_MS;

fn ago(days: i64) -> Moment {
    Moment(NOW.0 - days * DAY)
}

fn thing(name: &str) -> Thing {
    Thing { id: Uuid::from_u128(name.len() as u128), name: name.to_owned() }
}

fn credential() -> CredentialFacts {
    CredentialFacts {
        thing: thing("ghcr"),
        username: "acme-bot".to_owned(),
        owner: "Kim".to_owned(),
        review_on: None,
        is_disabled: false,
        created: ago(400),
        version: 2,
        version_since: ago(30),
    }
}

/// Granted long ago, and received a moment ago in the current version.
fn pair() -> PairFacts {
    let grant = Granted { id: Uuid::nil(), intent: Access::Pull, since: ago(300) };
    let figures = Figures {
        pulls: 3,
        last_at: Some(ago(1)),
        versions: Some((1, 2)),
        last_delivery: Some(70),
        ..Figures::default()
    };
    PairFacts {
        pipeline: thing("build"),
        grants: vec![grant],
        figures,
        last_ever: Some(ago(1)),
    }
}

fn kinds(found: &[Found]) -> Vec<FindingKind> {
    found.iter().map(|found| found.kind).collect()
}

fn used(one: &CredentialFacts, pairs: &[PairFacts]) -> Vec<FindingKind> {
    kinds(&of_use(one, pairs, NOW))
}

#[test]
fn what_is_in_use_is_no_finding() {
    assert!(used(&credential(), &[pair()]).is_empty());
    let person = |name: &str| Person {
        id: Uuid::nil(),
        email: format!("{name}@example.com"),
        name: name.to_owned(),
        is_admin: false,
    };
    let people = [person("Kim"), person("Bo")];
    assert_eq!(personal(&credential(), &people), None);
    assert_eq!(no_owner(&credential(), &people), None);
    assert_eq!(review_due(&credential(), NOW.day()), None);
    assert_eq!(same_secret(&credential(), Vec::new()), None);
    for username in ["kim@example.com", "KIM", " kim "] {
        let one = CredentialFacts { username: username.to_owned(), ..credential() };
        assert!(personal(&one, &people).is_some(), "{username}");
    }
    for owner in ["", "Alex"] {
        let one = CredentialFacts { owner: owner.to_owned(), ..credential() };
        assert!(no_owner(&one, &people).is_some(), "{owner}");
    }
    for (days, is_due) in [(-1, true), (0, false), (1, false)] {
        let review_on = Some(NOW.day().plus_days(days));
        let one = CredentialFacts { review_on, ..credential() };
        assert_eq!(review_due(&one, NOW.day()).is_some(), is_due, "{days}");
    }
}

#[test]
fn unused_is_judged_only_for_what_existed_the_whole_window() {
    for (created, last, expected) in [
        (29, None, None),
        (30, None, Some(FindingKind::NeverUsed)),
        (400, None, Some(FindingKind::NeverUsed)),
        (400, Some(89), None),
        (400, Some(90), Some(FindingKind::Unused)),
        // What a clock that jumped dates before it existed.
        (80, Some(95), None),
    ] {
        let one = CredentialFacts { created: ago(created), ..credential() };
        let last_ever = last.map(ago);
        let pair = PairFacts { last_ever, figures: Figures::default(), grants: Vec::new(), ..pair() };
        let expected: Vec<FindingKind> = expected.into_iter().collect();
        assert_eq!(used(&one, &[pair]), expected, "{created} {last:?}");
    }
    let off = CredentialFacts { is_disabled: true, ..credential() };
    assert!(used(&off, &[]).is_empty(), "nobody can use what is disabled");
}

#[test]
fn a_grant_is_judged_by_itself_when_another_one_uses_the_credential() {
    for (since, last, expected) in [
        (300, Some(95), Some(FindingKind::Unused)),
        (80, Some(95), None),
        (300, None, Some(FindingKind::NeverUsed)),
        (29, None, None),
    ] {
        let grant = Granted { since: ago(since), ..pair().grants[0] };
        let idle = PairFacts {
            pipeline: thing("idle"),
            grants: vec![grant],
            figures: Figures::default(),
            last_ever: last.map(ago),
        };
        let found = of_use(&credential(), &[pair(), idle.clone()], NOW);
        assert_eq!(kinds(&found), expected.into_iter().collect::<Vec<_>>(), "{since} {last:?}");
        assert!(found.iter().all(|found| found.pipeline == Some(thing("idle"))));
        let revoked = PairFacts { grants: Vec::new(), ..idle };
        assert!(used(&credential(), &[pair(), revoked]).is_empty(), "it receives nothing anyway");
    }
}

#[test]
fn a_right_to_push_is_judged_when_it_was_there_the_whole_window_and_something_was_pulled() {
    for (since, pulls, pushes, is_found) in
        [(100, 3, 0, true), (100, 3, 1, false), (100, 0, 0, false), (80, 3, 0, false)]
    {
        let grant = Granted { intent: Access::PullAndPush, since: ago(since), ..pair().grants[0] };
        let figures = Figures { pulls, pushes, ..pair().figures };
        let pair = PairFacts { grants: vec![grant], figures, ..pair() };
        let found = of_use(&credential(), &[pair], NOW);
        let expected: &[FindingKind] = if is_found { &[FindingKind::OnlyPulled] } else { &[] };
        assert_eq!(kinds(&found), expected, "{since} {pulls} {pushes}");
        assert!(found.iter().all(|found| found.evidence == [Evidence::Link(70)]));
    }
}

#[test]
fn an_old_version_is_judged_when_no_cache_has_it_any_more() {
    for (received, since, is_found) in
        [(1, 7, true), (1, 6, false), (2, 30, false), (3, 30, false)]
    {
        let figures = Figures { versions: Some((1, received)), ..pair().figures };
        let one = CredentialFacts { version_since: ago(since), ..credential() };
        let pair = PairFacts { figures, ..pair() };
        let expected: &[FindingKind] = if is_found { &[FindingKind::OldVersion] } else { &[] };
        assert_eq!(used(&one, &[pair]), expected, "{received} {since}");
    }
}

fn event(seq: i64, action: Action, subject: &str, at: Moment) -> AuditEvent {
    let (actor, subject) = ("Kim".to_owned(), subject.to_owned());
    AuditEvent { seq, at, action, actor, subject, detail: Detail::Nothing }
}

#[test]
fn what_was_changed_a_moment_ago_is_not_judged_yet() {
    let of = |kind| Found {
        pipeline: Some(thing("build")),
        ..credentials::blank(kind)
    };
    let push = of(FindingKind::OnlyPulled);
    for (action, subject, days, stands) in [
        (Action::GrantChanged, "build", 89, false),
        (Action::GrantChanged, "build", 90, true),
        (Action::GrantChanged, "other", 1, true),
        (Action::GrantApproved, "build", 1, true),
    ] {
        let events = [event(1, action, subject, ago(days))];
        assert_eq!(push.stands(&events, NOW), stands, "{action:?} {subject} {days}");
    }
    let old = of(FindingKind::OldVersion);
    for (days, stands) in [(6, false), (7, true)] {
        let events = [event(1, Action::SecretSwitched, "ghcr", ago(days))];
        assert_eq!(old.stands(&events, NOW), stands, "{days}");
    }
    assert!(push.depends_on_events() && !of(FindingKind::Tie).depends_on_events());
}

#[test]
fn what_is_refused_since_a_change_names_the_first_change_after_the_last_delivery() {
    let events = [
        event(9, Action::GrantDeleted, "build", ago(1)),
        event(8, Action::GrantDeleted, "other", ago(1)),
        event(7, Action::CredentialUpdated, "ghcr", ago(2)),
        event(6, Action::CredentialEnabled, "ghcr", ago(2)),
        event(4, Action::CredentialDisabled, "ghcr", ago(3)),
    ];
    let change = Change::after(5, &events, "build").unwrap();
    assert_eq!((change.link, change.said.as_str()), (7, "Kim edited ghcr"));
    assert!(Change::after(9, &events, "build").is_none());
    let both = || (Some(thing("ghcr")), thing("build"));
    let figures = |refused, last| Figures {
        refused,
        last_refusal: Some(last),
        ..Figures::default()
    };
    for (refused, last_refusal, last_delivery, is_found) in [
        (3, 20, Some(5), true),
        (2, 20, Some(5), false),
        (3, 6, Some(5), false),
        (3, 20, Some(10), false),
        // It never worked.
        (3, 20, None, false),
    ] {
        let found =
            refused_since(both(), &figures(refused, last_refusal), last_delivery, &change);
        assert_eq!(found.is_some(), is_found, "{refused} {last_refusal} {last_delivery:?}");
    }
}

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
        grant: None,
        figures: Figures { pulls: 1, last_at: last, ..Figures::default() },
        last_ever: last,
    }
}

fn declared(
    file: &Definition,
    (statement, found, is_served): (Statement, Match, bool),
    received: Vec<Received>,
) -> Vec<FindingKind> {
    let one = Declared { file, statement, found, is_served };
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
    let hidden = Statement { is_hidden: true, ..pulls("ghcr.io") };
    assert!(declared(&old, (hidden, served(), true), Vec::new()).is_empty());
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
    let tie = Match::Tie(vec!["a".to_owned(), "b".to_owned()]);
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

#[test]
fn a_reason_and_a_day_within_a_year_are_needed() {
    let today = NOW.day();
    let day = |days: i64| today.plus_days(days).to_text();
    for (days, is_right) in [(-1, false), (0, true), (365, true), (366, false)] {
        let read = accepted(" Meant so. ", &day(days), today);
        assert_eq!(read.is_ok(), is_right, "{days}");
    }
    let (reason, until) = accepted(" Meant so. ", &day(3), today).unwrap();
    assert_eq!((reason.as_str(), until), ("Meant so.", today.plus_days(3)));
    let Err(Error::Invalid(errors)) = accepted(" ", "soon", today) else { panic!() };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["reason", "until"]);
    assert!(accepted(&"x".repeat(REASON_MAX + 1), &day(1), today).is_err());
}

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
    let between = |known: KnownFinding, found: &[Found]| {
        FindingChanges::between(&[known], found, NOW)
    };
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
fn every_kind_has_something_to_do() {
    for kind in FindingKind::ALL.iter().copied() {
        let found = Found {
            credential: Some(thing("ghcr")),
            pipeline: Some(thing("build")),
            grant: Some(Uuid::nil()),
            ..credentials::blank(kind)
        };
        let act = found.act("acme").unwrap();
        assert!(act.href.starts_with("/p/acme/") && !act.needs.is_empty(), "{kind:?}");
        let stored = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Found>(&stored).unwrap(), found);
    }
    let whole = Found { credential: Some(thing("ghcr")), ..credentials::blank(FindingKind::Unused) };
    assert_eq!(whole.act("acme").unwrap().label, "Delete the credential");
}
