//! The dialog that edits what a pipeline is called.

use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::{PipelineEdit, PipelineHead};
use crate::error::{Error, Result};
use crate::functions::answer::FailedForm;
use crate::functions::pipelines::{UpdatePipeline, pipeline_head};
use crate::ui::kit::{
    Field, FormState, Hidden, LoadedDialog, PageContext, PostForm, TextArea, WhereFrom,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn EditDialog() -> impl IntoView {
    let page = PageContext::here();
    let close_href = behind(&page);
    let name = |(head, _): &Found| head.summary.name.clone();
    view! {
        <LoadedDialog id="edit-pipeline" verb="Edit" name close_href from=load(page.clone()) let:found>
            {edit_form(found, page)}
        </LoadedDialog>
    }
}

/// Where a dialog of a pipeline leads back to: the page that it was opened on.
pub fn behind(page: &PageContext) -> String {
    match page.id() {
        Ok(id) if page.is_from_page() => paths::pipeline(&page.project, id),
        _ => page.pipelines(),
    }
}

type Found = (PipelineHead, Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::PipelineWrite)?;
    let found = pipeline_head(page.project.clone(), page.id()?).await?;
    Ok((found, page.failed_form().await))
}

fn edit_form((head, failed): Found, page: PageContext) -> impl IntoView {
    let summary = head.summary;
    let start = PipelineEdit { name: summary.name, description: summary.description };
    let state = FormState::new(failed, start).within("form");
    // A person who was shown what changed meanwhile saves against that; nobody else saw it.
    let revision = match state.failed() {
        Some(FailedForm { error: Error::Stale { revision, .. }, .. }) => Some(*revision),
        Some(failed) => failed.revision,
        None => None,
    };
    let revision = revision.unwrap_or(summary.revision);
    let (project, cancel) = (page.project.clone(), behind(&page));
    view! {
        {state.summary()}
        <PostForm
            action=UpdatePipeline::url()
            project
            id=summary.id
            submit="Save Changes"
            cancel
        >
            <WhereFrom list=page.pipelines_query() page/>
            <Hidden name="revision" value=revision.to_string()/>
            <Field
                at=state.at("name")
                label="Name"
                hint="Unique in the project. Receipts keep the name that it had."
                autofocus=state.starts_at_first()
            />
            <TextArea
                at=state.at("description")
                label="Description"
                hint="What it is for. Can be left blank."
                rows=2
            />
        </PostForm>
    }
}
