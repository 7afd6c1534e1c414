//! Pipeline tokens: made, verified, revoked. The database holds the hash of the secret half.

use super::needs_unchanged;
use crate::crypto::token;
use crate::domain::actor::{Can, Granter, Pipeline};
use crate::domain::audit::{Action, Detail, Refusal, Subject};
use crate::domain::moment::Day;
use crate::domain::permission::of;
use crate::domain::pipeline::TOKEN_DAYS_MAX;
use crate::domain::typed_text::name_problem;
use crate::error::{Error, FieldError, Result};
use crate::store::{Recorded, TokenRow, Write};
use crate::vault::attempts::network_of;
use crate::vault::refusals::Unknown;
use crate::vault::{Vault, now, today};
use uuid::Uuid;
use zeroize::Zeroizing;

impl Vault {
    /// The pipeline whose token this is. Every use reads the database, so a revoked token is
    /// refused from the next request on, on every replica.
    pub async fn pipeline_of(&self, presented: &str, address: Option<&str>) -> Result<Pipeline> {
        let unknown = || {
            self.record_unknown(Unknown::Token, Some(network_of(address)));
            Error::Unauthenticated
        };
        let presented = token::parse_token(presented).ok_or_else(unknown)?;
        let hit = self.store.tokens().find(&presented.id).await?.ok_or_else(unknown)?;
        // Who knows the public half alone has no token: anybody who sees a receipt does.
        if !presented.matches(&hit.hash) {
            return Err(unknown());
        }
        let is_ended = hit.expires_at.is_some_and(|until| until <= now().0);
        let is_within = !is_ended && hit.expires_on.is_some_and(|day| day >= today());
        let (id, project) = (hit.pipeline_id, hit.project_id);
        if hit.is_revoked || !is_within {
            let kind = if hit.is_revoked { Refusal::RevokedToken } else { Refusal::ExpiredToken };
            let pipeline = Subject { id, name: hit.pipeline };
            self.record_token(kind, project, (pipeline, presented.id.as_str()), address);
            return Err(Error::Unauthenticated);
        }
        let proved = (hit.proof, hit.identity_epoch);
        Ok(Pipeline::admit(id, project, hit.pipeline, presented.id, proved))
    }

    /// One more token for the pipeline, of that name or of none, for as many days; gives its text, which is stored nowhere.
    pub async fn create_token(
        &self,
        granter: &Granter,
        pipeline: Uuid,
        name: &str,
        days: &str,
    ) -> Result<Zeroizing<String>> {
        let new = named(name, days).map_err(Error::Invalid)?;
        let write = self.write_as(granter).await?;
        let project = granter.project().id;
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        needs_unchanged(&write, project, pipeline).await?;
        let (text, recorded) = self.insert_token(&write, granter, &subject, new).await?;
        write.commit(recorded).await?;
        Ok(text)
    }

    /// Refuses the token from the next request on.
    pub async fn revoke_token(
        &self,
        editor: &Can<of::PipelineWrite>,
        pipeline: Uuid,
        id: &str,
    ) -> Result<String> {
        let write = self.write_in(editor.project().id).await?;
        let (sentence, recorded) = self.refuse_token(&write, editor, pipeline, id).await?;
        write.commit(recorded).await?;
        Ok(sentence)
    }

    /// The same in a transaction of the caller's, which holds the chain.
    pub(in crate::vault) async fn refuse_token(
        &self,
        write: &Write,
        editor: &Can<of::PipelineWrite>,
        pipeline: Uuid,
        id: &str,
    ) -> Result<(String, Recorded)> {
        let project = editor.project().id;
        if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Error::NotFound);
        }
        let subject = write.pipelines(project).subject(pipeline).await?.ok_or(Error::NotFound)?;
        if !write.tokens().revoke(project, pipeline, id, now().0).await? {
            return Err(Error::NotFound);
        }
        let what = (Action::TokenRevoked, subject, Detail::Token(id.to_owned()));
        let recorded = self.record_event(write, project, editor, what).await?;
        Ok(("The token was revoked and no longer works.".to_owned(), recorded))
    }

    /// Writes a new token with its event; gives its text.
    pub(super) async fn insert_token(
        &self,
        write: &Write,
        granter: &Granter,
        pipeline: &Subject,
        (name, expires_on): (String, Day),
    ) -> Result<(Zeroizing<String>, Recorded)> {
        let new = token::generate_token()?;
        let project = granter.project().id;
        let row = TokenRow {
            id: new.id.clone(),
            name,
            pipeline_id: pipeline.id,
            hash: new.hash,
            created_at: now().0,
            created_by: granter.person().into(),
            expires_on,
            short_until: None,
            proof: None,
            identity_epoch: write.pipelines(project).raise_epoch(pipeline.id, now().0).await?,
        };
        write.tokens().insert(project, row).await?;
        let what = (Action::TokenCreated, pipeline.clone(), Detail::Token(new.id));
        let recorded = self.record_event(write, project, granter, what).await?;
        Ok((new.text, recorded))
    }
}

/// What is wrong with the form of one more token, for who has yet to give their password.
pub fn problems_of_token(name: &str, days: &str) -> Vec<FieldError> {
    named(name, days).err().unwrap_or_default()
}

/// The name and the last day of a token, as they were typed.
fn named(name: &str, days: &str) -> Result<(String, Day), Vec<FieldError>> {
    let name = name.trim();
    let problem = (!name.is_empty()).then(|| name_problem(name, "token")).flatten();
    let mut errors: Vec<FieldError> =
        problem.into_iter().map(|problem| FieldError::new("token_name", problem)).collect();
    match expiry(days) {
        Ok(expires_on) if errors.is_empty() => Ok((name.to_owned(), expires_on)),
        Ok(_) => Err(errors),
        Err(Error::Invalid(more)) => {
            errors.extend(more);
            Err(errors)
        }
        Err(_) => Err(errors),
    }
}

/// The last day of a token that works for as many days.
pub(super) fn expiry(days: &str) -> Result<Day> {
    Ok(today().plus_days(days_within(days, "token_days", TOKEN_DAYS_MAX)?))
}

/// The number of days that was typed at the field, from 1 on.
pub(super) fn days_within(typed: &str, field: &str, most: i64) -> Result<i64> {
    let days = typed.trim().parse::<i64>().ok().filter(|days| (1..=most).contains(days));
    days.ok_or_else(|| Error::at(field, format!("Enter a number of days from 1 to {most}.")))
}
