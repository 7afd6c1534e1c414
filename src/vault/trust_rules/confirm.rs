//! A trust rule whose maker may hand out access no more is made another person's.

use super::DRONE_RULES;
use super::named::note_names;
use crate::domain::actor::Granter;
use crate::domain::audit::{Action, Detail};
use crate::domain::doubt::Saved;
use crate::domain::trust_rule::Provider;
use crate::error::{Error, Result};
use crate::vault::issuers::holds_issuer;
use crate::vault::people::gone;
use crate::vault::pipelines::{changed_outside, needs_unchanged};
use crate::vault::signed::Salt;
use crate::vault::{Vault, now};
use uuid::Uuid;

impl Vault {
    /// Makes the rule the granter's own. One that stopped with its maker accepts tokens again.
    ///
    /// # Errors
    /// `Conflict` while its maker can still make such rules.
    pub async fn confirm_rule(&self, granter: &Granter, pipeline: Uuid, id: Uuid) -> Result<Saved> {
        let project = granter.project().id;
        let write = self.write_as(granter).await?;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        needs_unchanged(&write, project, pipeline).await?;
        let rule = write.trust_rules(project).find(pipeline, id).await?.ok_or(Error::NotFound)?;
        let members = write.projects().members(project).await?;
        let is_left = !gone(&members, [rule.created_by.id]).is_empty();
        if rule.ended_at.is_none() && !is_left {
            return Err(Error::Conflict(
                "This trust rule needs no confirmation, because its creator is still a maintainer or owner."
                    .to_owned(),
            ));
        }
        if rule.provider.is_oidc() && !holds_issuer(&write, &rule.issuer).await? {
            return Err(Error::Conflict(
                "The issuer of this trust rule is not on the list of trusted issuers. An instance admin must add it first."
                    .to_owned(),
            ));
        }
        // Before the other rules are looked at: it locks the project's chain until the end.
        let what = (Action::RuleConfirmed, subject, Detail::Provider(rule.provider));
        let recorded = self.record_event(&write, project, granter, what).await?;
        let is_drone = rule.provider == Provider::Drone;
        let salt = if is_drone && rule.ended_at.is_some() {
            // Meanwhile the others may have got another secret, and Drone has one only. Without
            // others the secret has ended, and so it stays: nobody was shown the next one.
            if !write.trust_rules(project).are_untouched(rule.provider).await? {
                return Err(changed_outside(DRONE_RULES));
            }
            let others = write.trust_rules(project).of_provider(rule.provider).await?;
            if others.is_empty() {
                write.trust_rules(project).forget_shown().await?;
            }
            Salt::beside(&self.keys.ring(), others.iter().map(|(rule, ..)| rule))?.to_text()
        } else {
            None
        };
        let epoch = write.pipelines(project).raise_epoch(pipeline, now().0).await?;
        let made = (epoch, granter.person().into(), now().0);
        if !write.trust_rules(project).confirm(id, made, salt).await? {
            return Err(Error::NotFound);
        }
        note_names(&write, project, pipeline).await?;
        write.commit(recorded).await?;
        let sentence = if is_drone {
            "You confirmed the trust rule. If the shared Drone secret has stopped, renew it."
        } else {
            "You confirmed the trust rule."
        };
        let sentences = vec![sentence.to_owned()];
        Ok(self.said_of(granter, pipeline, (&rule, None), sentences).await)
    }
}
