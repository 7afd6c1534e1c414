//! The edit dialog. It opens on the name; the host is fixed, and a blank secret keeps the stored one.

use super::form::{NameFields, StageBox, Submits, Summary, form_class, is_question, revision};
use super::more::MoreFields;
use super::sign_in::{MethodField, SignInFields};
use super::stored::{SecretDoubt, Stored};
use super::used_by::WhoUsesFold;
use crate::domain::credential::Credential;
use crate::domain::credential_form::CredentialForm;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::error::{Error, Result};
use crate::functions::answer::FailedForm;
use crate::functions::credential_pages::{Users, users};
use crate::functions::credentials::UpdateCredential;
use crate::functions::registry::recognised;
use crate::islands::CopyButton;
use crate::ui::kit::{
    Control, Field, FormState, Hidden, LinkButton, LoadedDialog, Offer, PageContext, PostForm,
    WhereFrom,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

type Found = (Credential, Users, Option<FailedForm>);

#[component]
pub fn EditDialog() -> impl IntoView {
    let page = PageContext::here();
    let name = |(credential, ..): &Found| credential.summary.name.clone();
    let offer = offer(page.clone());
    view! {
        <LoadedDialog
            id="edit-credential"
            verb="Edit"
            name
            close_href=behind(&page)
            is_wide=true
            from=load(page.clone())
            offer
            let:loaded
        >
            <EditForm loaded page/>
        </LoadedDialog>
    }
}

/// Where a dialog of a credential leads back to: the page that it was opened on.
pub fn behind(page: &PageContext) -> String {
    match page.id() {
        Ok(id) if page.is_from_page() => paths::credential(&page.project, id),
        _ => page.list(),
    }
}

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::RegistryWrite)?;
    let (head, users) = users(page.project.clone(), page.id()?).await?;
    Ok((head.credential, users, page.failed_form().await))
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
    let (credential, users, failed) = loaded;
    let form = FormState::new(failed, CredentialForm::from(&credential));
    let revision = revision(&form, &credential);
    let summary = credential.summary.clone();
    let host = summary.host.as_str().to_owned();
    let about = recognised(&host, summary.is_insecure);
    let host = Control { text: host, ..form.at("registry_url") };
    let (cancel, project, class) = (behind(&page), page.project.clone(), form_class(&form));
    let replace = replace_href(&page, &credential);
    let (current, created_at) = (credential.secret.version, credential.created_at);
    let (is_narrowed, shown_on) = (asks_who_uses_it(&form), page.clone());
    // What was typed before is gone, and a blank field would pass for a wish to keep what is stored.
    let lost_secret = form.failed().is_some_and(|failed| failed.had_secret);
    view! {
        <Summary form=form.clone()/>
        <PostForm
            action=UpdateCredential::url()
            project
            id=summary.id
            is_multipart=true
            class=class
        >
            <Hidden name="revision" value=revision.to_string()/>
            <WhereFrom list=page.list_query() page/>
            {lost_secret.then(|| view! { <Hidden name="lost_secret" value="true"/> })}
            // The mark is part of the origin, so it goes back as it is.
            {summary.is_insecure.then(|| view! { <Hidden name="is_insecure" value="true"/> })}
            <NameFields form=form.clone() has_focus=true/>
            <div class="field-row host-row">
                <div class="with-copy">
                    <Field
                        at=host
                        label="Registry URL"
                        hint="The secret is bound to this host. To use another one, add a new credential."
                        is_readonly=true
                    />
                    <CopyButton target_id="registry_url".to_owned() what="host".to_owned()/>
                </div>
                <MethodField form=form.clone()/>
            </div>
            <section class="stack" aria-label="Stored secret">
                <SecretDoubt doubt=summary.secret_doubt/>
                <Stored credential/>
                <p>
                    <a href=replace>"Replace secret"</a>
                </p>
            </section>
            <SignInFields form=form.clone() is_new=false about/>
            <StageBox form=form.clone()/>
            <MoreFields form=form.clone() is_new=false/>
            <WhoUsesFold users current created_at page=shown_on is_open=is_narrowed/>
            <Submits cancel label="Save Changes" form/>
        </PostForm>
    }
}

/// Whether it came back with the question that a narrower access or narrower paths are asked.
fn asks_who_uses_it(form: &FormState) -> bool {
    is_question(form) && ["access", "paths"].iter().any(|field| form.error(field).is_some())
}

/// The dialog for the secret alone, opened on the same page as this one.
fn replace_href(page: &PageContext, credential: &Credential) -> String {
    let dialog = paths::replace_secret(&page.project, credential.summary.id) + &page.list_query();
    if page.is_from_page() { paths::from_page(&dialog) } else { dialog }
}
