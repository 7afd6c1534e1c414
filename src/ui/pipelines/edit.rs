//! The dialog that edits what a pipeline is called.

use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::{PipelineEdit, PipelineHead};
use crate::error::{Error, Result};
use crate::functions::answer::FailedForm;
use crate::functions::pipelines::{UpdatePipeline, pipeline_head};
use crate::ui::kit::{Field, FormState, Hidden, LoadedDialog, PageContext, PostForm, TextArea};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn EditDialog() -> impl IntoView {
    let page = PageContext::here();
    let list = || paths::pipelines(&page.project);
    let close_href = page.id().map_or_else(|_| list(), |id| paths::pipeline(&page.project, id));
    let name = |(head, _): &Found| head.summary.name.clone();
    view! {
        <LoadedDialog id="edit-pipeline" verb="Edit" name close_href from=load(page.clone()) let:found>
            {edit_form(found, page)}
        </LoadedDialog>
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
    let cancel = paths::pipeline(&page.project, summary.id);
    view! {
        {state.summary()}
        <PostForm
            action=UpdatePipeline::url()
            project=page.project
            id=summary.id
            submit="Save Changes"
            cancel
        >
            <Hidden name="revision" value=revision.to_string()/>
            <Field
                at=state.at("name")
                label="Name"
                hint="Unique in the project. Receipts keep the name that it had."
                autofocus=state.is_first_try()
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
