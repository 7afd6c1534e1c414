//! The predicates, at their bounds.

mod changes;
mod declared;
mod environments;
mod events;

use super::*;
use crate::domain::audit::{Action, AuditEvent, Detail};
use crate::domain::credential::Access;
use crate::domain::registry_kind::PersonalToken;
use crate::domain::usage::Figures;
use crate::domain::user::Person;

/// Some day, a little after its beginning.
const NOW: Moment = Moment(20_000 * DAY + 5);
const DAY: i64 = crate::domain::moment::DAY_MS;

fn ago(days: i64) -> Moment {
    Moment(NOW.0 - days * DAY)
}

fn thing(name: &str) -> Thing {
    let id = name.bytes().fold(0, |id, byte| (id << 8) | u128::from(byte));
    Thing { id: Uuid::from_u128(id), name: name.to_owned() }
}

fn credential() -> CredentialFacts {
    CredentialFacts {
        thing: thing("ghcr"),
        username: "acme-bot".to_owned(),
        access: Access::PullAndPush,
        owner: "Kim".to_owned(),
        review_on: None,
        is_disabled: false,
        created: ago(400),
        enabled: None,
        is_usual_name: false,
        token: None,
        version: 2,
        version_since: ago(30),
    }
}

/// Granted long ago, and received a moment ago in the current version.
fn pair() -> PairFacts {
    let (id, intent) = (Uuid::nil(), Access::Pull);
    let grant = Granted { id, intent, made: ago(300), since: ago(300) };
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
        last_version: Some(2),
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
    assert_eq!(no_owner(&credential(), &people, &people), None);
    assert_eq!(review_due(&credential(), NOW.day()), None);
    assert_eq!(same_secret(&credential(), Vec::new()), None);
    for username in ["kim@example.com", "KIM", " kim "] {
        let one = CredentialFacts { username: username.to_owned(), ..credential() };
        assert!(personal(&one, &people).is_some(), "{username}");
    }
    let usual = CredentialFacts { username: "kim".to_owned(), is_usual_name: true, ..credential() };
    assert_eq!(personal(&usual, &people), None);
    for (username, is_found) in [("acme-bot", true), ("project_7_bot", false)] {
        let token = Some(PersonalToken::GitLab);
        let one = CredentialFacts { username: username.to_owned(), token, ..credential() };
        assert_eq!(personal(&one, &people).is_some(), is_found, "{username}");
    }
    for owner in ["", "Alex"] {
        let one = CredentialFacts { owner: owner.to_owned(), ..credential() };
        assert!(no_owner(&one, &people, &people).is_some(), "{owner}");
    }
    let disabled = no_owner(&credential(), &people[1..], &people).unwrap();
    assert!(disabled.fact.contains("cannot sign in"), "{}", disabled.fact);
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
        let pair =
            PairFacts { last_ever, figures: Figures::default(), grants: Vec::new(), ..pair() };
        let expected: Vec<FindingKind> = expected.into_iter().collect();
        assert_eq!(used(&one, &[pair]), expected, "{created} {last:?}");
    }
    let enabled = |days| CredentialFacts { enabled: Some(ago(days)), ..credential() };
    assert!(used(&enabled(29), &[]).is_empty(), "nobody could use it before");
    assert_eq!(used(&enabled(30), &[]), [FindingKind::NeverUsed]);
    let off = CredentialFacts { is_disabled: true, ..credential() };
    assert!(used(&off, &[]).is_empty(), "nobody can use what is disabled");
}

