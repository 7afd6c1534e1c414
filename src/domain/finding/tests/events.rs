//! Which change it comes of that a pipeline is refused, and what is not judged yet because of one.

use super::{NOW, ago, event, thing};
use crate::domain::audit::{Action, AuditEvent, Detail, Field, FieldChange};
use crate::domain::finding::{Change, FindingKind, Found, credentials};

/// The same event, of a save that changed this field.
fn changing(event: AuditEvent, field: Field) -> AuditEvent {
    let change = FieldChange { field, from: None, to: None };
    AuditEvent { detail: Detail::Changed(vec![change]), ..event }
}

#[test]
fn what_was_changed_a_moment_ago_is_not_judged_yet() {
    let of = |kind| Found { pipeline: Some(thing("build")), ..credentials::blank(kind) };
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
    for (action, field, days, stands) in [
        (Action::CredentialUpdated, Field::Access, 89, false),
        (Action::CredentialUpdated, Field::Access, 90, true),
        (Action::GuardLowered, Field::Access, 1, false),
        (Action::SecretReplaced, Field::Access, 1, false),
        (Action::CredentialUpdated, Field::Owner, 1, true),
    ] {
        let events = [changing(event(1, action, "ghcr", ago(days)), field)];
        assert_eq!(push.stands(&events, NOW), stands, "{action:?} {field:?} {days}");
    }
    let old = of(FindingKind::OldVersion);
    for (days, stands) in [(6, false), (7, true)] {
        let events = [event(1, Action::SecretSwitched, "ghcr", ago(days))];
        assert_eq!(old.stands(&events, NOW), stands, "{days}");
    }
    assert!(push.depends_on_events() && !of(FindingKind::Tie).depends_on_events());
}

#[test]
fn a_pipeline_that_was_renamed_is_the_same_one() {
    let before = event(7, Action::GrantDeleted, "build", ago(1));
    let events = [AuditEvent { subject: "its name before".to_owned(), ..before }];
    assert_eq!(Change::after(5, thing("build").id, &events, &[]).unwrap().link, 7);
    assert!(Change::after(5, thing("other").id, &events, &[]).is_none());
}

#[test]
fn a_grant_of_another_credential_for_the_same_registry_may_be_why() {
    let build = thing("build").id;
    let granted = [event(7, Action::GrantCreated, "build", ago(1))];
    assert_eq!(Change::after(5, build, &[], &granted).unwrap().link, 7);
    assert!(Change::after(5, thing("other").id, &[], &granted).is_none());
    assert!(Change::after(5, build, &granted, &[]).is_none(), "a grant of its own breaks nothing");
    let disabled = [event(6, Action::CredentialDisabled, "twin", ago(1))];
    assert!(Change::after(5, build, &[], &disabled).is_none(), "one that is off ties with nothing");
    assert_eq!(Change::after(5, build, &disabled, &granted).unwrap().link, 6);
}

#[test]
fn another_credential_for_the_same_registry_may_be_why_since_it_is_on_or_for_other_paths() {
    let build = thing("build").id;
    let of_twin = |action| event(7, action, "twin", ago(1));
    let saved = |field| changing(of_twin(Action::CredentialUpdated), field);
    for (rival, is_why) in [
        (of_twin(Action::CredentialEnabled), true),
        (saved(Field::Paths), true),
        (saved(Field::Access), true),
        (saved(Field::ExpiresOn), true),
        (saved(Field::Owner), false),
        (of_twin(Action::CredentialCreated), false),
    ] {
        let found = Change::after(5, build, &[], std::slice::from_ref(&rival));
        assert_eq!(found.is_some(), is_why, "{rival:?}");
    }
}

#[test]
fn a_save_that_changed_more_than_the_secret_may_be_why() {
    let build = thing("build").id;
    for action in [Action::SecretReplaced, Action::SecretStaged] {
        let event = || event(7, action, "ghcr", ago(1));
        let narrowed = [changing(event(), Field::Paths)];
        assert_eq!(Change::after(5, build, &narrowed, &[]).unwrap().link, 7, "{action:?}");
        for field in [Field::Secret, Field::ExpiresOn] {
            let replaced = [changing(event(), field)];
            assert!(Change::after(5, build, &replaced, &[]).is_none(), "it refuses nobody");
        }
    }
}

#[test]
fn a_save_of_what_nobody_is_refused_for_is_not_why() {
    let build = thing("build").id;
    let saved = |seq, field| changing(event(seq, Action::CredentialUpdated, "ghcr", ago(1)), field);
    for field in [Field::Description, Field::Owner, Field::ReviewOn] {
        assert!(Change::after(5, build, &[saved(7, field)], &[]).is_none(), "{field:?}");
        let both = [saved(7, field), saved(8, Field::Paths)];
        assert_eq!(Change::after(5, build, &both, &[]).unwrap().link, 8, "{field:?}");
    }
    let other = Field::ALL.iter().copied().filter(|field| field.is_guard());
    for field in other.chain([Field::Username, Field::ExpiresOn]) {
        assert_eq!(Change::after(5, build, &[saved(7, field)], &[]).unwrap().link, 7, "{field:?}");
    }
}
