//! The fields that the new and the edit dialog share, in the order of the form.

use crate::domain::credential::{Access, Credential};
use crate::domain::credential_form::CredentialForm;
use crate::domain::moment::Day;
use crate::ui::kit::{CheckBox, Field, FormState, Select, TextArea, options};
use leptos::prelude::*;

/// What most teams call theirs.
const ENVIRONMENTS: &[&str] = &["production", "staging", "development", "any"];

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
pub fn NameFields(form: FormState) -> impl IntoView {
    view! {
        // After a failed save the focus belongs to the field that is wrong.
        <Field
            at=form.at("name")
            label="Name"
            hint="Unique in the project, for example ghcr-deploy."
            autofocus=form.is_first_try()
        />
        <TextArea
            at=form.at("description")
            label="Description"
            hint="What it is for, or which team it belongs to. Can be left blank."
            rows=2
        />
    }
}

/// What it may be used for, until when, and whom to ask.
#[component]
pub fn AccessFields(form: FormState, is_new: bool) -> impl IntoView {
    view! {
        <div class="field-row">
            <Select
                at=form.at("access")
                label="Access"
                options=options(Access::ALL, Access::word, Access::label)
                hint="What the credential can do at the registry."
            />
            <Field
                at=form.at("paths")
                label="Repository path (Optional)"
                hint="For example acme or acme/api. Separate several with commas. Leave blank for every repository."
            />
        </div>
        <div class="field-row">
            <Field
                at=form.at("expires_on")
                label="Expires on (Optional)"
                hint="Last valid day. You get a warning before it; delivery continues afterwards."
                kind="date"
            />
            <Field
                at=form.at("email")
                label="Email (Optional)"
                hint="Some registries ask for one. Also the contact for questions about this credential."
                kind="email"
            />
        </div>
        <MoreFields form is_new/>
    }
}

/// The fields that most credentials do without. Open when one of them has something to say.
#[component]
fn MoreFields(form: FormState, is_new: bool) -> impl IntoView {
    let has_error =
        ["owner", "environment", "labels", "review_on", "rotate_every_days", "is_insecure"]
            .iter()
            .any(|name| form.error(name).is_some());
    // The sentence about plain HTTP is at the address, and asks for a tick in here.
    let registry_url = form.at("registry_url").text;
    let wants_insecure = is_new && registry_url.trim().to_ascii_lowercase().starts_with("http://");
    let owner_hint = if is_new {
        "The member responsible for it. Leave blank to make yourself the owner."
    } else {
        "The member responsible for it."
    };
    let insecure = is_new.then(|| form.at("is_insecure"));
    view! {
        <details class="fold" open=has_error || wants_insecure>
            <summary>"More options"</summary>
            <div class="stack">
                <div class="field-row">
                    <Field at=form.at("owner") label="Owner" hint=owner_hint/>
                    <Field
                        at=form.at("environment")
                        label="Environment"
                        hint="Where it is used. Pick one or type your own."
                        suggestions=ENVIRONMENTS
                    />
                </div>
                <Field
                    at=form.at("labels")
                    label="Labels"
                    hint="Words to find it by, separated by commas. At most 50 characters each."
                />
                <div class="field-row">
                    <Field
                        at=form.at("review_on")
                        label="Review date"
                        hint="The day on which someone should review it."
                        kind="date"
                    />
                    <Field
                        at=form.at("rotate_every_days")
                        label="Rotate every (days)"
                        hint="How often to change the secret, for example 90."
                        kind="number"
                    />
                </div>
                <CheckBox
                    at=form.at("is_protected")
                    label="Protected"
                    hint="Grants need a second person's approval if this credential can push."
                />
                {insecure
                    .map(|at| {
                        view! {
                            <CheckBox
                                at
                                label="Insecure registry"
                                hint="The registry uses plain HTTP, so the secret crosses the network unencrypted. This cannot be changed later."
                            />
                        }
                    })}
            </div>
        </details>
    }
}
