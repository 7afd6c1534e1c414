//! The form that gives a pipeline one more credential, on terms.

use super::confirm::YourPassword;
use super::new::{access_options, grantable_label};
use crate::domain::grant::ForkRule;
use crate::domain::pipeline::{GrantForm, Grantable};
use crate::functions::answer::Returned;
use crate::ui::components::{CheckBox, Field, Select, SubmitButton};
use crate::ui::credentials::place::Place;
use leptos::prelude::*;
use uuid::Uuid;

/// The form; `came_back` is its failed post.
#[component]
pub fn NewGrant(
    place: Place,
    pipeline: Uuid,
    grantable: Vec<Grantable>,
    came_back: Option<Returned>,
) -> impl IntoView {
    let form: GrantForm = came_back.as_ref().map(Returned::form).unwrap_or_default();
    let at = |name: &str| came_back.as_ref().and_then(|returned| returned.at(name));
    let (credentials_error, intent_error) = (at("credentials"), at("intent"));
    let password_error = at("password");
    let chosen = form.credentials.first().cloned().unwrap_or_default();
    let intent = form.intent.clone();
    let options =
        grantable.iter().map(|c| (c.id.to_string(), grantable_label(c))).collect::<Vec<_>>();
    view! {
        <form method="post" action="/rpc/grants/create" class="card stack" novalidate>
            <h3>"Grant another credential"</h3>
            <input type="hidden" name="project" value=place.project/>
            <input type="hidden" name="pipeline" value=pipeline.to_string()/>
            <div class="field-row">
                <Select
                    name="form[credentials][]"
                    id="grant-credential"
                    label="Credential"
                    options=options
                    selected=chosen
                    error=credentials_error
                />
                <Select
                    name="form[intent]"
                    id="grant-intent"
                    label="Access"
                    options=access_options()
                    selected=intent
                    error=intent_error
                />
            </div>
            <Conditions form came_back/>
            <YourPassword id="grant-password" error=password_error/>
            <div class="toolbar">
                <SubmitButton label="Grant"/>
            </div>
        </form>
    }
}

/// The names of the fields below, as the errors of a refused form call them.
const CONDITIONS: [&str; 6] =
    ["repositories", "branches", "events", "forks", "expires_on", "is_narrow"];

/// The terms that most grants do without. Open when one of them has something to say.
#[component]
fn Conditions(form: GrantForm, came_back: Option<Returned>) -> impl IntoView {
    let at = |name: &str| came_back.as_ref().and_then(|returned| returned.at(name));
    let is_open = has_conditions(&form) || CONDITIONS.iter().any(|name| at(name).is_some());
    let forks: Vec<(String, String)> = ForkRule::ALL
        .iter()
        .map(|rule| (rule.word().to_owned(), rule.label().to_owned()))
        .collect();
    view! {
        <details class="fold" open=is_open>
            <summary>"Conditions"</summary>
            <div class="stack">
                <p class="muted">
                    "Branches, events and forks are looked up in what was proved of a run, through a trust rule; what a run says of itself meets no condition."
                </p>
                <Field
                    name="form[repositories]"
                    id="grant-repositories"
                    label="Only these repositories"
                    value=form.repositories
                    error=at("repositories")
                    hint="For example acme or acme/api. Separate several with commas. Blank means every repository of the credential."
                />
                <div class="field-row">
                    <Field
                        name="form[branches]"
                        id="grant-branches"
                        label="Only from these branches"
                        value=form.branches
                        error=at("branches")
                        hint="For example main, release/*. What is no branch is named whole: refs/tags/v*. A * stands for any characters."
                    />
                    <Field
                        name="form[events]"
                        id="grant-events"
                        label="Only on these events"
                        value=form.events
                        error=at("events")
                        hint="In the provider's word, for example push. Separate several with commas."
                    />
                </div>
                <div class="field-row">
                    <Select
                        name="form[forks]"
                        id="grant-forks"
                        label="Pull requests from forks may have"
                        options=forks
                        selected=form.forks
                        error=at("forks")
                        hint="Whoever can open one can run code in it."
                    />
                    <Field
                        name="form[expires_on]"
                        id="grant-expires-on"
                        label="Last day of the grant"
                        value=form.expires_on
                        error=at("expires_on")
                        hint="Blank means that it has none."
                        kind="date"
                    />
                </div>
                <CheckBox
                    name="form[is_narrow]"
                    id="grant-is-narrow"
                    label="Short-lived tokens only"
                    is_checked=form.is_narrow
                    hint="The secret is never handed out, only tokens of the registry for one repository each. A job has to name the image."
                />
                {at("is_narrow").map(|error| view! { <p class="field-error">{error}</p> })}
            </div>
        </details>
    }
}

/// Whether a condition was typed or chosen.
fn has_conditions(form: &GrantForm) -> bool {
    let texts = [&form.repositories, &form.branches, &form.events, &form.expires_on];
    texts.iter().any(|text| !text.trim().is_empty())
        || form.is_narrow
        || form.forks == ForkRule::Pull.word()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conditions_are_open_when_one_was_typed() {
        let blank = GrantForm { forks: "nothing".to_owned(), ..GrantForm::default() };
        assert!(!has_conditions(&blank));
        for form in [
            GrantForm { branches: "main".to_owned(), ..blank.clone() },
            GrantForm { forks: "pull".to_owned(), ..blank.clone() },
            GrantForm { is_narrow: true, ..blank.clone() },
        ] {
            assert!(has_conditions(&form));
        }
    }
}
