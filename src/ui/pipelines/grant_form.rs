//! The form that grants a pipeline one more credential, on terms.

use crate::domain::credential::Access;
use crate::domain::grant::ForkRule;
use crate::domain::pipeline::{GrantForm, Grantable};
use crate::functions::answer::FailedForm;
use crate::functions::pipelines::CreateGrant;
use crate::ui::granting::{YourPassword, grantable_label};
use crate::ui::kit::{
    CheckBox, Field, FormState, Hidden, PageContext, PostForm, Select, SubmitButton, options,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

#[component]
pub fn NewGrant(
    page: PageContext,
    pipeline: Uuid,
    grantable: Vec<Grantable>,
    failed: Option<FailedForm>,
) -> impl IntoView {
    let state = FormState::of::<CreateGrant>(failed, GrantForm::default());
    let credentials =
        grantable.iter().map(|c| (c.id.to_string(), grantable_label(c))).collect::<Vec<_>>();
    let chosen = state.value.credentials.first().cloned().unwrap_or_default();
    view! {
        <PostForm action=CreateGrant::url() project=page.project class="card stack">
            <h3>"Grant another credential"</h3>
            <Hidden name="pipeline" value=pipeline.to_string()/>
            <div class="field-row">
                <Select
                    name="form[credentials][]"
                    id="grant-credential"
                    label="Credential"
                    options=credentials
                    selected=chosen
                    error=state.error("credentials")
                />
                <Select
                    name="form[intent]"
                    id="grant-intent"
                    label="Access"
                    options=options(Access::ALL, Access::word, Access::label)
                    selected=state.value.intent.clone()
                    error=state.error("intent")
                />
            </div>
            <Conditions state=state.clone()/>
            <YourPassword id="grant-password" error=state.error("password")/>
            <div class="toolbar">
                <SubmitButton label="Grant"/>
            </div>
        </PostForm>
    }
}

/// The names of the fields below, as the errors of a refused form call them.
const CONDITIONS: [&str; 6] =
    ["repositories", "branches", "events", "forks", "expires_on", "is_narrow"];

/// The terms that most grants do without. Open when one of them has something to say.
#[component]
fn Conditions(state: FormState<GrantForm>) -> impl IntoView {
    let form = state.value.clone();
    let is_open =
        has_conditions(&form) || CONDITIONS.iter().any(|name| state.error(name).is_some());
    view! {
        <details class="fold" open=is_open>
            <summary>"Conditions"</summary>
            <div class="stack">
                <p class="muted">
                    "Branch, event and fork conditions are checked against values proven by a trust rule."
                </p>
                <Field
                    name="form[repositories]"
                    id="grant-repositories"
                    label="Only these repositories"
                    value=form.repositories
                    error=state.error("repositories")
                    hint="For example acme or acme/api. Separate several with commas. Leave blank for every repository of the credential."
                />
                <div class="field-row">
                    <Field
                        name="form[branches]"
                        id="grant-branches"
                        label="Only from these branches"
                        value=form.branches
                        error=state.error("branches")
                        hint="For example main, release/*. For tags, write the full reference: refs/tags/v*. A * stands for any characters."
                    />
                    <Field
                        name="form[events]"
                        id="grant-events"
                        label="Only on these events"
                        value=form.events
                        error=state.error("events")
                        hint="As the provider names them, for example push. Separate several with commas."
                    />
                </div>
                <div class="field-row">
                    <Select
                        name="form[forks]"
                        id="grant-forks"
                        label="Access for pull requests from forks"
                        options=options(ForkRule::ALL, ForkRule::word, ForkRule::label)
                        selected=form.forks
                        error=state.error("forks")
                        hint="Anyone who can open a pull request can run code in it."
                    />
                    <Field
                        name="form[expires_on]"
                        id="grant-expires-on"
                        label="Last day of the grant"
                        value=form.expires_on
                        error=state.error("expires_on")
                        hint="Leave blank for no end date."
                        kind="date"
                    />
                </div>
                <CheckBox
                    name="form[is_narrow]"
                    id="grant-is-narrow"
                    label="Short-lived tokens only"
                    is_checked=form.is_narrow
                    error=state.error("is_narrow")
                    hint="Deliver only short-lived registry tokens for a single repository. Jobs must name the image."
                />
            </div>
        </details>
    }
}

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
