//! The dialog for another secret, and nothing else: the secret, its last day, and whether it waits.

use super::edit::behind;
use super::form::{StageBox, Submits, Summary, form_class, revision};
use super::sign_in::{Guide, KeyFields, PasswordField};
use super::stored::{SecretDoubt, Stored};
use super::used_by::WhoUsesFold;
use crate::domain::credential::{Credential, Method};
use crate::domain::credential_page::Lately;
use crate::domain::moment::Day;
use crate::domain::narrowing::received_lately;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::credential_pages::{Receivers, receivers};
use crate::functions::credentials::ReplaceSecret;
use crate::functions::registry::recognised;
use crate::ui::kit::{Field, FormState, Hidden, LoadedDialog, PageContext, PostForm, WhereFrom};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::json;

/// The credential, who receives it, and the last post of the dialog that failed.
type Found = (Credential, Receivers, Option<FailedForm>);

#[component]
pub fn ReplaceDialog() -> impl IntoView {
    let page = PageContext::here();
    let name = |(credential, ..): &Found| credential.summary.name.clone();
    view! {
        <LoadedDialog
            id="replace-secret"
            verb="Replace secret of"
            name
            close_href=behind(&page)
            from=load(page.clone())
            let:loaded
        >
            <ReplaceForm loaded page/>
        </LoadedDialog>
    }
}

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::RegistryWrite)?;
    let (head, mut receivers) = receivers(page.project.clone(), page.id()?).await?;
    // Of one that is disabled nobody receives anything.
    if head.credential.summary.disabled_at.is_some() {
        receivers.granted = 0;
    }
    Ok((head.credential, receivers, page.failed_form().await))
}

#[component]
fn ReplaceForm(loaded: Found, page: PageContext) -> impl IntoView {
    let (credential, receivers, failed) = loaded;
    let form = FormState::of::<ReplaceSecret>(failed, json!({}));
    let revision = revision(&form, &credential);
    let summary = credential.summary.clone();
    let (id, cancel, project) = (summary.id, behind(&page), page.project.clone());
    let about = recognised(summary.host.as_str(), summary.is_insecure);
    let (secret, class, guide) = (form.clone(), form_class(&form), about.guide);
    let (current, created_at) = (credential.secret.version, credential.created_at);
    let (consequence, kept_by) = (consequence(receivers.granted), kept_by(&receivers.lately));
    let (users, shown_on) = (receivers.users, page.clone());
    let field = match summary.method {
        Method::Password => {
            let advice = about.wants_secret;
            view! { <PasswordField form=secret is_new=true advice has_focus=true/> }.into_any()
        }
        Method::GcpServiceAccountKey => view! { <KeyFields form=secret is_new=true/> }.into_any(),
    };
    view! {
        <Summary form=form.clone()/>
        <SecretDoubt doubt=summary.secret_doubt/>
        <Stored credential/>
        {consequence.map(|sentence| view! { <p>{sentence}</p> })}
        {kept_by.map(|sentence| view! { <p>{sentence}</p> })}
        <PostForm
            action=ReplaceSecret::url()
            project
            id
            is_multipart=true
            class=class
        >
            <Hidden name="revision" value=revision.to_string()/>
            <WhereFrom list=page.list_query() page/>
            {field}
            <Guide href=guide/>
            <Field
                at=form.at("expires_on")
                label="Expires on (Optional)"
                hint=day_hint(summary.expires_on)
                kind="date"
            />
            <StageBox form=form.clone()/>
            <WhoUsesFold users current created_at page=shown_on/>
            <Submits cancel label="Replace secret" form/>
        </PostForm>
    }
}

/// What happens when it is replaced at once; nothing where no pipeline receives it.
fn consequence(receivers: usize) -> Option<String> {
    let who = match receivers {
        0 => return None,
        1 => "1 pipeline has a grant for this credential. It receives the new secret from its"
            .to_owned(),
        many => format!(
            "{many} pipelines have a grant for this credential. They receive the new secret from their"
        ),
    };
    Some(format!(
        "{who} next fetch that the grant allows. If you are not sure that the secret works, stage it."
    ))
}

/// Who may still have the old secret; nothing where nobody received it lately.
fn kept_by(lately: &[Lately]) -> Option<String> {
    let received = received_lately(lately)?;
    Some(format!(
        "{received} Clients that keep what they received use the old secret until their next fetch. Revoke it at the registry after that."
    ))
}

/// The day of the secret that is replaced says what to look for.
fn day_hint(stored: Option<Day>) -> String {
    match stored {
        Some(day) => format!(
            "The last day of the new secret. The current one ends on {}. That date is not carried over: leave this blank only if the new secret has no last day.",
            day.to_text()
        ),
        None => "The last day of the new secret. Leave blank if it has none.".to_owned(),
    }
}
