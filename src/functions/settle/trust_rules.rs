//! What follows the posts about trust rules, and about tokens that are tried on them.

use super::{back, granter, on, once, pipeline_path, said, signed_in};
use crate::domain::trust_rule::{Provider, TrustForm};
use crate::error::Result;
use crate::functions::context::{member, vault};
use crate::vault::{NewRule, SlotKind};
use leptos_axum::redirect;
use uuid::Uuid;

/// A shared secret that was made is shown on the pipeline's page, once.
pub(in crate::functions) async fn create_rule(
    project: String,
    pipeline: Uuid,
    form: TrustForm,
    password: String,
) -> Result<()> {
    let page = pipeline_path(&project, pipeline);
    let done = async {
        let granter = granter(&project, password).await?;
        vault().create_rule(&granter, pipeline, &form).await
    };
    match done.await {
        Ok(NewRule { secret: Some(secret), .. }) => once(&page, "secret", &secret).await,
        Ok(NewRule { secret: None, warning }) => {
            let holds = "The trust rule holds from now on.".to_owned();
            on(&page, std::iter::once(holds).chain(warning).collect()).await
        }
        Err(error) => {
            // Each provider has a form of its own, and what was sent may name none.
            let provider = Provider::from_word(&form.provider).unwrap_or(Provider::GitHub);
            back(&format!("{page}/trust/new?provider={}", provider.word()), form, error).await
        }
    }
}

pub(in crate::functions) async fn delete_rule(
    project: String,
    pipeline: Uuid,
    id: Uuid,
) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.pipeline_editor()?;
        vault().delete_rule(&editor, pipeline, id).await
    };
    said(&pipeline_path(&project, pipeline), done.await).await
}

/// What became of the token waits in a slot; the token does not.
pub(in crate::functions) async fn try_token(
    project: String,
    pipeline: Uuid,
    token: String,
) -> Result<()> {
    let page = format!("{}/trust/try", pipeline_path(&project, pipeline));
    let token = zeroize::Zeroizing::new(token);
    let done = async {
        let reader = member(&project).await?.pipeline_reader()?;
        vault().try_token(&reader, pipeline, &token).await
    };
    match done.await {
        Ok(trial) => {
            let content = serde_json::to_vec(&trial).unwrap_or_default();
            let slot = vault().put_slot(SlotKind::Trial, signed_in().await, &content).await?;
            redirect(&format!("{page}?trial={slot}"));
            Ok(())
        }
        Err(error) => back(&page, (), error).await,
    }
}
