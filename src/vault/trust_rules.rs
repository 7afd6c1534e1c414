//! Trust rules: made, deleted, and tried with a pasted token.

mod change;
mod confirm;
mod named;
mod tried;

use super::issuers::needs_listed;
use super::pipelines::{changed_outside, needs_unchanged};
use super::signed::Salt;
use super::{Vault, gather, now};
use crate::crypto::signature::read_ed25519_key;
use crate::domain::actor::{Can, Granter};
use crate::domain::audit::{Action, Detail};
use crate::domain::doubt::{Doubt, Saved};
use crate::domain::issuer::NOT_LISTED;
use crate::domain::permission::of;
use crate::domain::trust_rule::{OwnHosts, Provider, TrustForm, TrustRule};
use crate::error::{Error, FieldError, Result};
use crate::store::{Recorded, Write};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use named::note_names;
use std::fmt;
use uuid::Uuid;
use zeroize::Zeroizing;

const MOST: usize = 50;
const SAME_SECRET: &str = "It uses the same shared secret as the project's other rules for Drone, which is not shown again. If nobody stored it, renew it.";
const DRONE_RULES: &str = "this project's trust rules for Drone";

pub struct NewRule {
    /// The new secret that signs Drone's requests, which is shown once. A rule that takes the secret
    /// of the project's other rules for Drone shows none.
    pub secret: Option<Zeroizing<String>>,
    /// What to say: that it was added, also that the secret is the one that was shown before, and what
    /// is doubted of it.
    pub saved: Saved,
}

impl fmt::Debug for NewRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewRule").field("saved", &self.saved).finish_non_exhaustive()
    }
}

impl Vault {
    /// Creates a trust rule for the pipeline. The issuer is asked for its keys once.
    ///
    /// # Errors
    /// `Invalid` with a sentence at each field that needs another look.
    pub async fn create_rule(
        &self,
        granter: &Granter,
        pipeline: Uuid,
        form: &TrustForm,
    ) -> Result<NewRule> {
        let project = granter.project().id;
        let provider = Provider::from_word(&form.provider)
            .ok_or_else(|| Error::at("provider", "Choose a provider."))?;
        let mut errors = Vec::new();
        let claims = gather(
            &mut errors,
            form.read(provider, &self.settings.own_hosts()).map_err(Error::Invalid),
        )?;
        let public_key = gather(&mut errors, public_key(provider, &form.public_key))?;
        let (Some(claims), Some(public_key)) = (claims, public_key) else {
            return Err(Error::Invalid(errors));
        };
        let only_oidc = |text: String| if provider.is_oidc() { text } else { String::new() };
        let mut rule = TrustRule {
            id: Uuid::now_v7(),
            provider,
            issuer: only_oidc(form.read_issuer(provider)),
            audience: only_oidc(form.read_audience(provider)),
            claims,
            public_key,
            created_at: now(),
            created_by: granter.person().into(),
            last_used_at: None,
            ended_at: None,
            identity_epoch: 0,
            intent: form.read_intent(provider),
            title: form.title.trim().to_owned(),
        };
        // Before anybody else is asked for a pipeline that there may not be.
        self.store.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        // And before an issuer is asked that nobody has put on the list.
        if rule.provider.is_oidc() && !self.accepts_issuer(&rule.issuer).await? {
            return Err(Error::at("issuer", NOT_LISTED));
        }
        let silent = self.ask_issuer(&rule).await?;
        let write = self.write_as(granter).await?;
        needs_listed(&write, &rule).await?;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        needs_unchanged(&write, project, pipeline).await?;
        if write.trust_rules(project).of_pipeline(pipeline).await?.len() >= MOST {
            return Err(Error::Conflict(format!(
                "A pipeline can have at most {MOST} trust rules. Delete one first."
            )));
        }
        // Before the other rules are looked at: it locks the project's chain until the end, so that
        // of two first rules for Drone the later one finds the salt of the other.
        let what = (Action::RuleCreated, subject, Detail::Provider(provider));
        let recorded = self.record_event(&write, project, granter, what).await?;
        // Whoever created a grant while the issuer was asked did not know of this rule.
        rule.created_at = now();
        let mut sentences = vec!["The trust rule was added.".to_owned()];
        let mut shown_to = None;
        let secret = if provider == Provider::Drone {
            if !write.trust_rules(project).are_untouched(provider).await? {
                return Err(changed_outside(DRONE_RULES));
            }
            let others = write.trust_rules(project).of_provider(provider).await?;
            let salt = Salt::beside(&self.keys.ring(), others.iter().map(|(rule, ..)| rule))?;
            rule.public_key = salt.to_text();
            if others.iter().any(|(other, ..)| Salt::of(other) == Some(salt)) {
                sentences.push(SAME_SECRET.to_owned());
                shown_to = write.trust_rules(project).shown_to().await?.first().copied();
                None
            } else {
                if others.is_empty() {
                    write.trust_rules(project).forget_shown().await?;
                }
                shown_to = Some(granter.person().id);
                write.trust_rules(project).was_shown(granter.person().id, now().0).await?;
                Some(salt.secret(&self.keys.ring(), project)?)
            }
        } else {
            None
        };
        rule.identity_epoch = write.pipelines(project).raise_epoch(pipeline, now().0).await?;
        write.trust_rules(project).insert(pipeline, rule.clone(), shown_to).await?;
        note_names(&write, project, pipeline).await?;
        write.commit(recorded).await?;
        let saved = self.said_of(granter, pipeline, (&rule, silent), sentences).await;
        Ok(NewRule { secret, saved })
    }

