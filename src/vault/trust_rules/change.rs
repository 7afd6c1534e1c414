//! A trust rule asks for other things than before. Whoever changes it has made it, as if it were new.

use super::named::note_names;
use super::public_key;
use crate::domain::actor::{Can, Granter};
use crate::domain::audit::{Action, Detail};
use crate::domain::doubt::Saved;
use crate::domain::issuer::NOT_LISTED;
use crate::domain::permission::of;
use crate::domain::trust_rule::{OwnHosts, TrustForm, TrustRule};
use crate::error::{Error, FieldError, Result};
use crate::vault::issuers::needs_listed;
use crate::vault::pipelines::needs_unchanged;
use crate::vault::{Vault, gather, now};
use uuid::Uuid;

const CHANGED: &str =
    "The trust rule was changed while this page was open. Check it and save again.";
const STOPPED: &str = "This trust rule has stopped, so it accepts no tokens. Confirm it first.";

impl Vault {
    /// What is wrong with the form of a rule that is there, for who has yet to give their password.
    pub async fn problems_of_rule(
        &self,
        editor: &Can<of::PipelineWrite>,
        (pipeline, id): (Uuid, Uuid),
        form: &TrustForm,
    ) -> Result<Vec<FieldError>> {
        let known = self.store.trust_rules(editor.project().id).find(pipeline, id).await?;
        let known = known.ok_or(Error::NotFound)?;
        match changed(&known, form, &self.settings.own_hosts()) {
            Err(Error::Invalid(problems)) => Ok(problems),
            _ => Ok(Vec::new()),
        }
    }

    /// Has the rule ask for what the form says. Approvals of before are not for it, and short-lived
    /// tokens of the pipeline end. `seen` is the rule's epoch on the page of who changes it. Another
    /// title alone changes nothing else.
    ///
    /// # Errors
    /// `Invalid` with a sentence at each field that needs another look; `Conflict` when the rule has
    /// changed since, or has another title that the form would write over, or has stopped.
    pub async fn update_rule(
        &self,
        granter: &Granter,
        (pipeline, id): (Uuid, Uuid),
        seen: i64,
        form: &TrustForm,
    ) -> Result<Saved> {
        let project = granter.project().id;
        let known = self.store.trust_rules(project).find(pipeline, id).await?;
        let known = known.ok_or(Error::NotFound)?;
        let rule = changed(&known, form, &self.settings.own_hosts())?;
        if known.ended_at.is_some() {
            return Err(Error::Conflict(STOPPED.to_owned()));
        }
        let is_titled_by_two = known.title != form.seen_title.trim() && rule.title != known.title;
        if known.identity_epoch != seen || is_titled_by_two {
            return Err(Error::Conflict(CHANGED.to_owned()));
        }
        if rule == known {
            return Ok(Saved::surely(vec!["Nothing was changed.".to_owned()]));
        }
        let is_renamed = TrustRule { title: known.title.clone(), ..rule.clone() } == known;
        let is_elsewhere = rule.issuer != known.issuer;
        if is_elsewhere && !self.accepts_issuer(&rule.issuer).await? {
            return Err(Error::at("issuer", NOT_LISTED));
        }
        let silent = if is_elsewhere { self.ask_issuer(&rule).await? } else { None };
        let write = self.write_as(granter).await?;
        if is_elsewhere {
            needs_listed(&write, &rule).await?;
        }
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        needs_unchanged(&write, project, pipeline).await?;
        let there = write.trust_rules(project).find(pipeline, id).await?.ok_or(Error::NotFound)?;
        if there.identity_epoch != seen || there.title != known.title {
            return Err(Error::Conflict(CHANGED.to_owned()));
        }
        let detail = Detail::Rule { provider: rule.provider, changes: rule.changes_from(&there) };
        let what = (Action::RuleChanged, subject, detail);
        // `doctor` compares the two moments to find a rule that was put back.
        let at = now();
        let recorded = self.record_event_at(&write, project, (granter, at), what).await?;
        if is_renamed {
            if !write.trust_rules(project).rename(id, rule.title).await? {
                return Err(Error::NotFound);
            }
            note_names(&write, project, pipeline).await?;
            write.commit(recorded).await?;
            return Ok(Saved::surely(vec!["The trust rule was renamed.".to_owned()]));
        }
        let epoch = write.pipelines(project).raise_epoch(pipeline, at.0).await?;
        let made = (epoch, granter.person().into(), at.0);
        if !write.trust_rules(project).replace(rule.clone(), made).await? {
            return Err(Error::Conflict(CHANGED.to_owned()));
        }
        note_names(&write, project, pipeline).await?;
        // One that was given for what the rule asked for before would outlive the change.
        write.tokens().revoke_short_lived(project, pipeline, at.0).await?;
        write.commit(recorded).await?;
        let sentence = "The trust rule was changed. Short-lived tokens that this pipeline got before no longer work.";
        let sentences = vec![sentence.to_owned()];
        Ok(self.said_of(granter, pipeline, (&rule, silent), sentences).await)
    }
}

/// The rule as the form has it. A blank key of who signs requests leaves the one that is there.
fn changed(known: &TrustRule, form: &TrustForm, own: &OwnHosts) -> Result<TrustRule> {
    let provider = known.provider;
    let mut errors = Vec::new();
    let claims = gather(&mut errors, form.read(provider, own).map_err(Error::Invalid))?;
    let key = if form.public_key.trim().is_empty() {
        Ok(known.public_key.clone())
    } else {
        public_key(provider, &form.public_key)
    };
    let key = gather(&mut errors, key)?;
    let (Some(claims), Some(public_key)) = (claims, key) else {
        return Err(Error::Invalid(errors));
    };
    // A title that was left as it was stays what it is now.
    let (typed, seen) = (form.title.trim(), form.seen_title.trim());
    let title = if typed == seen { known.title.clone() } else { typed.to_owned() };
    let (issuer, audience) = if provider.is_oidc() {
        (form.read_issuer(provider), form.read_audience(provider))
    } else {
        (String::new(), String::new())
    };
    Ok(TrustRule {
        issuer,
        audience,
        claims,
        public_key,
        intent: form.read_intent(provider),
        title,
        ..known.clone()
    })
}
