//! The delete dialog of a pipeline.

use super::edit::behind;
use crate::domain::matching::named;
use crate::domain::permission::Permission;
use crate::domain::pipeline::PipelinePage;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::pipelines::{DeletePipeline, find_pipeline};
use crate::ui::granting::{TO_DESTROY, YourPassword};
use crate::ui::kit::{
    Alert, Field, FormState, LoadedDialog, PageContext, PostForm, Time, WhereFrom,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::collections::BTreeSet;

#[component]
pub fn DeleteDialog() -> impl IntoView {
    let page = PageContext::here();
    let close_href = behind(&page);
    let name = |(found, _): &Found| found.pipeline.summary.name.clone();
    // What is wrong with a field is read before what it is about.
    let is_read_first = page.query("back").is_none();
    view! {
        <LoadedDialog
            id="delete-pipeline"
            verb="Delete"
            name
            close_href
            is_read_first
            from=load(page.clone())
            let:found
        >
            {delete_form(found, page)}
        </LoadedDialog>
    }
}

type Found = (PipelinePage, Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::PipelineDelete)?;
    let found = find_pipeline(page.project.clone(), page.id()?).await?;
    Ok((found, page.failed_form().await))
}

fn delete_form((found, failed): Found, page: PageContext) -> impl IntoView {
    let summary = found.pipeline.summary;
    // Two grants may be of one credential.
    let granted: BTreeSet<String> =
        found.pipeline.grants.into_iter().map(|grant| grant.credential).collect();
    let granted: Vec<&str> = granted.iter().map(String::as_str).collect();
    let grants =
        (!granted.is_empty()).then(|| format!("The pipeline has grants for: {}.", named(&granted)));
    let state = FormState::new(failed, ());
    let typed = state.at("typed_name");
    let password = state.error("password");
    let last = match summary.last_delivery {
        Some(at) => view! { "The pipeline last received a credential " <Time at/> "." }.into_any(),
        None => {
            let at = summary.created_at;
            view! { "The pipeline has received nothing since it was created " <Time at/> "." }
                .into_any()
        }
    };
    let (project, cancel) = (page.project.clone(), behind(&page));
    view! {
        <Alert kind="warning">
            <p>"This action cannot be undone. The pipeline's tokens and trust rules stop working immediately."</p>
        </Alert>
        <p>{last}</p>
        {grants.map(|sentence| view! { <p>{sentence}</p> })}
        {state.summary()}
        <PostForm
            action=DeletePipeline::url()
            project
            id=summary.id
            submit="Delete"
            is_danger=true
            cancel
        >
            <WhereFrom list=page.pipelines_query() page/>
            <Field at=typed label=format!("Type {} to confirm", summary.name)/>
            <YourPassword error=password hint=TO_DESTROY/>
        </PostForm>
    }
}
