//! The page that adds a trust rule: one form for each provider, with a field for each claim.

use super::confirm::YourPassword;
use super::trust::{drone_endpoint, woodpecker_endpoint};
use crate::domain::trust_rule::{ClaimField, Kind, Provider, TrustForm};
use crate::error::{Error, Result};
use crate::functions::answer::Returned;
use crate::functions::pipelines::{PipelinePage, find_pipeline};
use crate::ui::components::{ErrorSummary, Field, LinkButton, Snippet, SubmitButton, TextArea};
use crate::ui::credentials::place::{Place, returned};
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

/// `/p/{project}/pipelines/{id}/trust/new`; a provider that there is none of is GitHub.
#[component]
pub fn NewRulePage() -> impl IntoView {
    let place = Place::here();
    let provider = place.query("provider").and_then(|word| Provider::from_word(&word));
    let provider = provider.unwrap_or(Provider::GitHub);
    let loaded = OnceResource::new_blocking(load(place.clone()));
    view! {
        <Title text="Add trust rule"/>
        <Suspense>
            {move || {
                let place = place.clone();
                Suspend::new(async move {
                    match loaded.await {
                        Ok((page, came_back)) => {
                            view! { <Whole page place provider came_back/> }.into_any()
                        }
                        Err(error) => view! { <Problem error/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

async fn load(place: Place) -> Result<(PipelinePage, Option<Returned>)> {
    if !(place.may.write && place.may.write_pipelines) {
        return Err(Error::Forbidden);
    }
    let page = find_pipeline(place.project.clone(), place.id()?).await?;
    Ok((page, returned(place.query("back")).await))
}

/// What the form shows: the values, and the sentences of a save that failed.
#[derive(Clone, Debug)]
struct Filled {
    provider: Provider,
    form: TrustForm,
    returned: Option<Returned>,
}

impl Filled {
    /// What was typed, if a save failed, and else what is usual.
    fn new(provider: Provider, address: &str, returned: Option<Returned>) -> Self {
        let usual = TrustForm {
            issuer: provider.usual_issuer().to_owned(),
            audience: provider
                .usual_audience()
                .unwrap_or_else(|| address.trim_end_matches('/'))
                .to_owned(),
            ..TrustForm::default()
        };
        let form = returned.as_ref().map_or(usual, Returned::form);
        Self { provider, form, returned }
    }

    fn at(&self, name: &str) -> Option<String> {
        self.returned.as_ref().and_then(|returned| returned.at(name))
    }
}

#[component]
fn Whole(
    page: PipelinePage,
    place: Place,
    provider: Provider,
    came_back: Option<Returned>,
) -> impl IntoView {
    let summary = page.pipeline.summary;
    let (pipeline, name) = (summary.id, summary.name);
    let href = place.pipeline(pipeline);
    let filled = Filled::new(provider, &page.address, came_back);
    let error = filled.returned.as_ref().map(|returned| returned.error.clone());
    let password_error = filled.at("password");
    view! {
        <p>
            <a href=href.clone()>{name.clone()}</a>
        </p>
        <h1>"Add trust rule"</h1>
        <Providers chosen=provider page=format!("{href}/trust/new")/>
        <p>{meaning(provider, &name)}</p>
        {provider.notes().iter().map(|note| view! { <p class="muted">{*note}</p> }).collect_view()}
        <Setup provider address=page.address project=place.project.clone()/>
        {error.map(|error| view! { <ErrorSummary error/> })}
        <form method="post" action="/rpc/trust-rules/create" class="card stack" novalidate>
            <input type="hidden" name="project" value=place.project/>
            <input type="hidden" name="pipeline" value=pipeline.to_string()/>
            <input type="hidden" name="form[provider]" value=provider.word()/>
            <Signature filled=filled.clone()/>
            <Claims filled=filled.clone() kind=Kind::Identity/>
            <Claims filled=filled.clone() kind=Kind::Narrowing/>
            <Claims filled kind=Kind::Extra/>
            <YourPassword id="password" error=password_error/>
            <div class="toolbar">
                <LinkButton href=href label="Cancel"/>
                <SubmitButton label="Add trust rule"/>
            </div>
        </form>
    }
}

/// A link for each form.
#[component]
fn Providers(chosen: Provider, page: String) -> impl IntoView {
    view! {
        <nav class="toolbar presets" aria-label="Who signs">
            {Provider::ALL
                .iter()
                .map(|provider| {
                    view! {
                        <a
                            class="button button-quiet"
                            href=format!("{page}?provider={}", provider.word())
                            aria-current=(*provider == chosen).then_some("page")
                        >
                            {provider.label()}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
}

/// What the rule does, in a paragraph.
fn meaning(provider: Provider, pipeline: &str) -> String {
    let who = provider.label();
    match provider {
        Provider::Woodpecker => format!(
            "Woodpecker asks for registries before a workflow starts, and signs what it asks with a key of the server. This rule says which server's signature is taken, and for which repository its workflows act as {pipeline}."
        ),
        Provider::Drone => format!(
            "Drone asks for registries before a build starts, and signs what it asks with a secret that it shares with this service: one for the project, shown once the rule is added. This rule says for which repository its builds act as {pipeline}."
        ),
        Provider::Kubernetes => format!(
            "A service account of a cluster can ask for a signed token. This rule says which account acts as {pipeline}: whoever shows such a token gets a short-lived pipeline token for it, and nothing secret is stored in the cluster."
        ),
        Provider::Other => format!(
            "A job of an OpenID Connect issuer can show a token that the issuer signed. This rule says what such a token has to say: then it is exchanged for a short-lived token of {pipeline}, and nothing secret is stored in the CI."
        ),
        _ => format!(
            "A job of {who} can ask for a signed token that says which repository, branch and run it is. This rule says what such a token has to say: then it is exchanged for a short-lived token of {pipeline}, and nothing secret is stored in the CI."
        ),
    }
}

/// What to set up at who signs requests; nothing for issuers of tokens.
#[component]
fn Setup(provider: Provider, address: String, project: String) -> impl IntoView {
    match provider {
        Provider::Woodpecker => view! {
            <p>
                "Set this address as the registry extension of the repository, or for all of them as "
                <code>"WOODPECKER_REGISTRY_EXTENSION_ENDPOINT"</code> ":"
            </p>
            <Snippet id="endpoint" text=woodpecker_endpoint(&address, &project)/>
        }
        .into_any(),
        Provider::Drone => {
            let endpoint = drone_endpoint(&address, &project);
            let text = format!(
                "DRONE_REGISTRY_PLUGIN_ENDPOINT={endpoint}\nDRONE_REGISTRY_PLUGIN_TOKEN=the shared secret"
            );
            view! {
                <p>
                    "The shared secret is made when the rule is saved, and shown once, on the next page. Drone and its runners are told it like this:"
                </p>
                <Snippet id="endpoint" text/>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}

/// Whose signature it has to be.
#[component]
fn Signature(filled: Filled) -> impl IntoView {
    let provider = filled.provider;
    let form = filled.form.clone();
    let (issuer_error, audience_error) = (filled.at("issuer"), filled.at("audience"));
    let key_error = filled.at("public_key");
    match provider {
        Provider::Drone => ().into_any(),
        Provider::Woodpecker => view! {
            <TextArea
                name="form[public_key]"
                label="Public key"
                value=form.public_key
                error=key_error
                hint="The Woodpecker server gives it at /api/signature/public-key."
                rows=4
                is_mono=true
            />
        }
        .into_any(),
        _ => view! {
            <Field
                name="form[issuer]"
                label="Issuer"
                value=form.issuer
                error=issuer_error
                hint=provider.issuer_hint()
            />
            <Field
                name="form[audience]"
                label="Audience"
                value=form.audience
                error=audience_error
                hint=provider.audience_hint()
            />
        }
        .into_any(),
    }
}

/// The claims of one kind, if the provider has any.
#[component]
fn Claims(filled: Filled, kind: Kind) -> impl IntoView {
    let fields: Vec<&ClaimField> =
        filled.provider.fields().iter().filter(|field| field.kind == kind).collect();
    let takes_more = kind == Kind::Extra && filled.provider.is_oidc();
    let (legend, sentence) = match kind {
        Kind::Identity => ("Who it is", "All of it has to match exactly."),
        Kind::Narrowing => {
            ("Narrowed to", "Enter one of these at least. A * stands for any characters.")
        }
        Kind::Extra => ("Also", "Only if you want more to match; blank asks for nothing."),
    };
    if fields.is_empty() && !takes_more {
        return ().into_any();
    }
    view! {
        <fieldset class="field stack">
            <legend>{legend}</legend>
            <p class="muted">{sentence}</p>
            {fields.into_iter().map(|field| one_claim(&filled, field)).collect_view()}
            {takes_more
                .then(|| {
                    view! {
                        <TextArea
                            name="form[more_claims]"
                            label="More claims"
                            value=filled.form.more_claims.clone()
                            error=filled.at("more_claims")
                            hint="One on each line: name=value. Each has to match exactly. Where the claim is a list, name[]=value asks for one of its elements."
                            is_mono=true
                        />
                    }
                })}
        </fieldset>
    }
    .into_any()
}

fn one_claim(filled: &Filled, field: &ClaimField) -> impl IntoView + use<> {
    let value = filled.form.claims.get(field.name).cloned().unwrap_or_default();
    let error = filled.at(&format!("claims.{}", field.name));
    view! {
        <Field
            name=format!("form[claims][{}]", field.name)
            label=field.label
            value=value
            error=error
            hint=field.hint
        />
    }
}
