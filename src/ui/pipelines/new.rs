//! The create dialog: the pipeline, its first token and its grants in one go.

use super::picked::Picked;
use crate::domain::choosing::Choices;
use crate::domain::pipeline::{Grantable, PipelineForm, TOKEN_DAYS_MAX};
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::choosing::list_grantable;
use crate::functions::pipelines::CreatePipeline;
use crate::ui::choosing::{EnterSends, Search};
use crate::ui::granting::YourPassword;
use crate::ui::kit::{Field, FormState, LoadedDialog, PageContext, PostForm, TextArea, WhereFrom};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// How long a token works unless somebody chooses: long enough to forget, so it has an end.
pub const TOKEN_DAYS: &str = "90";

#[component]
pub fn NewDialog() -> impl IntoView {
    let page = PageContext::here();
    let close_href = page.pipelines();
    let name = |_: &Found| String::new();
    view! {
        <LoadedDialog id="new-pipeline" verb="Add Pipeline" name close_href from=load(page.clone()) let:found>
            {new_form(found, page)}
        </LoadedDialog>
    }
}

type Found = (Choices<Grantable>, Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    page.needs_to_grant()?;
    let failed = page.failed_form().await;
    let state = FormState::new(failed.clone(), PipelineForm::default());
    let chosen = [state.chosen("credentials"), state.chosen("pushing")].concat();
    Ok((list_grantable(page.project.clone(), state.search(), chosen).await?, failed))
}

fn new_form((grantable, failed): Found, page: PageContext) -> impl IntoView {
    let start = PipelineForm { token_days: TOKEN_DAYS.to_owned(), ..PipelineForm::default() };
    let state = FormState::new(failed, start).within("form");
    let (project, cancel) = (page.project.clone(), page.pipelines());
    let search = Search::posted(&state, &grantable);
    view! {
        {state.summary()}
        <PostForm action=CreatePipeline::url() project submit="Create" cancel>
            <EnterSends search/>
            <WhereFrom list=page.pipelines_query() page/>
            <Field
                at=state.at("name")
                label="Name"
                hint="Unique in the project, for example the repository: acme/api."
                autofocus=state.is_first_try()
            />
            <TextArea
                at=state.at("description")
                label="Description"
                hint="What it is for. Can be left blank."
                rows=2
            />
            <Picked grantable state=state.clone()/>
            <Field
                at=state.at("token_days")
                label="Token expires after (days)"
                hint=format!("From 1 to {TOKEN_DAYS_MAX}. The token is shown once, on the next page. With a trust rule, which you can add there, the CI needs no token.")
                kind="number"
            />
            <YourPassword error=state.error("password")/>
        </PostForm>
    }
}
