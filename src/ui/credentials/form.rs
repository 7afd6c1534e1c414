//! What the dialogs of a credential share, in the order of their forms: what is needed first, and the
//! rest folded.

use crate::domain::credential::{Access, Credential};
use crate::error::Error;
use crate::functions::answer::FailedForm;
use crate::functions::credentials::CredentialQuestions;
use crate::islands::AskFirst;
use crate::ui::kit::{
    Alert, CheckBox, Field, FormState, LinkButton, Select, SubmitButton, options,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The class of the forms in which credentials are entered.
pub fn form_class(form: &FormState) -> &'static str {
    if is_question(form) { "credential-form stack is-asked" } else { "credential-form stack" }
}

/// Whether the form came back with a question, and not with something wrong.
pub fn is_question(form: &FormState) -> bool {
    matches!(form.failed(), Some(FailedForm { error: Error::Questioned(_), .. }))
}

/// The revision to save against. Who was shown what changed meanwhile saves against that; nobody else
/// saw it.
pub fn revision(form: &FormState, stored: &Credential) -> i64 {
    let typed = match form.failed() {
        Some(FailedForm { error: Error::Stale { revision, .. }, .. }) => Some(*revision),
        Some(failed) => failed.revision,
        None => None,
    };
    typed.unwrap_or(stored.revision)
}

/// Why nothing was saved; after a question, what can be done.
#[component]
pub fn Summary(form: FormState) -> impl IntoView {
    if !is_question(&form) {
        return form.summary().into_any();
    }
    let is_lost = form.failed().is_some_and(|form| form.had_secret);
    let todo = if is_lost {
        "Correct them, or select “Save anyway”. Either way, enter the secret again: it is never kept in a form."
    } else {
        "Correct them, or select “Save anyway”."
    };
    view! {
        <Alert kind="warning">
            <p>"Nothing was saved yet. Check the marked fields."</p>
            <p>{todo}</p>
        </Alert>
    }
    .into_any()
}

/// What ends a form. The first button is the one that Enter presses, so it asks again.
#[component]
pub fn Submits(
    /// Where the link beside them leads.
    cancel: String,
    label: &'static str,
    form: FormState,
) -> impl IntoView {
    view! {
        <div class="toolbar">
            <LinkButton href=cancel label="Cancel"/>
            <SubmitButton label/>
            <button
                type="submit"
                id="anyway"
                class="button"
                name="anyway"
                value="true"
                hidden=!is_question(&form)
            >
                "Save anyway"
            </button>
            <AskFirst url=CredentialQuestions::url().to_owned()/>
        </div>
    }
}

/// What it is called, what it may be used for, and until when: one line where there is room.
#[component]
pub fn NameFields(form: FormState, #[prop(optional)] has_focus: bool) -> impl IntoView {
    view! {
        <div class="field-row name-row">
            // After a failed save the focus belongs to the field that is wrong.
            <Field at=form.at("name") label="Name" autofocus=has_focus && form.starts_at_first()/>
            <Select
                at=form.at("access")
                label="Access"
                options=options(Access::ALL, Access::word, Access::label)
            />
            <Field at=form.at("expires_on") label="Expires on (Optional)" kind="date"/>
        </div>
    }
}

/// The mark of a secret that waits.
#[component]
pub fn StageBox(form: FormState) -> impl IntoView {
    view! {
        <CheckBox
            at=form.at("is_staged")
            label="Stage the new secret"
            hint="Stored but not delivered until you make it current on the credential's page."
        />
    }
}
