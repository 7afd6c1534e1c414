//! What was ended and works again although nobody gave it anew, and what was changed and is as it was
//! before. Who can write to the database can put a row back as it once was, with its MAC; but the audit log
//! says how it was left. It says nothing of a password but when it was set.

mod access;
mod destinations;
mod guards;
mod instance;

use crate::domain::actor::Operator;
use crate::domain::audit::{Action, AuditEvent, Detail, Subject};
use crate::domain::departure::Thing;
use crate::domain::user::Role;
use crate::error::Result;
use crate::vault::{INSTANCE, Vault, today};
use std::collections::HashMap;
use uuid::Uuid;

/// Events about a pipeline, a member or a credential that are looked at.
const LOOKED_AT: u64 = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PutBack {
    /// The project's part of the URL; empty for the instance.
    pub project: String,
    /// For example "token 4kX1 of build".
    pub what: String,
}

impl Vault {
    /// The tokens that work although they were revoked, the members who have more than they were left
    /// with, and what else is not as the audit log says that it was left: accounts, sessions, issuers,
    /// pipelines, grants with their terms, approvals, trust rules, credentials, and destinations of audit events.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn put_back(&self, _operator: &Operator) -> Result<Vec<PutBack>> {
        let mut found = self.there_though_ended(None).await?;
        if !found.is_empty() {
            // What somebody ends meanwhile is not there the second time.
            let again = self.there_though_ended(Some(&found)).await?;
            found.retain(|one| again.contains(one));
        }
        Ok(found)
    }

    /// In all projects and the instance, or in those of what was found before.
    async fn there_though_ended(&self, before: Option<&[PutBack]>) -> Result<Vec<PutBack>> {
        let is_asked =
            |slug: &str| before.is_none_or(|before| before.iter().any(|one| one.project == slug));
        let mut tokens: HashMap<Uuid, Vec<(Subject, String)>> = HashMap::new();
        for one in self.store.departures().everything(today()).await? {
            if let (Thing::Token(id), Some(pipeline)) = (one.thing, one.pipeline) {
                tokens.entry(one.project).or_default().push((pipeline, id));
            }
        }
        let mut found = Vec::new();
        if is_asked("") {
            found.extend(self.instance_put_back().await?);
            found.extend(self.destinations_put_back(INSTANCE, "").await?);
        }
        for entry in self.store.projects().list().await? {
            let project = entry.project;
            if !is_asked(&project.slug) {
                continue;
            }
            let tokens = tokens.remove(&project.id).unwrap_or_default();
            found.extend(self.pipelines_put_back(&project).await?);
            found.extend(self.access_put_back(&project, tokens).await?);
            found.extend(self.guards_put_back(&project).await?);
            found.extend(self.destinations_put_back(project.id, &project.slug).await?);
            for (person, role) in self.store.projects().roster(project.id).await? {
                let events = self.store.chain().about(project.id, person.id, LOOKED_AT).await?;
                // The newest comes first. Who was a member before there were events has none.
                let Some(left) = events.iter().find_map(role_left) else { continue };
                let is_enough = |left: Role| left.permissions().has_all(role.permissions());
                if !left.is_some_and(is_enough) {
                    let what = format!("membership of {} ({})", person.email, role.word());
                    found.push(PutBack { project: project.slug.clone(), what });
                }
            }
        }
        Ok(found)
    }
}

/// What the event left the member with, if it is about that.
fn role_left(event: &AuditEvent) -> Option<Option<Role>> {
    match (event.action, &event.detail) {
        (Action::MemberRemoved, _) => Some(None),
        (Action::MemberAdded, Detail::Role(role)) => Some(Some(*role)),
        (Action::RoleChanged, Detail::Roles { to, .. }) => Some(Some(*to)),
        // Older events have it in words. No role is more than this one.
        (Action::MemberAdded | Action::RoleChanged, _) => Some(Some(Role::Owner)),
        _ => None,
    }
}
