//! What follows the posts about pipelines, their tokens and grants.

use super::{back, deleted, granter, list_path, on, once, pipeline_path, said};
use crate::domain::listing::percent;
use crate::domain::pipeline::{GrantForm, PipelineForm};
use crate::error::Result;
use crate::functions::context::{member, vault};
use serde_json::json;
use uuid::Uuid;

pub(in crate::functions) async fn create_pipeline(
    project: String,
    form: PipelineForm,
    password: String,
) -> Result<()> {
    let list = format!("/p/{}/pipelines", percent(&project));
    let done = async {
        let granter = granter(&project, password).await?;
        vault().create_pipeline(&granter, &form).await
    };
    match done.await {
        Ok((id, token)) => once(&format!("{list}/{id}"), "once", &token).await,
        Err(error) => back(&format!("{list}/new"), form, error).await,
    }
}

pub(in crate::functions) async fn delete_pipeline(
    project: String,
    id: Uuid,
    typed_name: String,
) -> Result<()> {
    let done = async {
        let remover = member(&project).await?.pipeline_remover()?;
        vault().delete_pipeline(&remover, id, &typed_name).await
    };
    let list = format!("/p/{}/pipelines", percent(&project));
    let dialog = pipeline_path(&project, id) + "/delete";
    deleted(&list, &dialog, "", &typed_name, done.await).await
}

pub(in crate::functions) async fn create_grants(
    project: String,
    pipeline: Uuid,
    form: GrantForm,
    password: String,
) -> Result<()> {
    let page = pipeline_path(&project, pipeline);
    let done = async {
        let granter = granter(&project, password).await?;
        vault().create_grants(&granter, pipeline, &form).await
    };
    match done.await {
        Ok(sentence) => on(&page, vec![sentence]).await,
        Err(error) => back(&format!("{page}?form=grant"), form, error).await,
    }
}

pub(in crate::functions) async fn approve_grant(
    project: String,
    pipeline: Uuid,
    id: Uuid,
    days: String,
    password: String,
) -> Result<()> {
    let page = pipeline_path(&project, pipeline);
    let done = async {
        let granter = granter(&project, password).await?;
        vault().approve_grant(&granter, pipeline, id, &days).await
    };
    match done.await {
        Ok(sentence) => on(&page, vec![sentence]).await,
        Err(error) => {
            back(&format!("{page}/grants/{id}/approve"), json!({ "days": days }), error).await
        }
    }
}

pub(in crate::functions) async fn delete_grant(
    project: String,
    pipeline: Uuid,
    id: Uuid,
) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.pipeline_editor()?;
        vault().delete_grant(&editor, pipeline, id).await
    };
    said(&pipeline_path(&project, pipeline), done.await).await
}

/// From the delete dialog, which says how it went and is still to be confirmed.
pub(in crate::functions) async fn repoint_grants(
    project: String,
    id: Uuid,
    target: String,
    password: String,
) -> Result<()> {
    let dialog = format!("{}/{id}/delete", list_path(&project));
    let done = async {
        let granter = granter(&project, password).await?;
        vault().repoint_grants(&granter, id, &target).await
    };
    match done.await {
        Ok(sentence) => on(&dialog, vec![sentence]).await,
        Err(error) => {
            back(&format!("{dialog}?form=repoint"), json!({ "target": target }), error).await
        }
    }
}

pub(in crate::functions) async fn create_token(
    project: String,
    pipeline: Uuid,
    form: PipelineForm,
    password: String,
) -> Result<()> {
    let page = pipeline_path(&project, pipeline);
    let done = async {
        let granter = granter(&project, password).await?;
        vault().create_token(&granter, pipeline, &form).await
    };
    match done.await {
        Ok(token) => once(&page, "once", &token).await,
        Err(error) => back(&format!("{page}?form=token"), form, error).await,
    }
}

pub(in crate::functions) async fn revoke_token(
    project: String,
    pipeline: Uuid,
    id: String,
) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.pipeline_editor()?;
        vault().revoke_token(&editor, pipeline, &id).await
    };
    said(&pipeline_path(&project, pipeline), done.await).await
}
