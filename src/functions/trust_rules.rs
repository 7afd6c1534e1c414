//! Trust rules of a pipeline, as the browser asks for them.

use super::answer::Flash;
use super::context::{granter, granter_anew, member, vault};
use super::reply::{Form, both, finish, finish_action, shown_once, told, with_problems};
use crate::domain::paths::{self, with_query};
use crate::domain::permission::of;
use crate::domain::trust_rule::{Provider, TrustForm};
use crate::error::{Error, Result};
use crate::vault::{NewRule, SlotKind, problems_of_new_rule};
use leptos::prelude::*;
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What comes after a rule: the lines that a job fetches with.
const HOW_TO: &str = "See how to use it";

/// Takes somebody's signed word for the pipeline from now on. A shared secret that was made is
/// shown on the pipeline's page, once. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "trust-rules/create")]
pub async fn create_rule(
    project: String,
    pipeline: Uuid,
    #[server(default)] form: TrustForm,
    #[server(default)] password: String,
) -> Result<()> {
    let page = paths::trust_rules(&project, pipeline);
    let known = Provider::from_word(&form.provider);
    let done = async {
        let granter = granter(&project, password).await;
        let granter = with_problems(granter, || {
            let own = vault().settings().own_hosts();
            known.map(|provider| problems_of_new_rule(provider, &form, &own)).unwrap_or_default()
        })?;
        let NewRule { secret, saved } = vault().create_rule(&granter, pipeline, &form).await?;
        Ok(match secret {
            Some(secret) => shown_once(&page, "secret", SlotKind::Token, secret.as_bytes()).await,
            None => {
                let flash = Flash::from(saved);
                let connect = paths::pipeline_connect(&project, pipeline);
                // What mends a doubt comes first.
                let is_led = flash.link.is_some();
                told(&page, if is_led { flash } else { flash.with_link(connect, HOW_TO) }).await
            }
        })
    };
    // Each provider has a form of its own, and what was sent may name none.
    let provider = known.unwrap_or(Provider::GitHub);
    let path = with_query(&paths::new_rule(&project, pipeline), "provider", provider.word());
    finish(done.await, Form::of::<CreateRule>(path, form)).await
}

/// Has a rule ask for what the form says from now on, or gives it another title. `epoch` says which
/// rule stood on the page; `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "trust-rules/update")]
pub async fn update_rule(
    project: String,
    pipeline: Uuid,
    id: Uuid,
    #[server(default)] epoch: i64,
    #[server(default)] form: TrustForm,
    #[server(default)] password: String,
) -> Result<()> {
    let page = paths::trust_rules(&project, pipeline);
    let done = async {
        let granter = match granter(&project, password).await {
            Err(Error::Invalid(password)) => {
                let editor = member(&project).await?.can::<of::PipelineWrite>()?;
                let problems = vault().problems_of_rule(&editor, (pipeline, id), &form).await?;
                return Err(both(problems, password));
            }
            other => other?,
        };
        let saved = vault().update_rule(&granter, (pipeline, id), epoch, &form).await?;
        Ok(told(&page, saved.into()).await)
    };
    let path = paths::edit_rule(&project, pipeline, id);
    finish(done.await, Form::of::<UpdateRule>(path, form).edits(epoch, false)).await
}

/// Makes another secret for the project's rules for Drone, which is shown on the pipeline's page, once.
/// `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "trust-rules/renew-secret")]
pub async fn renew_drone_secret(
    project: String,
    pipeline: Uuid,
    #[server(default)] password: String,
) -> Result<()> {
    let page = paths::trust_rules(&project, pipeline);
    let done = async {
        let granter = granter_anew(&project, password).await?;
        let secret = vault().renew_drone_secret(&granter, pipeline).await?;
        Ok(shown_once(&page, "secret", SlotKind::Token, secret.as_bytes()).await)
    };
    finish(done.await, Form::of::<RenewDroneSecret>(page, ())).await
}

/// Takes that word no more, from the next request on.
#[server(prefix = "/rpc", endpoint = "trust-rules/delete")]
pub async fn delete_rule(project: String, pipeline: Uuid, id: Uuid) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.can::<of::PipelineWrite>()?;
        vault().delete_rule(&editor, pipeline, id).await
    };
    finish_action(&paths::trust_rules(&project, pipeline), done.await).await
}

/// Makes a rule one's own whose maker left. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "trust-rules/confirm")]
pub async fn confirm_rule(
    project: String,
    pipeline: Uuid,
    id: Uuid,
    #[server(default)] password: String,
) -> Result<()> {
    let page = paths::trust_rules(&project, pipeline);
    let done = async {
        let granter = granter(&project, password).await?;
        let saved = vault().confirm_rule(&granter, pipeline, id).await?;
        Ok(told(&page, saved.into()).await)
    };
    finish(done.await, Form::of::<ConfirmRule>(page.clone(), json!({ "id": id }))).await
}

/// Says what each rule thinks of a token, on the page after. The token is not kept.
#[server(prefix = "/rpc", endpoint = "trust-rules/try")]
pub async fn try_token(
    project: String,
    pipeline: Uuid,
    #[server(default)] token: String,
) -> Result<()> {
    let page = paths::try_token(&project, pipeline);
    let token = Zeroizing::new(token);
    let done = async {
        let reader = member(&project).await?.can::<of::PipelineRead>()?;
        let trial = vault().try_token(&reader, pipeline, &token).await?;
        let content = serde_json::to_vec(&trial).unwrap_or_default();
        Ok(shown_once(&page, "trial", SlotKind::Trial, &content).await)
    };
    finish(done.await, Form::of::<TryToken>(page, ())).await
}
