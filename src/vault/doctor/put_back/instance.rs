//! Accounts, sessions and issuers that are not as the audit of the instance says that they were left.

use super::PutBack;
use crate::crypto::password::mark;
use crate::domain::audit::{Action, AuditEvent, Detail};
use crate::error::Result;
use crate::vault::{INSTANCE, PASSWORD, Vault, now};
use serde_json::Value;
use uuid::Uuid;

/// Seconds after which every session is over that began before.
const LONGEST: i64 = 12 * 60 * 60;

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
            if self.is_session_back(id).await? {
                put(format!("session of {email}"));
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

    /// Whether the person has a session that began with a password which they had before another one was set.
    /// That ended all of them.
    async fn is_session_back(&self, person: Uuid) -> Result<bool> {
        let set = self.last_of((INSTANCE, person), &[Action::PasswordSet]).await?;
        // A password that is only kept in a stronger way is no other one.
        let is_of_late = set.is_some_and(|set| set.at > now().plus_seconds(-LONGEST));
        let (true, Some(row)) = (is_of_late, self.store.people().find(person).await?) else {
            return Ok(false);
        };
        let mark = mark(&row.password_hash);
        let began_before = |data: &String| {
            let data = serde_json::from_str::<Value>(data).unwrap_or_default();
            data.get(PASSWORD).and_then(Value::as_str).is_some_and(|began| began != mark)
        };
        Ok(self.store.sessions().of_person(person, now().0).await?.iter().any(began_before))
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
