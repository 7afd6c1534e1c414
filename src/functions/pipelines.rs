//! Pipelines with their tokens and grants, as the browser asks for them.

use super::approvals::decided;
use super::choosing::{may_look, unsaved};
use super::context::{confirmed, granter, granter_anew, member, vault};
use super::credentials::list_query;
use super::reply::{
    Form, both, finish, finish_action, look, saved, shown_once, told, with_problems,
};
use crate::domain::choosing::Sought;
use crate::domain::paths;
use crate::domain::permission::of;
pub use crate::domain::pipeline::PipelinePage;
use crate::domain::pipeline::listing::{PipelineListing, PipelineQuery};
use crate::domain::pipeline::{
    GrantForm, PipelineActivity, PipelineDeliveries, PipelineEdit, PipelineForm, PipelineHead,
};
use crate::error::{Error, FieldError, Result};
use crate::vault::{Seen, SlotKind, problems_of_approval, problems_of_grant, problems_of_token};
use leptos::prelude::*;
use serde_json::json;
use uuid::Uuid;

pub async fn find_pipeline(project: String, id: Uuid) -> Result<PipelinePage> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().pipeline_page(&reader, id).await
}

/// A page of the list.
pub async fn pipelines_page(project: String, query: PipelineQuery) -> Result<PipelineListing> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().pipelines_page(&reader, &query).await
}

pub async fn pipeline_head(project: String, id: Uuid) -> Result<PipelineHead> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().pipeline_head(&reader, id).await
}

pub async fn pipeline_activity(
    project: String,
    id: Uuid,
    before: Option<i64>,
) -> Result<PipelineActivity> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().pipeline_activity(&reader, id, before).await
}

pub async fn pipeline_deliveries(
    project: String,
    of: (Uuid, Option<Uuid>),
    before: Option<i64>,
) -> Result<PipelineDeliveries> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().pipeline_deliveries(&reader, of, before).await
}

/// Makes a pipeline with its first token and its grants. `list` is the query of the list that the dialog
/// was opened on, `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "pipelines/create")]
pub async fn create_pipeline(
    project: String,
    form: PipelineForm,
    #[server(default)] list: String,
    #[server(default)] password: String,
) -> Result<()> {
    let dialog = paths::new_pipeline(&project) + list_query(&list);
    if let Some(why) = unsaved(&form.search, "Create", !password.is_empty()) {
        let form = Form::of::<CreatePipeline>(dialog, form).with_password(&password);
        return look(may_look(&project).await, why, form).await;
    }
    let done = async {
        let granter = match granter(&project, password).await {
            Err(Error::Invalid(password)) => {
                let editor = member(&project).await?.can::<of::PipelineWrite>()?;
                let problems = vault().problems_of_pipeline(&editor, &form).await?;
                return Err(both(problems, password));
            }
            other => other?,
        };
        let (id, token) = vault().create_pipeline(&granter, &form).await?;
        let page = paths::pipeline(&project, id);
        Ok(shown_once(&page, "once", SlotKind::Token, token.as_bytes()).await)
    };
    finish(done.await, Form::of::<CreatePipeline>(dialog, form)).await
}

/// Saves the name and the description; `revision` says from which on, `list` is the query of the list to
/// go back to, and `from` says where the dialog was opened.
#[server(prefix = "/rpc", endpoint = "pipelines/update")]
pub async fn update_pipeline(
    project: String,
    id: Uuid,
    #[server(default)] revision: i64,
    #[server(default)] form: PipelineEdit,
    #[server(default)] list: String,
    #[server(default)] from: String,
) -> Result<()> {
    let query = list_query(&list);
    let done = async {
        let editor = member(&project).await?.can::<of::PipelineWrite>()?;
        let sentence = vault().update_pipeline(&editor, id, revision, &form).await?;
        let page = if from == paths::FROM_PAGE {
            paths::pipeline(&project, id)
        } else {
            paths::pipelines(&project) + query
        };
        Ok(saved(&page, vec![sentence]).await)
    };
    let dialog = paths::opened_from(&from, paths::edit_pipeline(&project, id) + query);
    finish(done.await, Form::of::<UpdatePipeline>(dialog, form).edits(revision, false)).await
}

