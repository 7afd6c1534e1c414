//! What waits for a second person in a project, and how they say no to a grant.

use super::approvals::{OTHER_GRANT, Seen, changed, changed_outside};
use crate::domain::actor::Can;
use crate::domain::approval::{self, Asked, LISTED_OF_EACH, Pending, Rejection};
use crate::domain::audit::{Action, Detail};
use crate::domain::moment::Moment;
use crate::domain::permission::of;
use crate::domain::pipeline::Identities;
use crate::domain::user::Person;
use crate::error::{Error, Result};
use crate::vault::{Vault, now, today};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Requests of one kind that are looked at.
const MOST: u64 = 500;

impl Vault {
    /// What waits in the project, the oldest first, as who approves sees it.
    pub async fn approvals(&self, approver: &Can<of::PipelineWrite>) -> Result<Vec<Pending>> {
        let (project, person) = (approver.project().id, approver.person());
        if !self.store.grants(project).is_any_pending(today()).await? {
            return Ok(Vec::new());
        }
        let mut found = self.pending_grants(project, person).await?;
        for (change, credential, host) in self.store.guard_changes(project).pending(MOST).await? {
            let guards = change.lowered.guards().into_iter();
            found.push(Pending {
                id: change.id,
                asked: Asked::GuardChange {
                    guards: guards.map(|guard| guard.label().to_owned()).collect(),
                },
                credential_id: change.credential_id,
                credential,
                host,
                by: change.proposer,
                at: Moment(change.proposed_at),
                is_for_viewer: change.proposed_by != person.id,
            });
        }
        found.sort_by_key(|one| one.at);
        Ok(found)
    }

    async fn pending_grants(&self, project: Uuid, person: &Person) -> Result<Vec<Pending>> {
        let today = today();
        let pending = self.store.grants(project).pending(today, (LISTED_OF_EACH, MOST)).await?;
        if pending.is_empty() {
            return Ok(Vec::new());
        }
        let pipelines: BTreeSet<Uuid> = pending.iter().map(|one| one.pipeline_id).collect();
        let tokens = self.store.tokens().live_of(project, &pipelines, today).await?;
        let rules = self.store.trust_rules(project).live_of(&pipelines).await?;
        let names = self.store.pipelines(project).names(pipelines.into_iter().collect()).await?;
        let viewer = (person, self.store.trust_rules(project).has_seen(person.id).await?);
        let mut found = Vec::new();
        for grant in pending {
            let of = grant.pipeline_id;
            let identities = Identities {
                tokens: tokens.get(&of).map_or(&[], Vec::as_slice),
                rules: rules.get(&of).map_or(&[], Vec::as_slice),
                today,
            };
            let terms = &grant.terms;
            let is_rejected = grant.rejection.is_some_and(|one| one.holds(terms, today));
            let (Some(cause), Some(pipeline), false) =
                (identities.cause(terms), names.get(&of), is_rejected)
            else {
                continue;
            };
            // Nobody approves what nobody is known to have given.
            let is_others = grant.granted_by.is_some_and(|by| by != person.id);
            let widening = identities.widening_by(viewer, terms, grant.created_at);
            found.push(Pending {
                id: grant.id,
                asked: Asked::Grant {
                    pipeline_id: of,
                    pipeline: pipeline.clone(),
                    access: terms.intent,
                    cause,
                },
                credential_id: grant.credential_id,
                credential: grant.credential,
                host: grant.host,
                by: grant.created_by,
                at: grant.created_at,
                is_for_viewer: is_others && widening.is_none(),
            });
        }
        Ok(found)
    }

    /// Says no to a grant that waits, with a reason that stands beside it. It hands out what it handed
    /// out before, and asks nobody any more until it is widened or an approval of it ends.
    ///
    /// # Errors
    /// `Invalid` at `reason`; `Conflict` for who gave the grant, for one that does not wait, and for a
    /// page that is out of date: nobody says no to a token or rule that they did not see.
    pub async fn reject_grant(
        &self,
        editor: &Can<of::PipelineWrite>,
        pipeline: Uuid,
        (id, seen): (Uuid, Seen),
        reason: &str,
    ) -> Result<String> {
        let (project, today) = (editor.project().id, today());
        let rejection = said_no(editor.person(), reason)?;
        let write = self.write_in(project).await?;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        let grant = write.grants(project).find(pipeline, id).await?.ok_or(Error::NotFound)?;
        if grant.granted_by == Some(editor.person().id) {
            return Err(Error::Conflict("You created this grant. Revoke it instead.".to_owned()));
        }
        let tokens = write.tokens().of_pipeline(project, pipeline).await?;
        let rules = write.trust_rules(project).of_pipeline(pipeline).await?;
        let identities = Identities { tokens: &tokens, rules: &rules, today };
        if identities.cause(&grant.terms).is_none() {
            return Err(Error::Conflict(
                "This grant does not wait for an approval. To end it, revoke it.".to_owned(),
            ));
        }
        let epoch = write.pipelines(project).epoch(pipeline).await?;
        let epoch = epoch.ok_or_else(|| changed_outside("this pipeline"))?;
        if let Some(problem) = seen.problem(epoch, grant.revision) {
            return Err(problem);
        }
        let live = grant.terms.approval.map(|one| one.until).filter(|until| *until >= today);
        let detail = {
            let credential = write.credentials(project).subject(grant.credential_id).await?;
            Detail::Grant {
                credential: grant.credential_id,
                name: credential.map(|found| found.name).unwrap_or_default(),
                intent: None,
                until: None,
                reason: Some(rejection.reason.clone()),
                changes: Vec::new(),
            }
        };
        if !write.grants(project).reject((id, seen.revision), rejection, live).await? {
            return Err(changed(OTHER_GRANT));
        }
        let name = subject.name.clone();
        self.commit_event(write, project, editor, (Action::GrantRejected, subject, detail)).await?;
        Ok(format!("The grant of {name} was rejected. Its creator sees the reason there."))
    }
}

/// What that person says now.
///
/// # Errors
/// `Invalid` at `reason`.
pub(in crate::vault) fn said_no(person: &Person, reason: &str) -> Result<Rejection> {
    let reason = approval::reason(reason).map_err(|message| Error::at("reason", message))?;
    Ok(Rejection { by: person.name.clone(), at: now(), reason })
}
