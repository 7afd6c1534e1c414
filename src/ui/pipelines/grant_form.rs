//! The form that grants a pipeline one more credential, on terms.

use crate::domain::choosing::Choices;
use crate::domain::credential::Access;
use crate::domain::grant::ForkRule;
use crate::domain::pipeline::{GrantForm, Grantable, OWN_ACCESS};
use crate::functions::answer::FailedForm;
use crate::functions::pipelines::CreateGrant;
use crate::ui::choosing::{ChoicesSearch, EnterSends, LostChoices, Search, one_of};
use crate::ui::granting::{YourPassword, grantable_label};
use crate::ui::kit::{
    CheckBox, Control, Field, FormState, Hidden, PageContext, PostForm, Select, options,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

#[component]
pub fn NewGrant(
    page: PageContext,
    pipeline: Uuid,
    grantable: Choices<Grantable>,
    failed: Option<FailedForm>,
) -> impl IntoView {
    let state = FormState::of::<CreateGrant>(failed, GrantForm::default()).within("form");
    let search = Search::posted(&state, &grantable);
    let (is_found, said) = (search.is_found(), search.said_at());
    let chosen = state.chosen("credentials").into_iter().next().unwrap_or_default();
    let all = grantable.rows.iter().map(|c| (c.id.to_string(), grantable_label(c)));
    let credentials = one_of(all, &chosen, "Choose a credential");
    let own = (OWN_ACCESS.to_owned(), "As the credential allows".to_owned());
    let words = options(Access::ALL, Access::word, Access::label);
    let accesses = std::iter::once(own).chain(words).collect::<Vec<_>>();
    let credential =
        Control { name: "form[credentials][]".to_owned(), text: chosen, ..state.at("credentials") };
    view! {
        <PostForm action=CreateGrant::url() project=page.project class="card stack" submit="Grant">
            <EnterSends search=search.clone()/>
            <h3>"Grant a credential"</h3>
            <Hidden name="pipeline" value=pipeline.to_string()/>
            <LostChoices lost=grantable.lost/>
            <ChoicesSearch
                search
                label="Search credentials"
                what="credential"
                which=" that can still be granted"
            />
            <div class="field-row">
                <Select
                    at=credential
                    id="grant-credential"
                    label="Credential"
                    options=credentials
                    autofocus=is_found
                    described_by_also=said
                />
                <Select
                    at=state.at("intent")
                    id="grant-intent"
                    label="Access"
                    options=accesses
                />
            </div>
            <Conditions state=state.clone()/>
            <YourPassword id="grant-password" error=state.error("password")/>
        </PostForm>
    }
}

/// The names of the fields below, as the errors of a refused form call them.
const CONDITIONS: [&str; 6] =
    ["repositories", "branches", "events", "forks", "expires_on", "is_narrow"];

/// The terms that most grants do without. Open when one of them has something to say.
#[component]
pub fn Conditions(state: FormState) -> impl IntoView {
    let is_open = CONDITIONS.iter().any(|name| has_something_to_say(&state.at(name)));
    view! {
        <details class="fold" open=is_open>
            <summary>"Conditions"</summary>
            <div class="stack">
                <p class="muted">
                    "Branch, event and fork conditions are checked against values proven by a trust rule."
                </p>
                <Field
                    at=state.at("repositories")
                    id="grant-repositories"
                    label="Only these repositories"
                    hint="For example acme or acme/api. Separate several with commas. Leave blank for every repository of the credential."
                />
                <div class="field-row">
                    <Field
                        at=state.at("branches")
                        id="grant-branches"
                        label="Only from these branches"
                        hint="For example main, release/*. For tags, write the full reference: refs/tags/v*. A * stands for any characters."
                    />
                    <Field
                        at=state.at("events")
                        id="grant-events"
                        label="Only on these events"
                        hint="As the provider names them, for example push. Separate several with commas."
                    />
                </div>
                <div class="field-row">
                    <Select
                        at=state.at("forks")
                        id="grant-forks"
                        label="Access for pull requests from forks"
                        options=options(ForkRule::ALL, ForkRule::word, ForkRule::label)
                        hint="Anyone who can open a pull request can run code in it."
                    />
                    <Field
                        at=state.at("expires_on")
                        id="grant-expires-on"
                        label="Last day of the grant"
                        hint="Leave blank for no end date."
                        kind="date"
                    />
                </div>
                <CheckBox
                    at=state.at("is_narrow")
                    id="grant-is-narrow"
                    label="Short-lived tokens only"
                    hint="Deliver only short-lived registry tokens for a single repository. Jobs must name the image."
                />
            </div>
        </details>
    }
}

/// Whether something was typed, chosen or wrong.
fn has_something_to_say(at: &Control) -> bool {
    let text = at.text.trim();
    at.error.is_some() || at.is_ticked || !(text.is_empty() || text == ForkRule::Nothing.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conditions_are_open_when_one_was_typed() {
        let is_open = |form: &GrantForm| {
            let state = FormState::new(None, form);
            CONDITIONS.iter().any(|name| has_something_to_say(&state.at(name)))
        };
        let blank = GrantForm { forks: "nothing".to_owned(), ..GrantForm::default() };
        assert!(!is_open(&blank) && !is_open(&GrantForm::default()));
        for form in [
            GrantForm { branches: "main".to_owned(), ..blank.clone() },
            GrantForm { forks: "pull".to_owned(), ..blank.clone() },
            GrantForm { is_narrow: true, ..blank.clone() },
        ] {
            assert!(is_open(&form));
        }
    }
}