/// Grants the pipeline one more credential, on the terms of the form. `pipeline` is its id, blank when
/// none was chosen yet; `on_credential` is the credential on whose page the form stood, if it was one.
#[server(prefix = "/rpc", endpoint = "grants/create")]
pub async fn create_grant(
    project: String,
    #[server(default)] pipeline: String,
    #[server(default)] form: GrantForm,
    #[server(default)] password: String,
    #[server(default)] on_credential: Option<Uuid>,
) -> Result<()> {
    let chosen = Uuid::parse_str(&pipeline).ok();
    let (page, form_page) = match (on_credential, chosen) {
        (Some(id), Some(_)) => {
            let dialog = paths::grant_credential(&project, id);
            let dialog = paths::with_query(&dialog, "pipeline", &pipeline);
            (paths::credential(&project, id), dialog)
        }
        (Some(id), None) => {
            (paths::credential(&project, id), paths::grant_credential(&project, id))
        }
        (None, Some(pipeline)) => {
            (paths::grants(&project, pipeline), paths::grants(&project, pipeline))
        }
        (None, None) => (paths::pipelines(&project), paths::pipelines(&project)),
    };
    if let Some(why) = unsaved(&form.search, "Grant", !password.is_empty()) {
        let form = Form::of::<CreateGrant>(form_page, form).with_password(&password);
        return look(may_look(&project).await, why, form).await;
    }
    let done = async {
        let granter = granter(&project, password).await;
        let granter = with_problems(granter, || problems_of_grant(chosen, &form))?;
        let Some(pipeline) = chosen else {
            return Err(Error::Invalid(problems_of_grant(chosen, &form)));
        };
        let saved = vault().create_grants(&granter, pipeline, &form).await?;
        Ok(told(&page, saved.into()).await)
    };
    finish(done.await, Form::of::<CreateGrant>(form_page, form)).await
}

/// Changes the terms of a grant. `revision` says which grant stood on the page.
#[server(prefix = "/rpc", endpoint = "grants/update")]
pub async fn update_grant(
    project: String,
    pipeline: Uuid,
    id: Uuid,
    #[server(default)] revision: i64,
    #[server(default)] form: GrantForm,
    #[server(default)] password: String,
) -> Result<()> {
    let page = paths::grants(&project, pipeline);
    let done = async {
        let granter = granter(&project, password).await;
        let granter = with_problems(granter, || {
            let mut problems = problems_of_grant(Some(pipeline), &form);
            // The credential of a grant stays.
            problems.retain(|one| one.field != "credentials");
            problems
        })?;
        let saved = vault().update_grant(&granter, (pipeline, id), revision, &form).await?;
        Ok(told(&page, saved.into()).await)
    };
    let path = paths::edit_grant(&project, pipeline, id);
    finish(done.await, Form::of::<UpdateGrant>(path, form).edits(revision, false)).await
}

/// Lets a grant of a protected credential push for `days` days; its granter cannot approve it.
/// `epoch` and `revision` say what stood on the page.
#[server(prefix = "/rpc", endpoint = "grants/approve")]
pub async fn approve_grant(
    project: String,
    pipeline: Uuid,
    id: Uuid,
    #[server(default)] epoch: i64,
    #[server(default)] revision: i64,
    #[server(default)] days: String,
    #[server(default)] password: String,
) -> Result<()> {
    let done = async {
        let granter = granter_anew(&project, password).await;
        let granter = with_problems(granter, || problems_of_approval(&days))?;
        let seen = Seen { epoch, revision };
        let sentence = vault().approve_grant(&granter, pipeline, id, &days, seen).await?;
        Ok(decided(&granter, &paths::grants(&project, pipeline), sentence).await)
    };
    let page = paths::approve_grant(&project, pipeline, id);
    finish(done.await, Form::of::<ApproveGrant>(page, json!({ "days": days }))).await
}

