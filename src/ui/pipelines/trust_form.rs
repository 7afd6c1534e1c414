//! The page that adds a trust rule: one form for each provider, with a field for each claim.

use super::rule_fields::RuleFields;
use super::trust::drone_settings;
use crate::domain::paths;
use crate::domain::pipeline::PipelinePage;
use crate::domain::trust_rule::{Provider, TrustForm};
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::pipelines::find_pipeline;
use crate::functions::trust_rules::CreateRule;
use crate::ui::granting::YourPassword;
use crate::ui::kit::{
    CodeToCopy, FormState, Hidden, Loaded, PageContext, PageHead, PostForm, ProviderMark,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

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
    let href = paths::trust_rules(&page.project, pipeline);
    let is_admin = page.is_instance_admin();
    let state = FormState::new(failed, start(provider, &address)).within("form");
    let tried = paths::try_token(&page.project, pipeline);
    view! {
        <PageHead title="Add trust rule" up=(href.clone(), name.clone())/>
        <Providers chosen=provider page=paths::new_rule(&page.project, pipeline)/>
        <p>{meaning(provider, &name)}</p>
        <Notes provider/>
        {provider
            .is_oidc()
            .then(|| {
                view! {
                    <p>
                        "If you have the token of a job, "
                        <a href=tried>"paste it to fill in this form"</a> "."
                    </p>
                }
            })}
        <Setup provider address project=page.project.clone()/>
        {state.summary()}
        <RuleForm page pipeline provider state href is_admin/>
    }
}

/// What to know of the provider's tokens: first what a job needs for one, and the rest folded.
#[component]
fn Notes(provider: Provider) -> impl IntoView {
    let (first, rest) = match provider.notes() {
        [] => return ().into_any(),
        [first, rest @ ..] => (*first, rest),
    };
    let rest = rest.iter().map(|note| view! { <p class="muted">{*note}</p> }).collect::<Vec<_>>();
    view! {
        <p class="muted">{first}</p>
        {(!rest.is_empty())
            .then(|| {
                view! {
                    <details class="fold">
                        <summary>"More about its tokens"</summary>
                        <div class="stack">{rest}</div>
                    </details>
                }
            })}
    }
    .into_any()
}

/// The form that adds a rule, wherever it stands; `href` is where *Cancel* leads.
#[component]
pub fn RuleForm(
    page: PageContext,
    pipeline: Uuid,
    provider: Provider,
    state: FormState,
    href: String,
    is_admin: bool,
) -> impl IntoView {
    view! {
        <PostForm
            action=CreateRule::url()
            project=page.project
            class="card stack"
            submit="Add trust rule"
            cancel=href
        >
            <Hidden name="pipeline" value=pipeline.to_string()/>
            <Hidden name="form[provider]" value=provider.word()/>
            <RuleFields provider state=state.clone() is_admin/>
            <YourPassword error=state.error("password")/>
        </PostForm>
    }
}

#[component]
fn Providers(chosen: Provider, page: String) -> impl IntoView {
    view! {
        <nav class="toolbar presets tiles" aria-label="Provider">
            {Provider::ALL
                .iter()
                .map(|provider| {
                    view! {
                        <a
                            class="button button-quiet"
                            href=paths::with_query(&page, "provider", provider.word())
                            aria-current=(*provider == chosen).then_some("page")
                        >
                            <ProviderMark provider=*provider/>
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
                    "The shared secret is shown once, on the page after the project's first rule for Drone. Later rules use the same secret and do not show it. Set both values in the environment of each Drone runner:"
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
