//! Trust rules of a pipeline, as the browser asks for them.

pub use crate::domain::trust_rule::TokenTrial;
use crate::domain::trust_rule::TrustForm;
use crate::error::Result;
use leptos::prelude::*;
use uuid::Uuid;

/// Takes somebody's signed word for the pipeline from now on. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "trust-rules/create")]
pub async fn create_rule(
    project: String,
    pipeline: Uuid,
    #[server(default)] form: TrustForm,
    #[server(default)] password: String,
) -> Result<()> {
    super::settle::create_rule(project, pipeline, form, password).await
}

/// Takes that word no more, from the next request on.
#[server(prefix = "/rpc", endpoint = "trust-rules/delete")]
pub async fn delete_rule(project: String, pipeline: Uuid, id: Uuid) -> Result<()> {
    super::settle::delete_rule(project, pipeline, id).await
}

/// Says what each rule thinks of a token, on the page after. The token is not kept.
#[server(prefix = "/rpc", endpoint = "trust-rules/try")]
pub async fn try_token(
    project: String,
    pipeline: Uuid,
    #[server(default)] token: String,
) -> Result<()> {
    super::settle::try_token(project, pipeline, token).await
}

/// What became of the token that was tried, out of the slot `id`, taken once.
#[server(prefix = "/rpc", endpoint = "trust-rules/trial")]
pub async fn take_trial(id: String) -> Result<Option<TokenTrial>> {
    super::context::take_trial(&id).await
}