#[server(prefix = "/rpc", endpoint = "grants/delete")]
pub async fn delete_grant(project: String, pipeline: Uuid, id: Uuid) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.can::<of::PipelineWrite>()?;
        vault().delete_grant(&editor, pipeline, id).await
    };
    finish_action(&paths::grants(&project, pipeline), done.await).await
}

/// Grants the credential called `target` to every pipeline that may use the credential `id`,
/// instead; `search` is among those that the dialog lists. The delete dialog says how it went, and is
/// still to be confirmed; `list` and `from` say where it was opened.
#[server(prefix = "/rpc", endpoint = "grants/repoint")]
pub async fn repoint_grants(
    project: String,
    id: Uuid,
    #[server(default)] target: String,
    #[server(default)] search: Sought,
    #[server(default)] list: String,
    #[server(default)] from: String,
    #[server(default)] password: String,
) -> Result<()> {
    let dialog = paths::delete_credential(&project, id) + list_query(&list);
    let dialog = paths::opened_from(&from, dialog);
    let typed = json!({ "target": target, "search": search });
    if let Some(why) = unsaved(&search, "Move grants", !password.is_empty()) {
        let form = Form::of::<RepointGrants>(dialog, typed).with_password(&password);
        return look(may_look(&project).await, why, form).await;
    }
    let done = async {
        let granter = match granter(&project, password).await {
            Err(Error::Invalid(password)) if target.is_empty() => {
                let problem = FieldError::new("target", "Choose a credential.");
                return Err(both(vec![problem], password));
            }
            other => other?,
        };
        let saved = vault().repoint_grants(&granter, id, &target).await?;
        Ok(told(&dialog, saved.into()).await)
    };
    finish(done.await, Form::of::<RepointGrants>(dialog, typed)).await
}

/// Makes one more token, to change over without a gap; `token_name` is what people call it.
#[server(prefix = "/rpc", endpoint = "tokens/create")]
pub async fn create_token(
    project: String,
    pipeline: Uuid,
    #[server(default)] token_name: String,
    #[server(default)] token_days: String,
    #[server(default)] password: String,
) -> Result<()> {
    let page = paths::pipeline_identity(&project, pipeline);
    let done = async {
        let granter = granter(&project, password).await;
        let granter = with_problems(granter, || problems_of_token(&token_name, &token_days))?;
        let token = vault().create_token(&granter, pipeline, &token_name, &token_days).await?;
        Ok(shown_once(&page, "once", SlotKind::Token, token.as_bytes()).await)
    };
    let typed = json!({ "token_name": token_name, "token_days": token_days });
    finish(done.await, Form::of::<CreateToken>(page, typed)).await
}

/// Refuses the token from the next request on.
#[server(prefix = "/rpc", endpoint = "tokens/revoke")]
pub async fn revoke_token(project: String, pipeline: Uuid, id: String) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.can::<of::PipelineWrite>()?;
        vault().revoke_token(&editor, pipeline, &id).await
    };
    finish_action(&paths::pipeline_identity(&project, pipeline), done.await).await
}

/// Deletes for good, with its tokens and grants; `typed_name` has to be its name, `list` is the query of
/// the list to go back to, `from` says where the dialog was opened, and `password` is the person's own.
#[server(prefix = "/rpc", endpoint = "pipelines/delete")]
pub async fn delete_pipeline(
    project: String,
    id: Uuid,
    #[server(default)] typed_name: String,
    #[server(default)] list: String,
    #[server(default)] from: String,
    #[server(default)] password: String,
) -> Result<()> {
    let query = list_query(&list);
    let done = async {
        let remover = member(&project).await?.can::<of::PipelineDelete>()?;
        let confirmed = confirmed(remover.person(), password).await?;
        let name = vault().delete_pipeline(&remover, confirmed, id, &typed_name).await?;
        let list = paths::pipelines(&project) + query;
        Ok(saved(&list, vec![format!("{name} was deleted.")]).await)
    };
    let dialog = paths::opened_from(&from, paths::delete_pipeline(&project, id) + query);
    finish(done.await, Form::of::<DeletePipeline>(dialog, json!({ "typed_name": typed_name })))
        .await
}
