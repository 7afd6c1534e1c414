//! The create dialog.

use super::form::{AccessFields, Form, NameFields};
use super::presets::{self, Presets};
use super::sign_in::SignInFields;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::credentials::CreateCredential;
use crate::islands::HostPreview;
use crate::ui::kit::{
    Field, FormState, Hidden, LinkButton, LoadedDialog, PageContext, PostForm, SubmitButton,
};
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
    let form: Form = FormState::new(failed, presets::start(preset.as_ref()));
    let registry_url = form.value.registry_url.clone();
    let start = presets::first_panel(&form.value, preset.as_ref());
    let placeholder = preset.map_or("registry.example.com", |preset| preset.registry_url);
    let url_error = form.error("registry_url");
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
        >
            <Hidden name="list" value=list/>
            <NameFields form=form.clone()/>
            <HostPreview start>
                <Field
                    name="registry_url"
                    label="Registry URL"
                    value=registry_url
                    error=url_error
                    hint="The registry's host, or any address on it. It cannot be changed later."
                    placeholder=placeholder
                />
            </HostPreview>
            <AccessFields form=form.clone() is_new=true/>
            <SignInFields form is_new=true/>
            <div class="toolbar">
                <LinkButton href=cancel label="Cancel"/>
                <SubmitButton label="Create"/>
            </div>
        </PostForm>
    }
}
