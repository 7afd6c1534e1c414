//! The edit dialog. The host is fixed, and a blank secret keeps the stored one.

use super::form::{AccessFields, NameFields, stored_form};
use super::sign_in::SignInFields;
use super::stored::Stored;
use crate::domain::credential::Credential;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::error::{Error, Result};
use crate::functions::answer::FailedForm;
use crate::functions::credentials::{UpdateCredential, find_credential};
use crate::ui::kit::{
    CheckBox, Control, Field, FormState, Hidden, LinkButton, LoadedDialog, Offer, PageContext,
    PostForm,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

type Found = (Credential, Option<FailedForm>);

#[component]
pub fn EditDialog() -> impl IntoView {
    let page = PageContext::here();
    let name = |(credential, _): &Found| credential.summary.name.clone();
    let offer = offer(page.clone());
    view! {
        <LoadedDialog
            id="edit-credential"
            verb="Edit"
            name
            close_href=page.list()
            is_wide=true
            from=load(page.clone())
            offer
            let:loaded
        >
            <EditForm loaded page/>
        </LoadedDialog>
    }
}

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::RegistryWrite)?;
    let found = find_credential(page.project.clone(), page.id()?).await?;
    Ok((found.credential, page.failed_form().await))
}

/// What was typed for a credential that is gone can be made a new one: it waits still, since nothing
/// took it.
fn offer(page: PageContext) -> Offer {
    Box::new(move |error: &Error| {
        let left = page
            .query("back")
            .filter(|_| *error == Error::NotFound && page.may(Permission::RegistryWrite));
        left.map(|left| {
            let new = paths::new_credential(&page.project) + &page.list_query();
            let href = paths::with_query(&new, "back", &left);
            view! {
                <p>"What you typed is kept for one hour."</p>
                <LinkButton href label="Add it as a new credential"/>
            }
        })
        .into_any()
    })
}

#[component]
fn EditForm(loaded: Found, page: PageContext) -> impl IntoView {
    let (credential, failed) = loaded;
    let form = FormState::new(failed, stored_form(&credential));
    // A person who was shown what changed meanwhile saves against that; nobody else saw it.
    let revision = match form.failed() {
        Some(FailedForm { error: Error::Stale { revision, .. }, .. }) => Some(*revision),
        Some(failed) => failed.revision,
        None => None,
    };
    let revision = revision.unwrap_or(credential.revision);
    let host = credential.summary.host.as_str().to_owned();
    let host = Control { text: host, ..form.at("registry_url") };
    let is_insecure = credential.summary.is_insecure;
    let (cancel, list) = (page.list(), page.list_query());
    view! {
        {form.summary()}
        <PostForm
            action=UpdateCredential::url()
            project=page.project
            id=credential.summary.id
            is_multipart=true
            class="credential-form stack"
            submit="Save Changes"
            cancel
        >
            <Hidden name="revision" value=revision.to_string()/>
            <Hidden name="list" value=list/>
            // The mark is part of the origin, so it goes back as it is.
            {is_insecure.then(|| view! { <Hidden name="is_insecure" value="true"/> })}
            <NameFields form=form.clone()/>
            <Field
                at=host
                label="Registry URL"
                hint="The secret is bound to this host. To use another one, add a new credential."
                is_readonly=true
            />
            <AccessFields form=form.clone() is_new=false/>
            <section class="card stack" aria-labelledby="stored-title">
                <h3 id="stored-title">"Stored secret"</h3>
                <Stored credential/>
            </section>
            <CheckBox
                at=form.at("is_staged")
                label="Stage the new secret"
                hint="Stored but not delivered until you make it current on the credential's page."
            />
            <SignInFields form is_new=false/>
        </PostForm>
    }
}
