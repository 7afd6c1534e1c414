//! Guards of a protected credential: who lowers one proposes it, and a second person approves it
//! while it stands.

use super::fields;
use crate::domain::actor::{Can, Granter, Member};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::credential::Credential;
use crate::domain::guard_change::{GuardChange, LoweredGuards};
use crate::domain::moment::Moment;
use crate::domain::permission::of;
use crate::error::{Error, Result};
use crate::store::{GuardChangeRow, Recorded, Set, Write};
use crate::vault::people::gone;
use crate::vault::pipelines::{changed, changed_outside, said_no};
use crate::vault::{Vault, now};
use std::ops::Deref;
use uuid::Uuid;

/// What is said of a change that waits.
pub(super) const PROPOSED: &str = "The other changes lower a guard of this protected credential, so they wait for another member's approval on the credential's page.";

/// The same when nothing else was saved.
pub(super) const ONLY_PROPOSED: &str = "This change lowers a guard of a protected credential, so it waits for another member's approval on the credential's page. Until then nothing changes.";

/// What changed for who decides on a page from before.
const SAVED: &str = "the credential was saved";

impl Vault {
    /// Writes down what is to lower guards of the credential, with its event; `None` when nothing is.
    /// A change that waits already gives way to it.
    pub(super) async fn propose<M: Deref<Target = Member>>(
        &self,
        write: &Write,
        by: &M,
        stored: &Credential,
        lowered: LoweredGuards,
    ) -> Result<Option<Recorded>> {
        if lowered.is_empty() {
            return Ok(None);
        }
        let (project, person, id) = (by.project().id, by.person(), stored.summary.id);
        let what = (
            Action::GuardChangeProposed,
            Subject { id, name: stored.summary.name.clone() },
            Detail::Changed(lowered.changes(stored)),
        );
        let row = GuardChangeRow {
            id: Uuid::now_v7(),
            credential_id: id,
            lowered,
            proposed_by: person.id,
            proposer: person.name.clone(),
            proposed_at: now().0,
            revision: stored.revision,
            rejection: None,
        };
        write.guard_changes(project).replace(row).await?;
        Ok(Some(self.record_event(write, project, by, what).await?))
    }

    /// What waits for the credential, as the reader sees it.
    pub(super) async fn guard_change(
        &self,
        reader: &Can<of::RegistryRead>,
        credential: Uuid,
    ) -> Result<Option<GuardChange>> {
        let changes = self.store.guard_changes(reader.project().id);
        let row = changes.of_credential(credential).await?;
        Ok(row.map(|row| GuardChange {
            id: row.id,
            lowered: row.lowered,
            proposer: row.proposer,
            proposed_at: Moment(row.proposed_at),
            is_own: row.proposed_by == reader.person().id,
            rejection: row.rejection,
        }))
    }

    /// A second person lowers the guards as it was proposed. `revision` is that of the credential on
    /// their page.
    ///
    /// # Errors
    /// `Conflict` for who proposed it, when it is not what their page showed any more, while a grant of
    /// the credential is not as we wrote it, and for what was decided on before.
    pub async fn approve_guard_change(
        &self,
        granter: &Granter,
        credential: Uuid,
        id: Uuid,
        revision: i64,
    ) -> Result<String> {
        let project = granter.project().id;
        let write = self.write_as(granter).await?;
        let stored = write.credentials(project).lock(credential).await?.ok_or(Error::NotFound)?;
        if !write.credentials(project).is_untouched(credential).await? {
            return Err(changed_outside("this credential"));
        }
        let change = waiting(&write, project, credential, id).await?;
        if change.proposed_by == granter.person().id {
            return Err(Error::Conflict(
                "You proposed this change, so another member must approve it.".to_owned(),
            ));
        }
        let members = write.projects().members(project).await?;
        if !gone(&members, [Some(change.proposed_by)]).is_empty() {
            return Err(Error::Conflict(format!(
                "{} proposed this change, but no longer has the right to. Reject it, and propose it again.",
                change.proposer
            )));
        }
        // Whoever put back what another member once proposed would be its second person.
        let proposer = members.iter().find(|(person, _)| person.id == change.proposed_by);
        let proposer = proposer.map(|(person, _)| person.name.as_str());
        if !is_asked_by(proposer, &change.lowered, &write, (project, &stored)).await? {
            return Err(changed_outside("this credential"));
        }
        if revision != stored.revision {
            return Err(changed(SAVED));
        }
        let (settings, at) = (change.lowered.over(&stored), now());
        let changes = change.lowered.changes(&stored);
        let mut row = fields(&settings, &stored.summary.host, stored.secret.set_at.day());
        if let Some(origin) = &change.lowered.token_service {
            row.token_service = Set(Some(origin.clone()));
        }
        row.revision = Set(stored.revision + 1);
        row.updated_at = Set(at.0);
        row.updated_by = Set(granter.person().name.clone());
        write.credentials(project).update(credential, row).await?;
        write.guard_changes(project).delete_of_credential(credential).await?;
        write.grants(project).note_other_credential(credential, at.0).await?;
        if settings.is_protected {
            // Those from before a grant of one that could only pull needed an approval.
            write.grants(project).require_approval(credential).await?;
        }
        let name = stored.summary.name;
        let subject = Subject { id: credential, name: name.clone() };
        let what = (Action::GuardLowered, subject, Detail::Changed(changes));
        self.commit_event(write, project, granter, what).await?;
        Ok(format!("The change of {name} was approved and is in effect."))
    }

