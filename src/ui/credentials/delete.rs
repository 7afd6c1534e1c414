//! The delete dialog: what depends on the credential, and what can be done instead.

use super::edit::behind;
use super::repointing::{CONFIRMATION, Repointing};
use super::row::EnableToggle;
use super::used_by::WhoUses;
use crate::domain::credential::Dependent;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::answer::{FailedForm, Flash};
use crate::functions::credential_endings::MoveAndDelete;
use crate::functions::credential_pages::{CredentialHead, Deletion, deletion};
use crate::functions::credentials::DeleteCredential;
use crate::functions::pipelines::RepointGrants;
use crate::ui::granting::{TO_DESTROY, YourPassword};
use crate::ui::kit::{
    Alert, Control, Field, FlashAlert, FormState, LoadedDialog, PageContext, PostForm, WhereFrom,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

type Found = ((CredentialHead, Deletion), Option<FailedForm>, Flash);

#[component]
pub fn DeleteDialog() -> impl IntoView {
    let page = PageContext::here();
    let name = |((head, _), ..): &Found| head.credential.summary.name.clone();
    // It is read from its top, unless a field of it was wrong.
    let is_read_first = page.query("back").is_none();
    view! {
        <LoadedDialog
            id="delete-credential"
            verb="Delete"
            name
            close_href=behind(&page)
            is_read_first
            from=load(page.clone())
            let:loaded
        >
            <Whole loaded page/>
        </LoadedDialog>
    }
}

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::RegistryDelete)?;
    let failed = page.failed_form().await;
    let moving = moving_form(failed.clone());
    let chosen = Uuid::parse_str(&moving.at("target").text).ok();
    let found = deletion(page.project.clone(), page.id()?, moving.search(), chosen).await?;
    Ok((found, failed, page.flash().await))
}

/// The form that moves, which two buttons send.
fn moving_form(failed: Option<FailedForm>) -> FormState {
    match failed {
        Some(failed) if failed.is_of(MoveAndDelete::PATH) => FormState::new(Some(failed), ()),
        other => FormState::of::<RepointGrants>(other, ()),
    }
}

#[component]
fn Whole(loaded: Found, page: PageContext) -> impl IntoView {
    let ((head, found), failed, flash) = loaded;
    let moving = moving_form(failed.clone());
    let deleting = FormState::of::<DeleteCredential>(failed, ());
    let summary = head.credential.summary.clone();
    // What was typed here stays while something is searched for or refused above.
    let text = [deleting.at(CONFIRMATION).text, moving.at("search.beside").text].concat();
    let typed =
        (!found.users.dependents.is_empty()).then(|| Control { text, ..deleting.at(CONFIRMATION) });
    let password = deleting.error("password");
    let (project, cancel, from) = (page.project.clone(), behind(&page), page.clone());
    view! {
        <FlashAlert flash/>
        <Warning head found page form=moving/>
        {deleting.summary()}
        <PostForm
            action=DeleteCredential::url()
            project
            id=summary.id
            submit="Delete"
            is_danger=true
            cancel
        >
            <WhereFrom list=from.list_query() page=from/>
            {typed.map(|at| view! { <Field at label=format!("Type {} to confirm", summary.name)/> })}
            <YourPassword id="delete-password" error=password hint=TO_DESTROY/>
        </PostForm>
    }
}

/// The consequence, who would feel it, and what else can be done: another credential for them, or
/// Disable, which can be undone. `form` is the state of the first.
#[component]
fn Warning(
    head: CredentialHead,
    found: Deletion,
    page: PageContext,
    form: FormState,
) -> impl IntoView {
    let Deletion { users, replacements } = found;
    let has_grants = users.dependents.iter().any(|dependent| dependent.grant.is_some());
    let can_move = has_grants && page.may_grant();
    let credential = head.credential;
    let summary = credential.summary;
    let moving = can_move.then(|| (summary.clone(), replacements));
    let consequence = consequence(&users.dependents, summary.host.as_str());
    let can_disable = page.may(Permission::RegistryWrite) && summary.disabled_at.is_none();
    let (current, created_at) = (credential.secret.version, credential.created_at);
    view! {
        <Alert kind="warning">
            <p>{consequence}</p>
        </Alert>
        <WhoUses users current created_at page=page.clone()/>
        {form.summary()}
        {moving
            .map(|(from, replacements)| {
                view! { <Repointing from replacements page=page.clone() form/> }
            })}
        {can_disable
            .then(|| {
                let (project, back) = (page.project.clone(), behind(&page));
                view! {
                    <p>"To stop deliveries and keep the secret, disable the credential instead. You can enable it again at any time."</p>
                    <EnableToggle
                        credential=summary
                        project
                        back
                        button_class="button"
                        is_sure=true
                    />
                }
            })}
    }
}

/// What deleting does, and to how many: only those with a grant would receive it again.
fn consequence(dependents: &[Dependent], host: &str) -> String {
    let granted = dependents.iter().filter(|one| one.grant.is_some()).count();
    let breaks = match granted {
        0 => return "This action cannot be undone.".to_owned(),
        1 => "1 pipeline has a grant for it and".to_owned(),
        n => format!("{n} pipelines have a grant for it and"),
    };
    format!("This action cannot be undone. {breaks} will fail to sign in to {host}.")
}
