//! Approvals: a second person lets a pipeline use a protected credential, as it stood on their page.

use super::tokens::days_within;
use crate::domain::actor::Granter;
use crate::domain::audit::{Action, Detail};
use crate::domain::grant::APPROVAL_DAYS_MAX;
use crate::domain::moment::Moment;
use crate::domain::pipeline::Identities;
use crate::error::{Error, Result};
use crate::store::{ApprovalRow, Write};
use crate::vault::{Vault, now, today};
use uuid::Uuid;

/// What stood on the page of the person who approves, or says no.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub epoch: i64,
    pub revision: i64,
}

impl Seen {
    /// What to say when it is not what there is now.
    pub(super) fn problem(self, epoch: i64, revision: i64) -> Option<Error> {
        if self.epoch != epoch {
            Some(changed("a token or trust rule was added or changed"))
        } else if self.revision != revision {
            Some(changed(OTHER_GRANT))
        } else {
            None
        }
    }
}

pub(super) const OTHER_GRANT: &str =
    "the grant was approved or rejected, or its credential or pipeline changed";

/// What to say to who decides on a page that is out of date.
pub(in crate::vault) fn changed(what: &str) -> Error {
    Error::Conflict(format!(
        "Something changed while this page was open: {what}. Check the page and decide again."
    ))
}

/// What to say when a row of `what` is not as we wrote it, or missing: it is shown to nobody, so nobody
/// knows what they would approve or renew.
pub(in crate::vault) fn changed_outside(what: &str) -> Error {
    Error::Conflict(format!(
        "A row of {what} was changed or removed outside Regcred, so its page does not show everything. Nothing was changed. An operator can run `regcred doctor`, which finds what was changed or is missing, and `regcred doctor accept` for a change that is right."
    ))
}

/// That somebody else has not changed the pipeline: whatever is written about it would take its MAC for
/// good, also when it is put back.
pub(in crate::vault) async fn needs_unchanged(
    write: &Write,
    project: Uuid,
    pipeline: Uuid,
) -> Result<()> {
    let epoch = write.pipelines(project).epoch(pipeline).await?;
    epoch.map(drop).ok_or_else(|| changed_outside("this pipeline"))
}

impl Vault {
    /// A second person lets the pipeline use a protected credential, for `days` days, as it stood on
    /// their page: whoever can act as the pipeline later needs a new approval.
    ///
    /// # Errors
    /// `Conflict` for who widened it themselves, for a grant that needs no approval, for a page that is
    /// out of date, and while a row of the pipeline is not as we wrote it; `Invalid` at `days`.
    pub async fn approve_grant(
        &self,
        granter: &Granter,
        pipeline: Uuid,
        id: Uuid,
        days: &str,
        seen: Seen,
    ) -> Result<String> {
        let project = granter.project().id;
        let days = days_within(days, "days", APPROVAL_DAYS_MAX)?;
        let write = self.write_as(granter).await?;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        if !write.pipelines(project).is_untouched(pipeline).await? {
            return Err(changed_outside("this pipeline"));
        }
        let grant = write.grants(project).find(pipeline, id).await?.ok_or(Error::NotFound)?;
        if grant.granted_by == Some(granter.person().id) {
            return Err(Error::Conflict(
                "You created this grant, so another member must approve it.".to_owned(),
            ));
        }
        if !grant.terms.needs_approval {
            let credential = write.credentials(project).find(grant.credential_id).await?;
            let waits = credential.is_some_and(|found| found.guards_its_secret());
            return Err(Error::Conflict(
                if waits && grant.terms.gives_secret() {
                    // It was hidden when the credential became protected.
                    "This grant is from before its credential was protected. Revoke it and grant again."
                } else {
                    "This grant needs no approval."
                }
                .to_owned(),
            ));
        }
        let epoch = write.pipelines(project).epoch(pipeline).await?.ok_or(Error::NotFound)?;
        if let Some(problem) = seen.problem(epoch, grant.revision) {
            return Err(problem);
        }
        let person = granter.person();
        let tokens = write.tokens().of_pipeline(project, pipeline).await?;
        let rules = write.trust_rules(project).of_pipeline(pipeline).await?;
        let identities = Identities { tokens: &tokens, rules: &rules, today: today() };
        let viewer = (person, write.trust_rules(project).has_seen(person.id).await?);
        let granted_at = Moment(grant.created_at);
        if let Some(widening) = identities.widening_by(viewer, &grant.terms, granted_at) {
            return Err(Error::Conflict(widening.sentence().to_owned()));
        }
        if grant.granted_by.is_none() {
            return Err(Error::Conflict(
                "The creator of this grant is unknown. Revoke the grant and create it again."
                    .to_owned(),
            ));
        }
        let until = today().plus_days(days);
        let approval = ApprovalRow {
            by: person.id,
            approver: person.name.clone(),
            at: now().0,
            until,
            epoch,
            revision: seen.revision,
        };
        if !write.grants(project).approve(id, approval).await? {
            return Err(changed(OTHER_GRANT));
        }
        let credential = write.credentials(project).subject(grant.credential_id).await?;
        let name = credential.map(|found| found.name).unwrap_or_default();
        let detail = Detail::Grant {
            credential: grant.credential_id,
            name: name.clone(),
            intent: None,
            until: Some(until),
            reason: None,
            changes: Vec::new(),
        };
        let what = (Action::GrantApproved, subject.clone(), detail);
        self.commit_event(write, project, granter, what).await?;
        Ok(format!("{} can use {name} until {}.", subject.name, until.to_text()))
    }
}
