//! The create dialog.

use super::form::{AccessFields, NameFields};
use super::presets::{self, Presets};
use super::sign_in::SignInFields;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::credentials::CreateCredential;
use crate::islands::HostPreview;
use crate::ui::kit::{Field, FormState, Hidden, LoadedDialog, PageContext, PostForm};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn NewDialog() -> impl IntoView {
    let page = PageContext::here();
    let name = |_: &Option<FailedForm>| String::new();
    view! {
        <LoadedDialog
            id="new-credential"
            verb="Add Registry"
            name
            close_href=page.list()
            is_wide=true
            from=load(page.clone())
            let:failed
        >
            <NewForm failed page/>
        </LoadedDialog>
    }
}

async fn load(page: PageContext) -> Result<Option<FailedForm>> {
    page.needs(Permission::RegistryWrite)?;
    Ok(page.failed_form().await)
}

#[component]
fn NewForm(failed: Option<FailedForm>, page: PageContext) -> impl IntoView {
    let preset = presets::chosen(&page);
    // An edit of what is gone comes here, too, so any form of a credential is taken.
    let form = FormState::new(failed, presets::start(preset.as_ref()));
    let registry_url = form.at("registry_url");
    let start = presets::first_panel(&form, preset.as_ref());
    let placeholder = preset.map_or("registry.example.com", |preset| preset.registry_url);
    let (cancel, list) = (page.list(), page.list_query());
    let project = page.project.clone();
    view! {
        <Presets page/>
        {form.summary()}
        <PostForm
            action=CreateCredential::url()
            project
            is_multipart=true
            class="credential-form stack"
            submit="Create"
            cancel
        >
            <Hidden name="list" value=list/>
            <NameFields form=form.clone()/>
            <HostPreview start>
                <Field
                    at=registry_url
                    label="Registry URL"
                    hint="The registry's host, or any address on it. It cannot be changed later."
                    placeholder=placeholder
                />
            </HostPreview>
            <AccessFields form=form.clone() is_new=true/>
            <SignInFields form is_new=true/>
        </PostForm>
    }
}
