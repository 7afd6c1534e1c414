//! Access reviews, as the browser asks for them.

use super::audit::{AuditFile, file_for, text, who_asks};
use super::context::{member, member_of, vault};
use super::reply::{Form, finish, finish_action, saved};
use crate::domain::audit::ExportFormat;
use crate::domain::paths;
use crate::domain::permission::of;
use crate::domain::review::{
    DecisionForm, ReviewForm, ReviewPage, ReviewQuery, ReviewReport, Reviews,
};
use crate::error::{Error, Result};
use crate::vault::Vault;
use axum::http::Extensions;
use leptos::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

pub async fn list_reviews(project: String) -> Result<Reviews> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().reviews(&reader).await
}

/// A page of the items of one.
pub async fn review_page(project: String, id: Uuid, query: ReviewQuery) -> Result<ReviewPage> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().review_page(&reader, id, query).await
}

/// All of it, to be printed.
pub async fn review_report(project: String, id: Uuid) -> Result<ReviewReport> {
    let reader = member(&project).await?.can::<of::AuditRead>()?;
    vault().review_report(&reader, id).await
}

/// The same as a file for spreadsheets: the fields of its form have the `project` and the `id`.
///
/// # Errors
/// What is said to who may not, and as for the report.
pub async fn export_review(
    vault: &Vault,
    request: &Extensions,
    fields: &HashMap<String, String>,
) -> Result<AuditFile> {
    file_for(vault, request, async {
        let (session, _) = who_asks(vault, request).await?;
        let project = text(fields, "project");
        let reader = member_of(vault, session, project).await?.can::<of::AuditRead>()?;
        let id = Uuid::parse_str(text(fields, "id")).map_err(|_| Error::NotFound)?;
        let name = format!("regcred-review-{}-{id}.csv", reader.project().slug);
        let report = vault.export_review(&reader, id).await?;
        Ok(AuditFile::of(name, ExportFormat::Csv.content_type(), report))
    })
    .await
}

/// Opens a review of everything that lets somebody in.
#[server(prefix = "/rpc", endpoint = "reviews/create")]
pub async fn create_review(project: String, #[server(default)] form: ReviewForm) -> Result<()> {
    let done = async {
        let opener = member(&project).await?.can::<of::AuditWrite>()?;
        let (id, sentence) = vault().open_review(&opener, &form).await?;
        Ok(saved(&paths::review(&project, id), vec![sentence]).await)
    };
    let done = done.await;
    finish(done, Form::of::<CreateReview>(paths::reviews(&project), form)).await
}

/// Decides items of the review `id`. `list` says which items the page shows.
#[server(prefix = "/rpc", endpoint = "reviews/decide")]
pub async fn decide_items(
    project: String,
    id: Uuid,
    #[server(default)] form: DecisionForm,
    #[server(default)] list: ListedItems,
) -> Result<()> {
    let page = paths::review(&project, id) + &list.to_url();
    let done = async {
        let editor = member(&project).await?.can::<of::PipelineWrite>()?;
        let (choice, ids) = form.read()?;
        let sentence = vault().decide_items(&editor, id, &ids, &choice).await?;
        Ok(saved(&page, vec![sentence]).await)
    };
    let done = done.await;
    finish(done, Form::of::<DecideItems>(page, form)).await
}

/// Closes a review, or signs the checkpoint of one that is closed and has none.
#[server(prefix = "/rpc", endpoint = "reviews/close")]
pub async fn close_review(project: String, id: Uuid) -> Result<()> {
    let done = async {
        let closer = member(&project).await?.can::<of::AuditWrite>()?;
        vault().close_review(&closer, id).await
    };
    finish_action(&paths::review(&project, id), done.await).await
}

/// Which items a page shows, as its form sends it along.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ListedItems {
    show: String,
    kind: String,
    after: String,
}

impl ListedItems {
    /// The query of the page; empty for what no page has.
    fn to_url(&self) -> String {
        let query = ReviewQuery::read(|key| match key {
            "show" => Some(self.show.clone()),
            "kind" => Some(self.kind.clone()),
            "after" => Some(self.after.clone()),
            _ => None,
        });
        query.map(ReviewQuery::to_url).unwrap_or_default()
    }
}
