//! The delete dialog: what depends on the credential, and what can be done instead.

use super::repointing::Repointing;
use super::row::EnableToggle;
use super::used_by::{Dependents, never_received};
use crate::domain::permission::Permission;
use crate::error::{Error, Result};
use crate::functions::answer::{FailedForm, Flash};
use crate::functions::credentials::{CredentialPage, DeleteCredential, find_credential};
use crate::functions::pipelines::RepointGrants;
use crate::ui::granting::{TO_DESTROY, YourPassword};
use crate::ui::kit::{
    Alert, Field, FlashAlert, FormState, Hidden, LoadedDialog, PageContext, PostForm,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

type Found = (CredentialPage, Option<FailedForm>, Flash);

#[component]
pub fn DeleteDialog() -> impl IntoView {
    let page = PageContext::here();
    let name = |(found, ..): &Found| found.credential.summary.name.clone();
    view! {
        <LoadedDialog
            id="delete-credential"
            verb="Delete"
            name
            close_href=page.list()
            from=load(page.clone())
            let:loaded
        >
            <Whole loaded page/>
        </LoadedDialog>
    }
}

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::RegistryDelete)?;
    let found = find_credential(page.project.clone(), page.id()?).await?;
    Ok((found, page.failed_form().await, page.flash().await))
}

#[component]
fn Whole(loaded: Found, page: PageContext) -> impl IntoView {
    let (found, failed, flash) = loaded;
    // A field that is wrong asks for the focus; else it is where Enter loses nothing.
    let has_wrong_field =
        failed.as_ref().is_some_and(|failed| matches!(failed.error, Error::Invalid(_)));
    let moving = FormState::of::<RepointGrants>(failed.clone(), ());
    let deleting = FormState::of::<DeleteCredential>(failed, ());
    let summary = found.credential.summary.clone();
    let typed = (!found.dependents.is_empty()).then(|| deleting.at("typed_name"));
    let password = deleting.error("password");
    let (project, cancel, list) = (page.project.clone(), page.list(), page.list_query());
    view! {
        <FlashAlert flash/>
        <Warning found page form=moving/>
        {deleting.summary()}
        <PostForm
            action=DeleteCredential::url()
            project
            id=summary.id
            submit="Delete"
            is_danger=true
            cancel
            cancel_has_focus=!has_wrong_field
        >
            <Hidden name="list" value=list/>
            {typed.map(|at| view! { <Field at label=format!("Type {} to confirm", summary.name)/> })}
            <YourPassword id="delete-password" error=password hint=TO_DESTROY/>
        </PostForm>
    }
}

/// The consequence, who would feel it, and what else can be done: another credential for them, or
/// Disable, which can be undone. `form` is the state of the first.
#[component]
fn Warning(found: CredentialPage, page: PageContext, form: FormState) -> impl IntoView {
    let has_grants = found.dependents.iter().any(|dependent| dependent.grant.is_some());
    let can_move = has_grants && page.may_grant();
    let moving = can_move.then(|| found.clone());
    let CredentialPage { credential, dependents, existing, .. } = found;
    let summary = credential.summary;
    let consequence = format!(
        "This action cannot be undone. Pipelines that use it will fail to sign in to {}.",
        summary.host.as_str()
    );
    let can_disable = page.may(Permission::RegistryWrite) && summary.disabled_at.is_none();
    let current = credential.secret.version;
    view! {
        <Alert kind="warning">
            <p>{consequence}</p>
        </Alert>
        {if dependents.is_empty() {
            view! { <p>{never_received(credential.created_at)}</p> }.into_any()
        } else {
            view! {
                <h3>"Pipelines that depend on it"</h3>
                <Dependents dependents existing current page=page.clone()/>
            }
                .into_any()
        }}
        {form.summary()}
        {moving.map(|found| view! { <Repointing found page=page.clone() form/> })}
        {can_disable
            .then(|| {
                let (project, back) = (page.project.clone(), page.list());
                view! {
                    <p>"To stop deliveries and keep the secret, disable the credential instead. You can enable it again at any time."</p>
                    <EnableToggle credential=summary project back button_class="button"/>
                }
            })}
    }
}
