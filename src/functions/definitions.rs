//! What a pipeline declares, as the browser asks for it.

use super::context::{member, vault};
use super::definition_post;
use super::reply::{Form, finish, finish_action, saved};
use crate::domain::definition::DefinitionsPage;
use crate::domain::paths;
use crate::domain::permission::of;
use crate::error::{Error, Result};
use leptos::prelude::*;
use leptos::server_fn::codec::{MultipartData, MultipartFormData};
use serde_json::json;
use uuid::Uuid;

pub async fn definitions_page(
    project: String,
    id: Uuid,
    file: Option<Uuid>,
) -> Result<DefinitionsPage> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().definitions_page(&reader, id, file).await
}

/// Reads files, and keeps what they name. Their text goes nowhere, and comes back in no form: a password may be in it.
#[server(prefix = "/rpc", endpoint = "definitions/create", input = MultipartFormData)]
pub async fn create_definitions(form: MultipartData) -> Result<()> {
    let mut post = definition_post::read(form).await?;
    let pipeline = post.pipeline.ok_or(Error::NotFound)?;
    let page = paths::pipeline_definitions(&post.project, pipeline);
    let typed = json!({ "folder": post.folder, "name": post.name, "commit": post.commit });
    let done = async {
        let editor = member(&post.project).await?.can::<of::PipelineWrite>()?;
        let files = post.take_files()?;
        let sentence = vault().declare_files(&editor, pipeline, files, &post.commit).await?;
        Ok(saved(&page, vec![sentence]).await)
    };
    let done = done.await;
    finish(done, Form::of::<CreateDefinitions>(page, typed)).await
}

/// Removes what one file says.
#[server(prefix = "/rpc", endpoint = "definitions/delete")]
pub async fn delete_definition(project: String, pipeline: Uuid, id: Uuid) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.can::<of::PipelineWrite>()?;
        vault().delete_definition(&editor, pipeline, id).await
    };
    finish_action(&paths::pipeline_definitions(&project, pipeline), done.await).await
}
