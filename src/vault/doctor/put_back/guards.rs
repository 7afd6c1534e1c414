//! Credentials whose guards are not as the audit of their project says that they were left.

use super::{LOOKED_AT, PutBack};
use crate::domain::audit::{Action, AuditEvent, Detail, Field};
use crate::domain::credential::{Access, Credential, CredentialSettings};
use crate::domain::project::Project;
use crate::error::Result;
use crate::vault::Vault;

impl Vault {
    pub(super) async fn guards_put_back(&self, project: &Project) -> Result<Vec<PutBack>> {
        let mut found = Vec::new();
        for one in self.store.departures().standing_credentials(project.id).await? {
            let events = self.store.chain().about(project.id, one.summary.id, LOOKED_AT).await?;
            for field in Field::ALL.iter().copied().filter(|field| field.is_guard()) {
                // Before its first change, no event says it.
                let Some(left) = events.iter().find_map(|event| left_with(event, field)) else {
                    continue;
                };
                let now = value(&one, field);
                // An older program may have had other words for the same.
                let is_known = |left: &str| Access::ALL.iter().any(|one| one.label() == left);
                if now != left && (field != Field::Access || is_known(left)) {
                    let (label, name) = (field.label(), &one.summary.name);
                    let what = format!("{label} of {name}: {}, not {}", said(&now), said(left));
                    found.push(PutBack { project: project.slug.clone(), what });
                }
            }
        }
        Ok(found)
    }
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
