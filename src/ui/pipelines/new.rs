//! The create dialog: the pipeline, its first token and its grants in one go.

use super::confirm::YourPassword;
use crate::domain::credential::Access;
use crate::domain::pipeline::{Grantable, PipelineForm, TOKEN_DAYS_MAX};
use crate::error::{Error, Result};
use crate::functions::answer::Returned;
use crate::functions::pipelines::list_grantable;
use crate::ui::components::{
    CheckBox, Dialog, ErrorSummary, Field, LinkButton, Select, SubmitButton, TextArea,
};
use crate::ui::credentials::place::{Place, returned};
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

/// How long a token works unless somebody chooses: long enough to forget, so it has an end.
pub const TOKEN_DAYS: &str = "90";

/// `/p/{project}/pipelines/new`
#[component]
pub fn NewDialog() -> impl IntoView {
    let place = Place::here();
    let loaded = OnceResource::new_blocking(load(place.clone()));
    let close_href = place.pipelines();
    view! {
        <Title text="Add Pipeline"/>
        <Suspense>
            {move || {
                let (place, close_href) = (place.clone(), close_href.clone());
                Suspend::new(async move {
                    let loaded = loaded.await;
                    view! {
                        <Dialog id="new-pipeline" title="Add Pipeline" close_href>
                            {match loaded {
                                Ok((grantable, came_back)) => {
                                    view! { <NewForm place grantable came_back/> }.into_any()
                                }
                                Err(error) => view! { <Problem error is_in_dialog=true/> }.into_any(),
                            }}
                        </Dialog>
                    }
                })
            }}
        </Suspense>
    }
}

async fn load(place: Place) -> Result<(Vec<Grantable>, Option<Returned>)> {
    if !place.may.write_pipelines {
        return Err(Error::Forbidden);
    }
    let grantable = list_grantable(place.project.clone()).await?;
    Ok((grantable, returned(place.query("back")).await))
}

#[component]
fn NewForm(place: Place, grantable: Vec<Grantable>, came_back: Option<Returned>) -> impl IntoView {
    let start = PipelineForm {
        token_days: TOKEN_DAYS.to_owned(),
        intent: Access::Pull.word().to_owned(),
        ..PipelineForm::default()
    };
    let form: PipelineForm = came_back.as_ref().map_or(start, Returned::form);
    let at = |name: &str| came_back.as_ref().and_then(|returned| returned.at(name));
    let (name_error, days_error) = (at("name"), at("token_days"));
    let (credentials_error, intent_error) = (at("credentials"), at("intent"));
    let (description_error, password_error) = (at("description"), at("password"));
    let is_first = came_back.is_none();
    let cancel = place.pipelines();
    view! {
        {came_back.map(|returned| view! { <ErrorSummary error=returned.error/> })}
        <form method="post" action="/rpc/pipelines/create" class="stack" novalidate>
            <input type="hidden" name="project" value=place.project/>
            <Field
                name="form[name]"
                label="Name"
                value=form.name
                error=name_error
                hint="Unique in the project, for example the repository: acme/api."
                autofocus=is_first
            />
            <TextArea
                name="form[description]"
                label="Description"
                value=form.description
                error=description_error
                hint="May be blank."
                rows=2
            />
            <Credentials grantable chosen=form.credentials error=credentials_error/>
            <Select
                name="form[intent]"
                label="Access for these credentials"
                options=access_options()
                selected=form.intent
                error=intent_error
            />
            <Field
                name="form[token_days]"
                label="Token works for (days)"
                value=form.token_days
                error=days_error
                hint=format!("From 1 to {TOKEN_DAYS_MAX}. The token is shown once, on the next page.")
                kind="number"
            />
            <YourPassword id="password" error=password_error/>
            <div class="toolbar">
                <LinkButton href=cancel label="Cancel"/>
                <SubmitButton label="Create"/>
            </div>
        </form>
    }
}

/// What a grant can be for.
pub fn access_options() -> Vec<(String, String)> {
    Access::ALL.iter().map(|access| (access.word().to_owned(), access.label().to_owned())).collect()
}

/// What a form calls a credential that can be granted.
pub fn grantable_label(credential: &Grantable) -> String {
    let limit = match (credential.is_protected, credential.access) {
        (_, Access::Pull) => ", pull only",
        (true, Access::PullAndPush) => ", protected: waits for an approval",
        (false, Access::PullAndPush) => "",
    };
    format!("{} ({}{limit})", credential.name, credential.host)
}

#[component]
fn Credentials(
    grantable: Vec<Grantable>,
    chosen: Vec<String>,
    error: Option<String>,
) -> impl IntoView {
    let is_empty = grantable.is_empty();
    let described_by = error.is_some().then_some("credentials-error");
    view! {
        <fieldset class="field" aria-describedby=described_by>
            <legend>"Credentials it may use"</legend>
            {grantable
                .into_iter()
                .map(|credential| {
                    let value = credential.id.to_string();
                    let is_checked = chosen.contains(&value);
                    let id = format!("credential-{value}");
                    let label = grantable_label(&credential);
                    view! { <CheckBox name="form[credentials][]" id label value is_checked/> }
                })
                .collect_view()}
            {is_empty
                .then(|| {
                    view! { <p class="muted">"The project has no registry credential yet. You can grant some later."</p> }
                })}
            {error.map(|error| view! { <p id="credentials-error" class="field-error">{error}</p> })}
        </fieldset>
    }
}
