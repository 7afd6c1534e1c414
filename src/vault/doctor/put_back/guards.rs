//! Credentials that are not as the audit of their project says that they were left: whether there are any,
//! their guards, whether they are disabled, and whether others may know their secret.

use super::{LOOKED_AT, PutBack};
use crate::domain::audit::{Action, AuditEvent, Detail, Field};
use crate::domain::credential::{Access, Credential, CredentialSettings};
use crate::domain::project::Project;
use crate::error::Result;
use crate::store::GuardChangeRow;
use crate::vault::Vault;

impl Vault {
    pub(super) async fn guards_put_back(&self, project: &Project) -> Result<Vec<PutBack>> {
        let mut found = Vec::new();
        for one in self.store.departures().standing_credentials(project.id).await? {
            let events = self.store.chain().about(project.id, one.summary.id, LOOKED_AT).await?;
            let is_deleted = events.iter().any(|event| event.action == Action::CredentialDeleted);
            if is_deleted {
                let what = format!("credential {}", one.summary.name);
                found.push(PutBack { project: project.slug.clone(), what });
                continue;
            }
            let mut back = guards_back(&one, &events);
            back.extend(stop_back(&one, &events));
            let changes = self.store.guard_changes(project.id);
            let change = changes.of_credential(one.summary.id).await?;
            if change.is_some_and(|change| is_decided(&change, &one, &events)) {
                back.push(format!("proposed change of {}", one.summary.name));
            }
            if back.is_empty() && is_older(&one, &events) {
                back.push(format!("credential {}", one.summary.name));
            }
            let put = |what: String| PutBack { project: project.slug.clone(), what };
            found.extend(back.into_iter().map(put));
        }
        Ok(found)
    }
}

/// The guards that are not as they were left.
fn guards_back(credential: &Credential, events: &[AuditEvent]) -> Vec<String> {
    let mut back = Vec::new();
    for field in Field::ALL.iter().copied().filter(|field| field.is_guard()) {
        // Before its first change, no event says it.
        let Some(left) = events.iter().find_map(|event| left_with(event, field)) else { continue };
        let now = value(credential, field);
        // An older program may have had other words for the same.
        let is_known = |left: &str| Access::ALL.iter().any(|one| one.label() == left);
        if now != left && (field != Field::Access || is_known(left)) {
            let (label, name) = (field.label(), &credential.summary.name);
            back.push(format!("{label} of {name}: {}, not {}", said(&now), said(left)));
        }
    }
    back
}

/// Whether it is disabled, and marked as compromised, where that is not as it was left. The mark stays
/// when another secret is stored.
fn stop_back(credential: &Credential, events: &[AuditEvent]) -> Vec<String> {
    let (name, mut back) = (&credential.summary.name, Vec::new());
    let left_disabled = events.iter().find_map(|event| match event.action {
        Action::CredentialDisabled | Action::CredentialCompromised => Some(true),
        Action::CredentialEnabled => Some(false),
        _ => None,
    });
    match (left_disabled, credential.summary.disabled_at.is_some()) {
        (Some(true), false) => back.push(format!("State of {name}: Enabled, not Disabled")),
        (Some(false), true) => back.push(format!("State of {name}: Disabled, not Enabled")),
        _ => {}
    }
    let marked = events.iter().find_map(|event| match (event.action, &event.detail) {
        (Action::CredentialCompromised, Detail::Version(version)) => Some(*version),
        _ => None,
    });
    let has_mark =
        |version: i64| credential.compromised.as_ref().is_some_and(|mark| mark.is_of(version));
    if marked.is_some_and(|version| !has_mark(version)) {
        back.push(format!("Compromised mark of {name}: No, not Yes"));
    }
    back
}

/// Whether the change waits although somebody has decided on it, or it gave way to another one.
fn is_decided(change: &GuardChangeRow, credential: &Credential, events: &[AuditEvent]) -> bool {
    let last = events.iter().find(|event| {
        event.action == Action::GuardChangeProposed
            || Action::ENDS_GUARD_CHANGE.contains(&event.action)
    });
    let is_this = |event: &AuditEvent| {
        event.action == Action::GuardChangeProposed
            && event.actor == change.proposer
            && change.lowered.are_told_by(&event.detail, credential)
    };
    // Of many events, the proposal may not be among those that are looked at.
    change.rejection.is_none() && last.is_some_and(|last| !is_this(last))
}

/// Whether it was saved more often than it says, counted from 1 when it was created.
fn is_older(credential: &Credential, events: &[AuditEvent]) -> bool {
    let is_whole = events.iter().any(|event| event.action == Action::CredentialCreated);
    let saves = events.iter().filter(|event| event.action.saves_credential()).count();
    is_whole && i64::try_from(saves).is_ok_and(|saves| credential.revision <= saves)
}

/// What the event left the field with, if it changed it. What was only proposed changed nothing.
fn left_with(event: &AuditEvent, field: Field) -> Option<&str> {
    match (event.action, &event.detail) {
        (Action::TokenServiceAccepted, Detail::TokenService(origin)) => {
            (field == Field::TokenService).then_some(origin.as_str())
        }
        (Action::TokenServiceRefused, _) => (field == Field::TokenService).then_some(""),
        (
            Action::CredentialUpdated
            | Action::SecretReplaced
            | Action::SecretStaged
            | Action::GuardLowered,
            Detail::Changed(changes),
        ) => changes.iter().find(|change| change.field == field)?.to.as_deref(),
        _ => None,
    }
}

fn value(credential: &Credential, field: Field) -> String {
    if field == Field::TokenService {
        return credential.token_service.clone().unwrap_or_default();
    }
    CredentialSettings::from(credential).value(field).unwrap_or_default()
}

fn said(value: &str) -> &str {
    if value.is_empty() { "none" } else { value }
}
