//! Pipelines with their tokens and grants, as the browser asks for them.

pub use crate::domain::pipeline::PipelinePage;
use crate::domain::pipeline::{GrantForm, Grantable, PipelineForm, PipelineSummary};
use crate::error::Result;
use leptos::prelude::*;
use uuid::Uuid;

/// The project's pipelines, by name.
#[server(prefix = "/rpc", endpoint = "pipelines/list")]
pub async fn list_pipelines(project: String) -> Result<Vec<PipelineSummary>> {
    let reader = super::context::member(&project).await?.pipeline_reader()?;
    super::context::vault().list_pipelines(&reader).await
}

/// One pipeline.
#[server(prefix = "/rpc", endpoint = "pipelines/find")]
pub async fn find_pipeline(project: String, id: Uuid) -> Result<PipelinePage> {
    let reader = super::context::member(&project).await?.pipeline_reader()?;
    super::context::vault().pipeline_page(&reader, id).await
}

/// The credentials a new pipeline could be given.
#[server(prefix = "/rpc", endpoint = "grants/candidates")]
pub async fn list_grantable(project: String) -> Result<Vec<Grantable>> {
    let reader = super::context::member(&project).await?.pipeline_reader()?;
    super::context::vault().list_grantable(&reader).await
}

/// The token of the slot `id`, taken once: it is not stored in a form that can be read again.
#[server(prefix = "/rpc", endpoint = "tokens/reveal")]
pub async fn take_token(id: String) -> Result<Option<String>> {
    super::context::take_token(&id).await
}

/// Makes a pipeline with its first token and its grants. `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "pipelines/create")]
pub async fn create_pipeline(
    project: String,
    form: PipelineForm,
    #[server(default)] password: String,
) -> Result<()> {
    super::settle::create_pipeline(project, form, password).await
}

/// Gives the pipeline one more credential, on the terms of the form.
#[server(prefix = "/rpc", endpoint = "grants/create")]
pub async fn create_grant(
    project: String,
    pipeline: Uuid,
    #[server(default)] form: GrantForm,
    #[server(default)] password: String,
) -> Result<()> {
    super::settle::create_grants(project, pipeline, form, password).await
}

/// Lets a grant of a protected credential push for `days` days; who gave it cannot.
#[server(prefix = "/rpc", endpoint = "grants/approve")]
pub async fn approve_grant(
    project: String,
    pipeline: Uuid,
    id: Uuid,
    #[server(default)] days: String,
    #[server(default)] password: String,
) -> Result<()> {
    super::settle::approve_grant(project, pipeline, id, days, password).await
}

/// Takes a credential back.
#[server(prefix = "/rpc", endpoint = "grants/delete")]
pub async fn delete_grant(project: String, pipeline: Uuid, id: Uuid) -> Result<()> {
    super::settle::delete_grant(project, pipeline, id).await
}

/// Gives every pipeline that may use the credential `id` the one called `target` instead.
#[server(prefix = "/rpc", endpoint = "grants/repoint")]
pub async fn repoint_grants(
    project: String,
    id: Uuid,
    #[server(default)] target: String,
    #[server(default)] password: String,
) -> Result<()> {
    super::settle::repoint_grants(project, id, target, password).await
}

/// Makes one more token, for a change-over without a gap.
#[server(prefix = "/rpc", endpoint = "tokens/create")]
pub async fn create_token(
    project: String,
    pipeline: Uuid,
    #[server(default)] form: PipelineForm,
    #[server(default)] password: String,
) -> Result<()> {
    super::settle::create_token(project, pipeline, form, password).await
}

/// Refuses the token from the next request on.
#[server(prefix = "/rpc", endpoint = "tokens/revoke")]
pub async fn revoke_token(project: String, pipeline: Uuid, id: String) -> Result<()> {
    super::settle::revoke_token(project, pipeline, id).await
}

/// Deletes for good, with its tokens and grants; `typed_name` has to be its name.
#[server(prefix = "/rpc", endpoint = "pipelines/delete")]
pub async fn delete_pipeline(
    project: String,
    id: Uuid,
    #[server(default)] typed_name: String,
) -> Result<()> {
    super::settle::delete_pipeline(project, id, typed_name).await
}