    /// What is said after the rule was saved: first that its issuer was silent, if it was. It is saved,
    /// whether or not more can be said.
    async fn said_of(
        &self,
        granter: &Granter,
        pipeline: Uuid,
        (rule, silent): (&TrustRule, Option<String>),
        sentences: Vec<String>,
    ) -> Saved {
        let of = (granter.project().id, pipeline, granter.person().id);
        let silent = silent.map(|told| (rule.id, Doubt::IssuerSilent(told)));
        let mut doubts: Vec<(Uuid, Doubt)> = silent.into_iter().collect();
        doubts.extend(self.doubts_of_rule(of, rule).await.unwrap_or_default());
        Saved::with_doubts(sentences, (granter.project().slug.as_str(), pipeline), &doubts)
    }

    /// Ends the secret that the project shares with Drone and makes another, which is shown once.
    /// Every pipeline with a rule for Drone has a new way in, so its approvals wait for a new one.
    ///
    /// # Errors
    /// `Conflict` when the pipeline has no rule for Drone, and while one of the project is not as we
    /// wrote it.
    pub async fn renew_drone_secret(
        &self,
        granter: &Granter,
        pipeline: Uuid,
    ) -> Result<Zeroizing<String>> {
        let project = granter.project().id;
        let write = self.write_as(granter).await?;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        needs_unchanged(&write, project, pipeline).await?;
        // It locks the project's chain until the end, as a new rule does.
        let what = (Action::DroneSecretRenewed, subject, Detail::Provider(Provider::Drone));
        let recorded = self.record_event(&write, project, granter, what).await?;
        if !write.trust_rules(project).are_untouched(Provider::Drone).await? {
            return Err(changed_outside(DRONE_RULES));
        }
        let rules = write.trust_rules(project).of_provider(Provider::Drone).await?;
        let mut pipelines: Vec<Uuid> = rules.into_iter().map(|(_, of, _)| of).collect();
        pipelines.sort_unstable();
        pipelines.dedup();
        if !pipelines.contains(&pipeline) {
            return Err(Error::Conflict("This pipeline has no trust rule for Drone.".to_owned()));
        }
        let salt = Salt::fresh(&self.keys.ring())?;
        for one in pipelines {
            let epoch = write.pipelines(project).raise_epoch(one, now().0).await?;
            let made = (epoch, granter.person().into(), now().0);
            write.trust_rules(project).resalt(one, salt.to_text(), made).await?;
        }
        // Also of rules that have stopped, in every pipeline.
        let person = granter.person().id;
        write.trust_rules(project).replace_salt(salt.to_text(), Some(person)).await?;
        write.trust_rules(project).was_shown(person, now().0).await?;
        let secret = salt.secret(&self.keys.ring(), project)?;
        write.commit(recorded).await?;
        Ok(secret)
    }

