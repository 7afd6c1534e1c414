//! The dialog that grants a credential to a pipeline, on terms.

use crate::domain::choosing::Choices;
use crate::domain::credential::Access;
use crate::domain::paths;
use crate::domain::pipeline::GrantForm;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::credential_pages::{CredentialHead, choices};
use crate::functions::pipelines::CreateGrant;
use crate::ui::choosing::{ChoicesSearch, EnterSends, LostChoices, Search, one_of};
use crate::ui::granting::YourPassword;
use crate::ui::kit::{
    Control, FormState, Hidden, LinkButton, LoadedDialog, PageContext, PostForm, Select, options,
};
use crate::ui::pipelines::Conditions;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

type Found = ((CredentialHead, Choices<(Uuid, String)>), Option<FailedForm>);

/// `/p/{project}/credentials/{id}/grant`; `pipeline` in its query is the one that was chosen.
#[component]
pub fn GrantDialog() -> impl IntoView {
    let page = PageContext::here();
    let name = |((head, _), _): &Found| head.credential.summary.name.clone();
    let close_href =
        page.id().map_or_else(|_| page.list(), |id| paths::credential(&page.project, id));
    view! {
        <LoadedDialog
            id="grant-credential-dialog"
            verb="Grant"
            name
            close_href
            from=load(page.clone())
            let:loaded
        >
            <Whole loaded page/>
        </LoadedDialog>
    }
}

async fn load(page: PageContext) -> Result<Found> {
    page.needs_to_grant()?;
    let failed = page.failed_form().await;
    let search = FormState::of::<CreateGrant>(failed.clone(), ()).search();
    let chosen = page.query("pipeline").and_then(|id| Uuid::parse_str(&id).ok());
    Ok((choices(page.project.clone(), page.id()?, search, chosen).await?, failed))
}

#[component]
fn Whole(loaded: Found, page: PageContext) -> impl IntoView {
    let ((head, pipelines), failed) = loaded;
    let summary = head.credential.summary;
    let start = GrantForm { intent: summary.access.word().to_owned(), ..GrantForm::default() };
    let state = FormState::of::<CreateGrant>(failed, start).within("form");
    let search = Search::posted(&state, &pipelines);
    let lost = pipelines.lost;
    let lost = view! { <LostChoices lost what="pipeline" gone="deleted"/> };
    if pipelines.rows.is_empty() && !search.is_needed() {
        return view! { {lost} <NoPipelines page/> }.into_any();
    }
    let pipeline = Control {
        name: "pipeline".to_owned(),
        text: page.query("pipeline").unwrap_or_default(),
        // What is wrong with the credential is wrong with the two together.
        error: state.error("pipeline").or_else(|| state.error("credentials")),
        ..Control::default()
    };
    let listed = pipelines.rows.into_iter().map(|(id, name)| (id.to_string(), name));
    let pipelines = one_of(listed, &pipeline.text, "Choose a pipeline");
    let (is_found, said) = (search.is_found(), search.said_at());
    let intents: Vec<Access> =
        Access::ALL.iter().copied().filter(|intent| summary.access.satisfies(*intent)).collect();
    let cancel = paths::credential(&page.project, summary.id);
    let note = head.credential.is_protected.then_some(
        "This credential is protected. Another member must approve the grant before the pipeline receives it.",
    );
    view! {
        {state.summary()}
        <PostForm action=CreateGrant::url() project=page.project submit="Grant" cancel>
            <EnterSends search=search.clone()/>
            <Hidden name="on_credential" value=summary.id.to_string()/>
            <Hidden name="form[credentials][]" value=summary.id.to_string()/>
            {note.map(|note| view! { <p>{note}</p> })}
            {lost}
            <ChoicesSearch search label="Search pipelines" what="pipeline"/>
            <div class="field-row">
                <Select
                    at=pipeline
                    id="grant-pipeline"
                    label="Pipeline"
                    options=pipelines
                    autofocus=is_found
                    described_by_also=said
                />
                <Select
                    at=state.at("intent")
                    id="grant-intent"
                    label="Access"
                    options=options(&intents, Access::word, Access::label)
                />
            </div>
            <Conditions state=state.clone()/>
            <YourPassword id="grant-password" error=state.error("password")/>
        </PostForm>
    }
    .into_any()
}

/// Who has no pipeline makes one, and grants it there.
#[component]
fn NoPipelines(page: PageContext) -> impl IntoView {
    let href = paths::new_pipeline(&page.project);
    view! {
        <div class="stack">
            <p>
                "This project has no pipeline yet. Add one, and choose this credential in its form."
            </p>
            <p>
                <LinkButton href label="Add Pipeline" is_primary=true/>
            </p>
        </div>
    }
}
