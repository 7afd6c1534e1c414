//! The create dialog.

use super::form::{NameFields, Submits, Summary, form_class};
use super::more::MoreFields;
use super::presets::{self, Presets};
use super::sign_in::{MethodField, SignInFields};
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::credentials::{CreateCredential, free_name};
use crate::islands::HostPreview;
use crate::ui::kit::{Field, FormState, Hidden, LoadedDialog, PageContext, PostForm};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// What was typed, if it was refused; else the name to offer.
type Found = (Option<FailedForm>, String);

#[component]
pub fn NewDialog() -> impl IntoView {
    let page = PageContext::here();
    let name = |_: &Found| String::new();
    view! {
        <LoadedDialog
            id="new-credential"
            verb="Add Registry"
            name
            close_href=page.list()
            is_wide=true
            from=load(page.clone())
            let:loaded
        >
            <NewForm loaded page/>
        </LoadedDialog>
    }
}

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::RegistryWrite)?;
    if let Some(failed) = page.failed_form().await {
        return Ok((Some(failed), String::new()));
    }
    let name = presets::name(presets::chosen(&page));
    let name = if name.is_empty() { name } else { free_name(page.project.clone(), name).await? };
    Ok((None, name))
}

#[component]
fn NewForm(loaded: Found, page: PageContext) -> impl IntoView {
    let (failed, name) = loaded;
    let preset = presets::chosen(&page);
    // An edit of what is gone comes here, too, so any form of a credential is taken.
    let form = FormState::new(failed, presets::start(preset, name.clone()));
    let registry_url = form.at("registry_url");
    let start = presets::first_panel(&form, preset);
    let about = start.clone();
    let placeholder = preset.map_or("registry.example.com", |preset| preset.registry_url);
    let (cancel, list) = (page.list(), page.list_query());
    let slug = preset.map_or("", |preset| preset.kind.word());
    let offered = name.clone();
    let project = page.project.clone();
    // What is known already is not what is entered first.
    let is_known = !registry_url.text.is_empty();
    let method = form.clone();
    let (is_first_try, class) = (form.is_first_try(), form_class(&form));
    let is_again = form.failed().is_some_and(|failed| failed.had_secret);
    view! {
        <Presets page/>
        <Summary form=form.clone()/>
        <PostForm
            action=CreateCredential::url()
            project
            is_multipart=true
            class=class
        >
            <Hidden name="list" value=list/>
            <input type="hidden" id="offered_name" name="offered_name" value=offered autocomplete="off"/>
            // A tile that is pressed later writes its own.
            <input type="hidden" id="preset" name="preset" value=slug/>
            <HostPreview start name is_again>
                <div class="field-row host-row">
                    <Field
                        at=registry_url
                        label="Registry URL"
                        hint="The host of the registry, or any address on it. The host cannot be changed later."
                        placeholder=placeholder
                        autofocus=is_first_try && !is_known
                    />
                    <MethodField form=method/>
                </div>
            </HostPreview>
            <SignInFields form=form.clone() is_new=true about has_focus=is_known/>
            <NameFields form=form.clone()/>
            <MoreFields form=form.clone() is_new=true/>
            <Submits cancel label="Create" form/>
        </PostForm>
    }
}