    /// Says no to what another member proposed, with a reason that stands there until it is dropped or
    /// something else is proposed.
    ///
    /// # Errors
    /// `Invalid` at `reason`; `Conflict` for who proposed it, and when the credential was saved since it
    /// had the revision `seen`, on the page of who decides.
    pub async fn reject_guard_change(
        &self,
        editor: &Can<of::RegistryWrite>,
        credential: Uuid,
        (id, seen): (Uuid, i64),
        reason: &str,
    ) -> Result<String> {
        let project = editor.project().id;
        let rejection = said_no(editor.person(), reason)?;
        let write = self.write_in(project).await?;
        let stored = write.credentials(project).lock(credential).await?.ok_or(Error::NotFound)?;
        let change = waiting(&write, project, credential, id).await?;
        if change.proposed_by == editor.person().id {
            return Err(Error::Conflict(
                "You proposed this change. Withdraw it instead.".to_owned(),
            ));
        }
        if seen != stored.revision {
            return Err(changed(SAVED));
        }
        let detail = Detail::Rejected {
            changes: change.lowered.changes(&stored),
            reason: rejection.reason.clone(),
        };
        write.guard_changes(project).reject(id, rejection).await?;
        let name = stored.summary.name;
        let subject = Subject { id: credential, name: name.clone() };
        let what = (Action::GuardChangeRejected, subject, detail);
        self.commit_event(write, project, editor, what).await?;
        Ok(format!(
            "The proposed change of {name} was rejected. {} sees the reason here.",
            change.proposer
        ))
    }

    /// Drops what was proposed: who proposed it withdraws it, and what was rejected is shown no more.
    ///
    /// # Errors
    /// `Conflict` for everybody else while it waits: they say why they reject it.
    pub async fn delete_guard_change(
        &self,
        editor: &Can<of::RegistryWrite>,
        credential: Uuid,
        id: Uuid,
    ) -> Result<String> {
        let project = editor.project().id;
        let write = self.write_in(project).await?;
        let stored = write.credentials(project).lock(credential).await?.ok_or(Error::NotFound)?;
        let change = proposed(&write, project, credential, id).await?;
        let name = stored.summary.name.clone();
        let (action, sentence) = if change.rejection.is_some() {
            let sentence = format!("The rejected change of {name} is no longer shown.");
            (Action::GuardChangeDismissed, sentence)
        } else if change.proposed_by == editor.person().id {
            let sentence =
                format!("The proposed change of {name} was withdrawn. Nothing else changed.");
            (Action::GuardChangeWithdrawn, sentence)
        } else {
            return Err(Error::Conflict(
                "Another member proposed this change. Reject it with a reason instead.".to_owned(),
            ));
        };
        write.guard_changes(project).delete_of_credential(credential).await?;
        let changes = change.lowered.changes(&stored);
        let what = (action, Subject { id: credential, name }, Detail::Changed(changes));
        self.commit_event(write, project, editor, what).await?;
        Ok(sentence)
    }
}

/// Tells the grants of a credential that was saved: how many of them wait for a second person from now on.
pub(super) async fn note_saved(
    write: &Write,
    project: Uuid,
    stored: &Credential,
    is_protected: bool,
) -> Result<usize> {
    let (grants, id) = (write.grants(project), stored.summary.id);
    if stored.guards_its_secret() {
        // Who is about to approve one has read of it as it was.
        grants.note_other_credential(id, now().0).await?;
        return Ok(0);
    }
    Ok(if is_protected { grants.require_approval(id).await? } else { 0 })
}

/// Whether the audit says, too, that they proposed this, last of all, and that nobody has decided on it since.
async fn is_asked_by(
    proposer: Option<&str>,
    lowered: &LoweredGuards,
    write: &Write,
    (project, stored): (Uuid, &Credential),
) -> Result<bool> {
    let credential = stored.summary.id;
    let (chain, asked) = (write.chain(), Action::GuardChangeProposed);
    let Some(asked) = chain.last_about(project, credential, asked).await? else {
        return Ok(false);
    };
    for action in Action::ENDS_GUARD_CHANGE {
        let ended = chain.last_about(project, credential, *action).await?;
        if ended.is_some_and(|ended| ended.seq > asked.seq) {
            return Ok(false);
        }
    }
    Ok(proposer == Some(asked.actor.as_str()) && lowered.are_told_by(&asked.detail, stored))
}

/// What was proposed and nobody has rejected.
async fn waiting(
    write: &Write,
    project: Uuid,
    credential: Uuid,
    id: Uuid,
) -> Result<GuardChangeRow> {
    let change = proposed(write, project, credential, id).await?;
    if change.rejection.is_some() {
        return Err(Error::Conflict(
            "This change was rejected. Save it on the credential again to propose it again."
                .to_owned(),
        ));
    }
    Ok(change)
}

async fn proposed(
    write: &Write,
    project: Uuid,
    credential: Uuid,
    id: Uuid,
) -> Result<GuardChangeRow> {
    let found = write.guard_changes(project).of_credential(credential).await?;
    found.filter(|change| change.id == id).ok_or(Error::NotFound)
}