#[test]
fn a_grant_is_judged_by_itself_when_another_one_uses_the_credential() {
    for (made, since, last, expected) in [
        (300, 300, Some(95), Some(FindingKind::Unused)),
        // It was approved anew.
        (300, 80, Some(95), None),
        // An earlier grant was revoked.
        (80, 80, Some(95), Some(FindingKind::NeverUsed)),
        (94, 94, Some(95), Some(FindingKind::NeverUsed)),
        (29, 29, Some(95), None),
        (80, 80, Some(80), None),
        (300, 300, None, Some(FindingKind::NeverUsed)),
        (29, 29, None, None),
    ] {
        // Another server's clock was ahead when the grant was made.
        let made_at = ago(made).plus_seconds(200);
        let grant = Granted { made: made_at, since: ago(since), ..pair().grants[0] };
        let idle = PairFacts {
            pipeline: thing("idle"),
            grants: vec![grant],
            figures: Figures::default(),
            last_ever: last.map(ago),
            last_version: None,
        };
        let found = of_use(&credential(), &[pair(), idle.clone()], NOW);
        let expected: Vec<FindingKind> = expected.into_iter().collect();
        assert_eq!(kinds(&found), expected, "{made} {since} {last:?}");
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
        let found = of_use(&credential(), std::slice::from_ref(&pair), NOW);
        let expected: &[FindingKind] = if is_found { &[FindingKind::OnlyPulled] } else { &[] };
        assert_eq!(kinds(&found), expected, "{since} {pulls} {pushes}");
        assert!(found.iter().all(|found| found.evidence == [Evidence::Link(70)]));
        let one = CredentialFacts { access: Access::Pull, ..credential() };
        assert!(used(&one, std::slice::from_ref(&pair)).is_empty(), "nobody can push with it");
        let one = CredentialFacts { enabled: Some(ago(80)), ..credential() };
        let one = used(&one, std::slice::from_ref(&pair));
        assert!(one.is_empty(), "nobody could push for a part of the window");
        let figures = Figures { pushes_refused: 1, ..pair.figures.clone() };
        assert!(used(&credential(), &[PairFacts { figures, ..pair }]).is_empty(), "it asked to");
    }
}

#[test]
fn an_old_version_is_judged_when_no_cache_has_it_any_more() {
    for (received, since, is_found) in [(1, 7, true), (1, 6, false), (2, 30, false), (3, 30, false)]
    {
        // A newer one was received before, and somebody went back and forth since.
        let figures = Figures { versions: Some((1, 3)), ..pair().figures };
        let one = CredentialFacts { version_since: ago(since), ..credential() };
        let pair = PairFacts { figures, last_version: Some(received), ..pair() };
        let expected: &[FindingKind] = if is_found { &[FindingKind::OldVersion] } else { &[] };
        assert_eq!(used(&one, std::slice::from_ref(&pair)), expected, "{received} {since}");
        let figures = Figures { pulls: 0, ..pair.figures.clone() };
        assert!(used(&one, &[PairFacts { figures, ..pair }]).is_empty(), "not in the window");
    }
}

fn event(seq: i64, action: Action, subject: &str, at: Moment) -> AuditEvent {
    let Thing { id: subject_id, name: subject } = thing(subject);
    let (actor, detail) = ("Kim".to_owned(), Detail::Nothing);
    AuditEvent { seq, at, action, actor, subject, subject_id, detail }
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
    let build = thing("build").id;
    let change = Change::after(5, build, &events, &[]).unwrap();
    assert_eq!((change.link, change.said.as_str()), (7, "Kim edited ghcr"));
    assert!(Change::after(9, build, &events, &[]).is_none());
    let both = || (Some(thing("ghcr")), thing("build"));
    for (refused, last_refusal, last_delivery, is_found) in [
        (3, 20, Some(5), true),
        (2, 20, Some(5), false),
        (3, 6, Some(5), false),
        (3, 20, Some(10), false),
        // It never worked.
        (3, 20, None, false),
    ] {
        let found = refused_since(both(), "", (refused, last_refusal), last_delivery, &change);
        assert_eq!(found.is_some(), is_found, "{refused} {last_refusal} {last_delivery:?}");
    }
    let image = refused_since(both(), "ghcr.io/acme/api", (3, 20), Some(5), &change).unwrap();
    assert!(image.fact.contains("received it for ghcr.io/acme/api before"), "{image:?}");
    assert!(image.fact.contains("received nothing for that image"), "{image:?}");
    let whole = |host| refused_since((None, thing("build")), host, (3, 20), Some(5), &change);
    let [ghcr, quay] = ["ghcr.io", "quay.io"].map(|host| whole(host).unwrap());
    assert!(ghcr.key() != quay.key() && ghcr.fact.contains("credentials for ghcr.io"), "{ghcr:?}");
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
    let whole =
        Found { credential: Some(thing("ghcr")), ..credentials::blank(FindingKind::Unused) };
    assert_eq!(whole.act("acme").unwrap().label, "Delete the credential");
}