    /// Asks the issuer of a rule for its keys: gives what people are told when it does not
    /// answer as it has to.
    ///
    /// # Errors
    /// `Invalid` when its answer shows that it is one that has another form.
    async fn ask_issuer(&self, rule: &TrustRule) -> Result<Option<String>> {
        // A server without a reach has nobody to ask.
        let (true, Ok(reach)) = (rule.provider.is_oidc(), self.reach()) else { return Ok(None) };
        match reach.issuers.ask(&rule.issuer).await {
            Ok(place) => match Provider::of_keys(&place) {
                Some(own) if own != rule.provider => Err(Error::at("issuer", own.says_its_form())),
                _ => Ok(None),
            },
            Err(problem) => {
                let told = problem.complaint(&rule.issuer, rule.provider == Provider::Kubernetes);
                Ok(Some(told))
            }
        }
    }

    /// Deletes the rule, from the next request on; tokens that were issued for it end now.
    /// Gives what to say of it.
    pub async fn delete_rule(
        &self,
        editor: &Can<of::PipelineWrite>,
        pipeline: Uuid,
        id: Uuid,
    ) -> Result<String> {
        let write = self.write_in(editor.project().id).await?;
        let (sentence, recorded) = self.remove_rule(&write, editor, pipeline, id).await?;
        write.commit(recorded).await?;
        Ok(sentence)
    }

    /// The same in a transaction of the caller's, which holds the chain.
    pub(super) async fn remove_rule(
        &self,
        write: &Write,
        editor: &Can<of::PipelineWrite>,
        pipeline: Uuid,
        id: Uuid,
    ) -> Result<(String, Recorded)> {
        let project = editor.project().id;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        needs_unchanged(write, project, pipeline).await?;
        let rule = write.trust_rules(project).delete(pipeline, id).await?;
        let rule = rule.ok_or(Error::NotFound)?;
        write.tokens().revoke_short_lived(project, pipeline, now().0).await?;
        let what = (Action::RuleDeleted, subject, Detail::Provider(rule.provider));
        let recorded = self.record_event(write, project, editor, what).await?;
        note_names(write, project, pipeline).await?;
        let is_shared = rule.provider == Provider::Drone
            && !write.trust_rules(project).of_provider(rule.provider).await?.is_empty();
        let still = if is_shared {
            " The shared Drone secret works until the other Drone rules of this project are deleted."
        } else {
            ""
        };
        let sentence = format!(
            "The trust rule was deleted. Short-lived tokens of this pipeline no longer work.{still}"
        );
        Ok((sentence, recorded))
    }
}

/// What is wrong with the form of a new rule at a service with these hosts, for who has yet to give their
/// password: all that can be said before anything is read.
pub fn problems_of_new_rule(
    provider: Provider,
    form: &TrustForm,
    own: &OwnHosts,
) -> Vec<FieldError> {
    let mut problems = form.read(provider, own).err().unwrap_or_default();
    if let Err(Error::Invalid(more)) = public_key(provider, &form.public_key) {
        problems.extend(more);
    }
    problems
}

/// The key of who signs requests: base64 of its 32 bytes.
fn public_key(provider: Provider, typed: &str) -> Result<Option<String>> {
    if provider != Provider::Woodpecker {
        return Ok(None);
    }
    let key = read_ed25519_key(typed.trim()).ok_or_else(|| {
        Error::at(
            "public_key",
            "Paste the public key as the Woodpecker server shows it, from -----BEGIN PUBLIC KEY----- to the end.",
        )
    })?;
    Ok(Some(STANDARD.encode(key)))
}
