//! What the forms that grant, and the explainer, list to choose from.

use super::context::{member, vault};
use crate::domain::choosing::{Choices, Sought};
use crate::domain::permission::of;
use crate::domain::pipeline::{Grantable, PipelinePage};
use crate::error::Result;
use uuid::Uuid;

/// The pipelines of the project to choose one, as far as a form lists them.
pub async fn pipeline_choices(
    project: String,
    search: Sought,
    chosen: Option<Uuid>,
) -> Result<Choices<(Uuid, String)>> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().pipeline_choices(&reader, &search, chosen).await
}

/// The credentials a new pipeline could be granted, as far as a form lists them.
pub async fn list_grantable(
    project: String,
    search: Sought,
    chosen: Vec<String>,
) -> Result<Choices<Grantable>> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().list_grantable(&reader, &search, &chosen).await
}

/// The page of a pipeline with the credentials it could be granted, as far as a form lists them.
pub async fn find_pipeline_to_grant(
    project: String,
    id: Uuid,
    search: Sought,
    chosen: Vec<String>,
) -> Result<(PipelinePage, Choices<Grantable>)> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().pipeline_page_to_grant(&reader, id, (&search, chosen.as_slice())).await
}

/// Whether who asks may search in a form that grants.
pub(super) async fn may_look(project: &str) -> Result<()> {
    member(project).await?.can::<of::PipelineWrite>().map(drop)
}
