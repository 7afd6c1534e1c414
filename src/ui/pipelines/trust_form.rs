//! The page that adds a trust rule: one form for each provider, with a field for each claim.

use super::trust::drone_settings;
use crate::domain::credential::Access;
use crate::domain::issuer::NOT_LISTED;
use crate::domain::paths;
use crate::domain::pipeline::PipelinePage;
use crate::domain::trust_rule::{ClaimField, Kind, Provider, TrustForm};
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::pipelines::find_pipeline;
use crate::functions::trust_rules::CreateRule;
use crate::ui::granting::YourPassword;
use crate::ui::kit::{
    CodeToCopy, Field, FormState, Hidden, Loaded, PageContext, PageHead, PostForm, Select,
    TextArea, options,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `/p/{project}/pipelines/{id}/trust/new`; an unknown provider is GitHub.
#[component]
pub fn NewRulePage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Loaded title="Add trust rule" from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

type Found = (PipelinePage, Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    page.needs_to_grant()?;
    let found = find_pipeline(page.project.clone(), page.id()?).await?;
    Ok((found, page.failed_form().await))
}

/// What is usual for the provider.
fn start(provider: Provider, address: &str) -> TrustForm {
    let address = address.trim_end_matches('/');
    TrustForm {
        issuer: provider.usual_issuer().to_owned(),
        audience: provider.usual_audience().unwrap_or(address).to_owned(),
        ..TrustForm::default()
    }
}

fn whole((found, failed): Found, page: PageContext) -> impl IntoView {
    let provider = page.query("provider").and_then(|word| Provider::from_word(&word));
    let provider = provider.unwrap_or(Provider::GitHub);
    let (summary, address) = (found.pipeline.summary, found.address);
    let (pipeline, name) = (summary.id, summary.name);
    let href = paths::pipeline(&page.project, pipeline);
    let is_admin = page.is_instance_admin();
    let state = FormState::new(failed, start(provider, &address)).within("form");
    view! {
        <PageHead title="Add trust rule" up=(href.clone(), name.clone())/>
        <Providers chosen=provider page=paths::new_rule(&page.project, pipeline)/>
        <p>{meaning(provider, &name)}</p>
        {provider.notes().iter().map(|note| view! { <p class="muted">{*note}</p> }).collect_view()}
        <Setup provider address project=page.project.clone()/>
        {state.summary()}
        <PostForm
            action=CreateRule::url()
            project=page.project
            class="card stack"
            submit="Add trust rule"
            cancel=href
        >
            <Hidden name="pipeline" value=pipeline.to_string()/>
            <Hidden name="form[provider]" value=provider.word()/>
            <Signature provider state=state.clone() is_admin/>
            <Claims provider state=state.clone() kind=Kind::Identity/>
            <Claims provider state=state.clone() kind=Kind::Narrowing/>
            <Claims provider state=state.clone() kind=Kind::Extra/>
            <YourPassword error=state.error("password")/>
        </PostForm>
    }
}

#[component]
fn Providers(chosen: Provider, page: String) -> impl IntoView {
    view! {
        <nav class="toolbar presets" aria-label="Provider">
            {Provider::ALL
                .iter()
                .map(|provider| {
                    view! {
                        <a
                            class="button button-quiet"
                            href=paths::with_query(&page, "provider", provider.word())
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

fn meaning(provider: Provider, pipeline: &str) -> String {
    let exchange = format!(
        "This rule says which claims such a token must have to act as {pipeline}. Regcred exchanges the token for a short-lived pipeline token, so no secret is stored"
    );
    match provider {
        Provider::Woodpecker => format!(
            "Woodpecker asks for registry credentials before a workflow starts, and signs the request with the server's key. This rule says which server is trusted, and which repository's workflows act as {pipeline}."
        ),
        Provider::Drone => format!(
            "Drone asks for registry credentials before a build starts, and signs the request with a secret that it shares with Regcred. All rules for Drone in a project use the same secret. This rule says which repository's builds act as {pipeline}."
        ),
        Provider::Kubernetes => format!(
            "A service account of a cluster can request a signed token. {exchange} in the cluster."
        ),
        Provider::Other => format!(
            "A job can request a signed token from an OpenID Connect issuer. {exchange} in the CI."
        ),
        _ => format!(
            "A job of {} can request a signed token with its repository, branch and run. {exchange} in the CI.",
            provider.label()
        ),
    }
}

/// What to set up at a CI that signs its requests; nothing for issuers of tokens.
#[component]
fn Setup(provider: Provider, address: String, project: String) -> impl IntoView {
    match provider {
        Provider::Woodpecker => {
            let address = address.trim_end_matches('/');
            let text = format!("{address}/api/v1/woodpecker/{project}");
            view! {
                <p>
                    "Set this address on the Woodpecker server for all repositories, as "
                    <code>"WOODPECKER_REGISTRY_EXTENSION_ENDPOINT"</code> ":"
                </p>
                <CodeToCopy id="endpoint" text/>
                <p class="muted">
                    "Woodpecker signs the path of a request, but not the host that it is sent to. A repository's admin who sets an extension of their own could receive a signed request on another server and send it to Regcred first. So let nobody set extensions for a single repository, and allow push only where it is needed. Each signed request is answered once."
                </p>
            }
            .into_any()
        }
        Provider::Drone => {
            let text = drone_settings(&address, &project, "the shared secret");
            view! {
                <p>
                    "The shared secret is shown once, on the page after the project's first rule for Drone. Later rules use the same secret and do not show it. Set both values on the Drone server and on its runners:"
                </p>
                <CodeToCopy id="endpoint" text/>
                <p class="muted">
                    "Drone does not sign the address that a request is sent to. Use the shared secret for Regcred only, so that nobody else receives requests that are signed with it. Each signed request is answered once: two stages of one build that start in the same second send the same request, and the second one is refused. Use depends_on to start them one after the other."
                </p>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}

/// Whose signature the token must have.
#[component]
fn Signature(provider: Provider, state: FormState, is_admin: bool) -> impl IntoView {
    match provider {
        Provider::Drone => ().into_any(),
        Provider::Woodpecker => view! {
            <TextArea
                at=state.at("public_key")
                label="Public key"
                hint="The Woodpecker server shows it at /api/signature/public-key."
                rows=4
                is_mono=true
            />
            <Select
                at=state.at("intent")
                label="Requests may ask for"
                hint="A request gets push only if this allows it and its address ends in ?intent=push. Builds of pull requests get pull only."
                options=options(Access::ALL, Access::word, Access::label)
            />
        }
        .into_any(),
        _ => view! {
            <Field at=state.at("issuer") label="Issuer" hint=provider.issuer_hint()/>
            <NotListed error=state.error("issuer") is_admin/>
            <Field at=state.at("audience") label="Audience" hint=provider.audience_hint()/>
        }
        .into_any(),
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
                <code>"regcred issuer add"</code> ". GitHub Actions, GitLab.com, CircleCI and Buildkite need no entry."
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
    let takes_more = kind == Kind::Extra && provider.is_oidc();
    let (legend, sentence) = match kind {
        Kind::Identity => ("Identity", "All must match exactly."),
        Kind::Narrowing => ("Restrict to", "Enter at least one. A * stands for any characters."),
        Kind::Extra => ("Optional claims", "Leave blank to accept any value."),
    };
    if fields.is_empty() && !takes_more {
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
            {takes_more
                .then(|| {
                    view! {
                        <TextArea
                            at=state.at("more_claims")
                            label="More claims"
                            hint="One on each line: name=value. Each must match exactly. If the claim is a list, name[]=value matches one of its elements."
                            is_mono=true
                        />
                    }
                })}
        </fieldset>
    }
    .into_any()
}
