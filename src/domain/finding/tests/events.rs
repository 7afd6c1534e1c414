//! Which change it comes of that a pipeline is refused.

use super::{ago, event, thing};
use crate::domain::audit::{Action, AuditEvent};
use crate::domain::finding::Change;

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
