//! What waits for a second person in a project, and how they say no to a grant.

use super::approvals::{OTHER_GRANT, Seen, changed, changed_outside};
use crate::domain::actor::Can;
use crate::domain::approval::listing::{
    Approvals, ApprovalsPage, ApprovalsQuery, COUNTED, PAGE_ROWS, Place,
};
use crate::domain::approval::{self, Asked, Pending, Rejection};
use crate::domain::audit::{Action, Detail};
use crate::domain::moment::Moment;
use crate::domain::permission::of;
use crate::domain::pipeline::Identities;
use crate::domain::user::Person;
use crate::error::{Error, Result};
use crate::store::PendingPlace;
use crate::vault::{Vault, now, today};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Requests that are read at once, and how often that is done for one page: many of them may turn out to
/// be for the other list.
const AT_ONCE: u64 = 200;
const READINGS: u32 = 5;

impl Vault {
    /// What waits in the project, as who approves sees it: a page of what waits for them, and one of
    /// what waits for others.
    pub async fn approvals(
        &self,
        approver: &Can<of::PipelineWrite>,
        query: ApprovalsQuery,
    ) -> Result<Approvals> {
        if !self.is_any_pending(approver).await? {
            return Ok(Approvals::default());
        }
        Ok(Approvals {
            yours: self.pending(approver, true, query.after, PAGE_ROWS).await?,
            others: self.pending(approver, false, query.others, PAGE_ROWS).await?,
        })
    }

    /// How many requests wait for who approves, up to [`COUNTED`].
    pub async fn count_approvals(&self, approver: &Can<of::PipelineWrite>) -> Result<usize> {
        if !self.is_any_pending(approver).await? {
            return Ok(0);
        }
        Ok(self.pending(approver, true, None, COUNTED).await?.rows.len())
    }

    async fn is_any_pending(&self, approver: &Can<of::PipelineWrite>) -> Result<bool> {
        Ok(self.store.grants(approver.project().id).is_any_pending(today()).await?)
    }

    /// At most so many of those that are for who looks, or that are not, after the place.
    async fn pending(
        &self,
        approver: &Can<of::PipelineWrite>,
        is_for_viewer: bool,
        mut after: Option<Place>,
        most: usize,
    ) -> Result<ApprovalsPage> {
        let (project, person) = (approver.project().id, approver.person());
        let mut rows: Vec<Pending> = Vec::new();
        for _ in 0..READINGS {
            let places = self
                .store
                .grants(project)
                .pending_places(
                    today(),
                    (person.id, is_for_viewer),
                    after.map(|place| (place.at.0, place.id)),
                    AT_ONCE,
                )
                .await?;
            for one in self.judged(project, person, &places).await? {
                if one.is_for_viewer != is_for_viewer {
                    continue;
                }
                if rows.len() == most {
                    let next = rows.last().map(|last| Place { at: last.at, id: last.id });
                    return Ok(ApprovalsPage { rows, next });
                }
                rows.push(one);
            }
            let last = places.last().filter(|_| places.len() as u64 == AT_ONCE);
            after = last.map(|last| Place { at: Moment(last.asked_at), id: last.id });
            if after.is_none() {
                break;
            }
        }
        Ok(ApprovalsPage { rows, next: after })
    }

    /// Those of them that wait, in their order.
    async fn judged(
        &self,
        project: Uuid,
        person: &Person,
        places: &[PendingPlace],
    ) -> Result<Vec<Pending>> {
        let (changes, grants): (Vec<PendingPlace>, Vec<PendingPlace>) =
            places.iter().copied().partition(|place| place.is_change != 0);
        let ids = |places: Vec<PendingPlace>| -> Vec<Uuid> {
            places.into_iter().map(|place| place.id).collect()
        };
        let mut found = self.pending_grants(project, person, ids(grants)).await?;
        if !changes.is_empty() {
            found.extend(self.pending_changes(project, person, ids(changes)).await?);
        }
        found.sort_by_key(|one| (one.at, one.id));
        Ok(found)
    }

    async fn pending_changes(
        &self,
        project: Uuid,
        person: &Person,
        ids: Vec<Uuid>,
    ) -> Result<Vec<Pending>> {
        let changes = self.store.guard_changes(project).pending(ids).await?;
        let pending = changes.into_iter().map(|(change, credential, host)| {
            let guards = change.lowered.guards().into_iter();
            Pending {
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
            }
        });
        Ok(pending.collect())
    }

    async fn pending_grants(
        &self,
        project: Uuid,
        person: &Person,
        ids: Vec<Uuid>,
    ) -> Result<Vec<Pending>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let today = today();
        let pending = self.store.grants(project).pending(ids).await?;
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
