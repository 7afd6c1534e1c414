//! The fields of a trust rule: whose runs, which of them, what to call it, and who signs. What most
//! rules have alike is folded.

use crate::domain::credential::Access;
use crate::domain::issuer::NOT_LISTED;
use crate::domain::paths;
use crate::domain::trust_rule::{ClaimField, Kind, Provider};
use crate::ui::kit::{Control, Field, FormState, Select, TextArea, options};
use leptos::prelude::*;

#[component]
pub fn RuleFields(
    provider: Provider,
    state: FormState,
    is_admin: bool,
    /// Of a rule that is there: its key stays when none is typed.
    #[prop(optional)]
    is_edit: bool,
) -> impl IntoView {
    view! {
        <Claims provider state=state.clone() kind=Kind::Identity/>
        <Claims provider state=state.clone() kind=Kind::Narrowing/>
        {(provider == Provider::Woodpecker)
            .then(|| view! { <SignedRequests state=state.clone() is_edit/> })}
        <Field
            at=state.at("title")
            label="Title"
            hint="Optional. For example main of acme/api. If you leave it blank, the rule is called by what it accepts."
        />
        {provider.is_oidc().then(|| view! { <Issuer provider state=state.clone() is_admin/> })}
        <Claims provider state kind=Kind::Extra/>
    }
}

/// Whose key signs requests, and the most that they may ask for.
#[component]
fn SignedRequests(state: FormState, is_edit: bool) -> impl IntoView {
    let hint = if is_edit {
        "Leave blank to keep the key. The Woodpecker server shows it at /api/signature/public-key."
    } else {
        "The Woodpecker server shows it at /api/signature/public-key."
    };
    view! {
        <TextArea at=state.at("public_key") label="Public key" hint rows=4 is_mono=true/>
        <Select
            at=state.at("intent")
            label="Requests may ask for"
            hint="A request gets push only if this allows it and its address ends in ?intent=push. Builds of pull requests get pull only."
            options=options(Access::ALL, Access::word, Access::label)
        />
    }
}

/// Who signs tokens, and whom they are for. Folded where both are as usual.
#[component]
fn Issuer(provider: Provider, state: FormState, is_admin: bool) -> impl IntoView {
    let (issuer, audience) = (state.at("issuer"), state.at("audience"));
    let is_wrong = issuer.error.is_some() || audience.error.is_some();
    let is_usual = !issuer.text.is_empty() && issuer.text == provider.usual_issuer();
    let error = issuer.error.clone();
    let summary = if is_usual {
        format!("Issuer and audience: {}, for {}", issuer.text, audience.text)
    } else {
        "Issuer and audience".to_owned()
    };
    view! {
        <details class="fold" open=is_wrong || !is_usual>
            <summary>{summary}</summary>
            <div class="stack">
                <Field at=issuer label="Issuer" hint=provider.issuer_hint()/>
                <NotListed error is_admin/>
                <Field at=audience label="Audience" hint=provider.audience_hint()/>
            </div>
        </details>
    }
}

/// What to do about an issuer that is not on the list; nothing for any other error.
#[component]
fn NotListed(error: Option<String>, is_admin: bool) -> impl IntoView {
    if error.is_none_or(|error| error != NOT_LISTED) {
        return ().into_any();
    }
    if is_admin {
        view! {
            <p>
                "You are an instance admin. " <a href=paths::ISSUERS>"Open the list of trusted issuers"</a>
            </p>
        }
        .into_any()
    } else {
        view! {
            <p class="muted">
                "An instance admin adds an issuer under Trusted issuers, or on the server with "
                <code>"regcred issuer add"</code> ". GitHub Actions, GitLab.com, CircleCI, Buildkite, and Azure DevOps with the issuer vstoken.dev.azure.com are always accepted and need no entry."
            </p>
        }
        .into_any()
    }
}

/// The claims of one kind, if the provider has any.
#[component]
fn Claims(provider: Provider, state: FormState, kind: Kind) -> impl IntoView {
    let fields: Vec<&ClaimField> =
        provider.fields().iter().filter(|field| field.kind == kind).collect();
    let (legend, sentence) = match kind {
        Kind::Identity => ("Identity", "All must match exactly."),
        Kind::Narrowing => ("Restrict to", "Enter at least one. A * stands for any characters."),
        Kind::Extra => return view! { <Optional provider state fields/> }.into_any(),
    };
    if fields.is_empty() {
        return ().into_any();
    }
    view! {
        <fieldset class="field stack">
            <legend>{legend}</legend>
            <p class="muted">{sentence}</p>
            {fields
                .into_iter()
                .map(|field| {
                    let at = state.at(&format!("claims.{}", field.name));
                    view! { <Field at label=field.label hint=field.hint/> }
                })
                .collect_view()}
        </fieldset>
    }
    .into_any()
}

/// Claims that most rules do without. Open when one of them was typed or is wrong.
#[component]
fn Optional(
    provider: Provider,
    state: FormState,
    fields: Vec<&'static ClaimField>,
) -> impl IntoView {
    let takes_more = provider.is_oidc();
    if fields.is_empty() && !takes_more {
        return ().into_any();
    }
    let more = state.at("more_claims");
    let set = fields.iter().map(|field| state.at(&format!("claims.{}", field.name)));
    let is_open = set.chain([more.clone()]).any(|at| has_something_to_say(&at));
    view! {
        <details class="fold" open=is_open>
            <summary>"Optional claims"</summary>
            <div class="stack">
                <p class="muted">"Leave blank to accept any value."</p>
                {fields
                    .into_iter()
                    .map(|field| {
                        let at = state.at(&format!("claims.{}", field.name));
                        view! { <Field at label=field.label hint=field.hint/> }
                    })
                    .collect_view()}
                {takes_more
                    .then(|| {
                        view! {
                            <TextArea
                                at=more
                                label="More claims"
                                hint="One on each line: name=value. Each must match exactly. If the claim is a list, name[]=value matches one of its elements."
                                is_mono=true
                            />
                        }
                    })}
            </div>
        </details>
    }
    .into_any()
}

fn has_something_to_say(at: &Control) -> bool {
    at.error.is_some() || !at.text.trim().is_empty()
}
