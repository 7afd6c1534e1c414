//! Accounts and issuers that are not as the audit of the instance says that they were left.

use super::PutBack;
use crate::domain::audit::{Action, AuditEvent, Detail};
use crate::error::Result;
use crate::vault::{INSTANCE, Vault};
use uuid::Uuid;

impl Vault {
    pub(super) async fn instance_put_back(&self) -> Result<Vec<PutBack>> {
        let mut found = Vec::new();
        let mut put = |what: String| found.push(PutBack { project: String::new(), what });
        for account in self.store.people().list().await? {
            let (id, email) = (account.person.id, &account.person.email);
            let states = [Action::UserDisabled, Action::UserEnabled];
            let state = self.last_of((INSTANCE, id), &states).await?;
            let is_disabled = account.disabled_at.is_some();
            if state.is_some_and(|event| (event.action == Action::UserDisabled) != is_disabled) {
                let state = if is_disabled { "disabled" } else { "enabled" };
                put(format!("account of {email} ({state})"));
            }
            let rights = [Action::AdminGranted, Action::AdminRevoked, Action::UserCreated];
            let right = self.last_of((INSTANCE, id), &rights).await?.as_ref().and_then(admin_left);
            let is_admin = account.person.is_admin;
            if right.is_some_and(|left| left != is_admin) {
                let right = if is_admin { "instance admin" } else { "no instance admin" };
                put(format!("rights of {email} ({right})"));
            }
        }
        for issuer in self.store.issuers().list(usize::MAX).await? {
            // One that is added again has another id.
            if self.last_of((INSTANCE, issuer.id), &[Action::IssuerRemoved]).await?.is_some() {
                put(format!("issuer {}", issuer.url));
            }
        }
        Ok(found)
    }

    /// The last event of the chain about the subject in which one of these was done.
    pub(super) async fn last_of(
        &self,
        (chain, subject): (Uuid, Uuid),
        actions: &[Action],
    ) -> Result<Option<AuditEvent>> {
        let mut last: Option<AuditEvent> = None;
        for action in actions {
            let event = self.store.chain().last_about(chain, subject, *action).await?;
            last = last.into_iter().chain(event).max_by_key(|event| event.seq);
        }
        Ok(last)
    }
}

/// Whether the event left the person an admin, if it says that.
fn admin_left(event: &AuditEvent) -> Option<bool> {
    match (event.action, &event.detail) {
        (Action::AdminGranted, _) => Some(true),
        (Action::AdminRevoked, _) => Some(false),
        (Action::UserCreated, Detail::Account { is_admin }) => Some(*is_admin),
        _ => None,
    }
}
