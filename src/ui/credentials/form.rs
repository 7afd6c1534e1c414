//! The fields that the new and the edit dialog share, in the order of the form.

use crate::domain::credential::{Access, Credential};
use crate::domain::credential_form::CredentialForm;
use crate::domain::moment::Day;
use crate::functions::answer::Returned;
use crate::ui::components::{CheckBox, Field, Select, TextArea};
use leptos::prelude::*;

/// What the form shows: the values, and the sentences of a save that failed.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The values.
    pub form: CredentialForm,
    /// The failed save, if there was one.
    pub returned: Option<Returned>,
}

impl Filled {
    /// What was typed, if a save failed, and else `start`.
    pub fn new(start: CredentialForm, returned: Option<Returned>) -> Self {
        // What was too long to be kept for somebody who was signed out is no form at all.
        let kept = returned.as_ref().filter(|returned| !returned.form.is_null());
        let form = kept.map_or(start, Returned::form);
        Self { form, returned }
    }

    /// The sentence at the control called `name`.
    pub fn at(&self, name: &str) -> Option<String> {
        self.returned.as_ref().and_then(|returned| returned.at(name))
    }
}

/// The form of a stored credential.
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

/// Name and description.
#[component]
pub fn Naming(filled: Filled) -> impl IntoView {
    let form = filled.form.clone();
    // After a failed save the focus belongs to the field that is wrong.
    let autofocus = filled.returned.is_none();
    view! {
        <Field
            name="name"
            label="Name"
            value=form.name
            error=filled.at("name")
            hint="Unique in the project, for example ghcr-deploy."
            autofocus
        />
        <TextArea
            name="description"
            label="Description"
            value=form.description
            error=filled.at("description")
            hint="What it is for, or which team it belongs to. May be blank."
            rows=2
        />
    }
}

/// What it may be used for, until when, and whom to ask.
#[component]
pub fn Usage(filled: Filled, is_new: bool) -> impl IntoView {
    let form = filled.form.clone();
    let access =
        Access::ALL.iter().map(|a| (a.word().to_owned(), a.label().to_owned())).collect::<Vec<_>>();
    view! {
        <div class="field-row">
            <Select
                name="access"
                label="Access"
                options=access
                selected=form.access
                error=filled.at("access")
                hint="What the credential can do at the registry."
            />
            <Field
                name="paths"
                label="Repository path (Optional)"
                value=form.paths
                error=filled.at("paths")
                hint="For example acme or acme/api. Separate several with commas. Blank means every repository."
            />
        </div>
        <div class="field-row">
            <Field
                name="expires_on"
                label="Expires on (Optional)"
                value=form.expires_on
                error=filled.at("expires_on")
                hint="The last day it works. You are warned before; it is still delivered after."
                kind="date"
            />
            <Field
                name="email"
                label="Email (Optional)"
                value=form.email
                error=filled.at("email")
                hint="Some registries ask for one. It is also whom to ask about this credential."
                kind="email"
            />
        </div>
        <More filled is_new/>
    }
}

/// The fields that most credentials do without. Open when one of them has something to say.
#[component]
fn More(filled: Filled, is_new: bool) -> impl IntoView {
    let form = filled.form.clone();
    let has_error =
        ["owner", "environment", "labels", "review_on", "rotate_every_days", "is_insecure"]
            .iter()
            .any(|name| filled.at(name).is_some());
    let insecure_error = filled.at("is_insecure");
    // The sentence about plain HTTP is at the address, and asks for a tick in here.
    let wants_insecure =
        is_new && form.registry_url.trim().to_ascii_lowercase().starts_with("http://");
    let owner_hint = if is_new {
        "The member who answers for it. Leave blank to be the owner yourself."
    } else {
        "The member who answers for it."
    };
    view! {
        <details class="fold" open=has_error || wants_insecure>
            <summary>"More options"</summary>
            <div class="stack">
                <div class="field-row">
                    <Field
                        name="owner"
                        label="Owner"
                        value=form.owner
                        error=filled.at("owner")
                        hint=owner_hint
                    />
                    <Environment value=form.environment error=filled.at("environment")/>
                </div>
                <Field
                    name="labels"
                    label="Labels"
                    value=form.labels
                    error=filled.at("labels")
                    hint="Words to find it by, separated by commas. Each has at most 50 characters."
                />
                <div class="field-row">
                    <Field
                        name="review_on"
                        label="Review date"
                        value=form.review_on
                        error=filled.at("review_on")
                        hint="When somebody should look at it again."
                        kind="date"
                    />
                    <Field
                        name="rotate_every_days"
                        label="Rotate every (days)"
                        value=form.rotate_every_days
                        error=filled.at("rotate_every_days")
                        hint="How often the secret should change, for example 90."
                        kind="number"
                    />
                </div>
                <CheckBox
                    name="is_protected"
                    label="Protected"
                    is_checked=form.is_protected
                    hint="If it can push, a grant of it works only once a second person has approved it."
                />
                {is_new
                    .then(|| {
                        view! {
                            <CheckBox
                                name="is_insecure"
                                label="Insecure registry"
                                is_checked=form.is_insecure
                                error=insecure_error
                                hint="The registry speaks plain HTTP: the secret crosses the network unencrypted. This cannot be changed later."
                            />
                        }
                    })}
            </div>
        </details>
    }
}

#[component]
fn Environment(value: String, error: Option<String>) -> impl IntoView {
    let is_wrong = error.is_some();
    let described_by =
        if is_wrong { "environment-error environment-hint" } else { "environment-hint" };
    view! {
        <div class="field">
            <label for="environment">"Environment"</label>
            <input
                id="environment"
                name="environment"
                type="text"
                value=value
                list="environments"
                autocomplete="off"
                aria-describedby=described_by
                aria-invalid=is_wrong.then_some("true")
            />
            <datalist id="environments">
                <option value="production"></option>
                <option value="staging"></option>
                <option value="development"></option>
                <option value="any"></option>
            </datalist>
            {error.map(|error| view! { <p id="environment-error" class="field-error">{error}</p> })}
            <p id="environment-hint" class="hint">"Where it is used; a word of your own is fine too."</p>
        </div>
    }
}
