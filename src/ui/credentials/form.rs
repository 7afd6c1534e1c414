//! The fields that the new and the edit dialog share, in the order of the form.

use crate::domain::credential::{Access, Credential};
use crate::domain::credential_form::CredentialForm;
use crate::domain::moment::Day;
use crate::ui::kit::{CheckBox, Field, FormState, Select, TextArea, options};
use leptos::prelude::*;

pub type Form = FormState<CredentialForm>;

pub fn stored_form(credential: &Credential) -> CredentialForm {
    let summary = &credential.summary;
    let day = |day: Option<Day>| day.map(Day::to_text).unwrap_or_default();
    CredentialForm {
        name: summary.name.clone(),
        description: summary.description.clone(),
        registry_url: summary.host.as_str().to_owned(),
        method: summary.method.word().to_owned(),
        username: summary.username.clone(),
        email: credential.email.clone(),
        paths: summary.paths.join(", "),
        access: summary.access.word().to_owned(),
        expires_on: day(summary.expires_on),
        owner: credential.owner.clone(),
        environment: credential.environment.clone(),
        labels: credential.labels.join(", "),
        review_on: day(credential.review_on),
        rotate_every_days: credential.rotate_every_days.map(|n| n.to_string()).unwrap_or_default(),
        is_protected: credential.is_protected,
        is_insecure: summary.is_insecure,
        is_staged: false,
        also: Vec::new(),
    }
}

#[component]
pub fn NameFields(form: Form) -> impl IntoView {
    let (name_error, description_error) = (form.error("name"), form.error("description"));
    // After a failed save the focus belongs to the field that is wrong.
    let autofocus = form.is_first_try();
    view! {
        <Field
            name="name"
            label="Name"
            value=form.value.name
            error=name_error
            hint="Unique in the project, for example ghcr-deploy."
            autofocus
        />
        <TextArea
            name="description"
            label="Description"
            value=form.value.description
            error=description_error
            hint="What it is for, or which team it belongs to. Can be left blank."
            rows=2
        />
    }
}

/// What it may be used for, until when, and whom to ask.
#[component]
pub fn AccessFields(form: Form, is_new: bool) -> impl IntoView {
    let value = form.value.clone();
    view! {
        <div class="field-row">
            <Select
                name="access"
                label="Access"
                options=options(Access::ALL, Access::word, Access::label)
                selected=value.access
                error=form.error("access")
                hint="What the credential can do at the registry."
            />
            <Field
                name="paths"
                label="Repository path (Optional)"
                value=value.paths
                error=form.error("paths")
                hint="For example acme or acme/api. Separate several with commas. Leave blank for every repository."
            />
        </div>
        <div class="field-row">
            <Field
                name="expires_on"
                label="Expires on (Optional)"
                value=value.expires_on
                error=form.error("expires_on")
                hint="Last valid day. You get a warning before it; delivery continues afterwards."
                kind="date"
            />
            <Field
                name="email"
                label="Email (Optional)"
                value=value.email
                error=form.error("email")
                hint="Some registries ask for one. Also the contact for questions about this credential."
                kind="email"
            />
        </div>
        <MoreFields form is_new/>
    }
}

/// The fields that most credentials do without. Open when one of them has something to say.
#[component]
fn MoreFields(form: Form, is_new: bool) -> impl IntoView {
    let value = form.value.clone();
    let has_error =
        ["owner", "environment", "labels", "review_on", "rotate_every_days", "is_insecure"]
            .iter()
            .any(|name| form.error(name).is_some());
    let insecure_error = form.error("is_insecure");
    // The sentence about plain HTTP is at the address, and asks for a tick in here.
    let wants_insecure =
        is_new && value.registry_url.trim().to_ascii_lowercase().starts_with("http://");
    let owner_hint = if is_new {
        "The member responsible for it. Leave blank to make yourself the owner."
    } else {
        "The member responsible for it."
    };
    view! {
        <details class="fold" open=has_error || wants_insecure>
            <summary>"More options"</summary>
            <div class="stack">
                <div class="field-row">
                    <Field
                        name="owner"
                        label="Owner"
                        value=value.owner
                        error=form.error("owner")
                        hint=owner_hint
                    />
                    <Field
                        name="environment"
                        label="Environment"
                        value=value.environment
                        error=form.error("environment")
                        hint="Where it is used. Pick one or type your own."
                        list="environments"
                    />
                    <datalist id="environments">
                        <option value="production"></option>
                        <option value="staging"></option>
                        <option value="development"></option>
                        <option value="any"></option>
                    </datalist>
                </div>
                <Field
                    name="labels"
                    label="Labels"
                    value=value.labels
                    error=form.error("labels")
                    hint="Words to find it by, separated by commas. At most 50 characters each."
                />
                <div class="field-row">
                    <Field
                        name="review_on"
                        label="Review date"
                        value=value.review_on
                        error=form.error("review_on")
                        hint="The day on which someone should review it."
                        kind="date"
                    />
                    <Field
                        name="rotate_every_days"
                        label="Rotate every (days)"
                        value=value.rotate_every_days
                        error=form.error("rotate_every_days")
                        hint="How often to change the secret, for example 90."
                        kind="number"
                    />
                </div>
                <CheckBox
                    name="is_protected"
                    label="Protected"
                    is_checked=value.is_protected
                    hint="Grants need a second person's approval if this credential can push."
                />
                {is_new
                    .then(|| {
                        view! {
                            <CheckBox
                                name="is_insecure"
                                label="Insecure registry"
                                is_checked=value.is_insecure
                                error=insecure_error
                                hint="The registry uses plain HTTP, so the secret crosses the network unencrypted. This cannot be changed later."
                            />
                        }
                    })}
            </div>
        </details>
    }
}
