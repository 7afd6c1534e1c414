//! The fields that most credentials do without, folded. What is set in them stands beside the fold.

use crate::ui::kit::{CheckBox, Field, FormState, TextArea};
use leptos::prelude::*;

/// What most teams call theirs.
const ENVIRONMENTS: &[&str] = &["production", "staging", "development", "any"];

/// The fields in here that are typed, with their labels.
const TYPED: &[(&str, &str)] = &[
    ("description", "Description"),
    ("paths", "Repository path (Optional)"),
    ("email", "Email (Optional)"),
    ("owner", "Owner"),
    ("environment", "Environment"),
    ("labels", "Labels"),
    ("review_on", "Review date"),
    ("rotate_every_days", "Rotate every (days)"),
];

/// The boxes in here, with their labels.
const TICKED: &[(&str, &str)] =
    &[("is_protected", "Protected"), ("is_insecure", "Insecure registry")];

#[component]
pub fn MoreFields(form: FormState, is_new: bool) -> impl IntoView {
    let is_open = has_something_to_say(&form, is_new);
    let set = set_in(&form);
    view! {
        <details class="fold" open=is_open>
            <summary>
                "More options"
                {(!set.is_empty()).then(|| view! { " " <span class="fold-set">{set}</span> })}
            </summary>
            <div class="stack">
                <Fields form is_new/>
            </div>
        </details>
    }
}

/// Open when one of the fields has an error. The sentence about plain HTTP is at the address, and asks
/// for a tick in here.
fn has_something_to_say(form: &FormState, is_new: bool) -> bool {
    let registry_url = form.at("registry_url").text;
    let wants_insecure = is_new && registry_url.trim().to_ascii_lowercase().starts_with("http://");
    wants_insecure || TYPED.iter().chain(TICKED).any(|(name, _)| form.error(name).is_some())
}

/// The labels of the fields with something in them.
fn set_in(form: &FormState) -> String {
    let typed = TYPED.iter().filter(|(name, _)| !form.at(name).text.trim().is_empty());
    let ticked = TICKED.iter().filter(|(name, _)| form.at(name).is_ticked);
    let labels = typed.chain(ticked).map(|(_, label)| label.trim_end_matches(" (Optional)"));
    labels.collect::<Vec<_>>().join(", ")
}

#[component]
fn Fields(form: FormState, is_new: bool) -> impl IntoView {
    let owner_hint = if is_new {
        "The member responsible for it. Leave blank to make yourself the owner."
    } else {
        "The member responsible for it."
    };
    let insecure = is_new.then(|| form.at("is_insecure"));
    view! {
        <TextArea
            at=form.at("description")
            label="Description"
            hint="What it is for, or which team it belongs to. Can be left blank."
            rows=2
        />
        <Field
            at=form.at("paths")
            label="Repository path (Optional)"
            hint="For example acme or acme/api. Separate several with commas. Leave blank for every repository."
        />
        <div class="field-row">
            <Field
                at=form.at("email")
                label="Email (Optional)"
                hint="Some registries ask for one. Also the contact for questions about this credential."
                kind="email"
            />
            <Field at=form.at("owner") label="Owner" hint=owner_hint/>
        </div>
        <div class="field-row">
            <Field
                at=form.at("environment")
                label="Environment"
                hint="Where it is used. Pick one or type your own."
                suggestions=ENVIRONMENTS
            />
            <Field
                at=form.at("labels")
                label="Labels"
                hint="Words to find it by, separated by commas. At most 50 characters each."
            />
        </div>
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential_form::CredentialForm;

    #[test]
    fn the_fold_says_what_is_set_in_it() {
        let none = FormState::new(None, CredentialForm::default());
        assert_eq!(set_in(&none), "");
        let form = CredentialForm {
            name: "ghcr".to_owned(),
            paths: "acme".to_owned(),
            owner: " ".to_owned(),
            labels: "shop".to_owned(),
            is_protected: true,
            ..CredentialForm::default()
        };
        assert_eq!(set_in(&FormState::new(None, form)), "Repository path, Labels, Protected");
    }

    #[test]
    fn every_field_of_the_form_is_asked_for_at_once_or_stands_in_the_fold() {
        let shown = [
            "name",
            "registry_url",
            "method",
            "username",
            "access",
            "expires_on",
            "is_staged",
            "also",
        ];
        let form = serde_json::to_value(CredentialForm::default()).unwrap();
        let folded = |field: &str| TYPED.iter().chain(TICKED).any(|(name, _)| *name == field);
        for field in form.as_object().unwrap().keys() {
            assert!(shown.contains(&field.as_str()) != folded(field), "{field}");
        }
    }
}
