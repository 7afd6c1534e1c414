//! Where a secret may go: to its registry, to what belongs to that, and to a token service that
//! somebody accepted for it.

use super::place::Place;
use crate::domain::credential::Credential;
use crate::functions::answer::Returned;
use crate::ui::components::{ErrorSummary, Field, Section, SubmitButton};
use leptos::prelude::*;
use uuid::Uuid;

/// The section; `came_back` is the failed post of its form, if there was one.
#[component]
pub fn WhereTo(
    credential: Credential,
    /// The fixed origins besides its own, by kind of registry.
    companions: Vec<String>,
    came_back: Option<Returned>,
    place: Place,
) -> impl IntoView {
    let id = credential.summary.id;
    // Whoever chooses where a secret is sent can obtain it, as can who grants it.
    let may_choose = place.may.write && place.may.write_pipelines;
    let service = credential.token_service;
    let is_accepted = service.is_some();
    view! {
        <Section id="where-to" title="Where the secret may go">
            <dl class="facts">
                <dt>"Its registry"</dt>
                <dd class="mono">{credential.origin}</dd>
                {(!companions.is_empty())
                    .then(|| {
                        view! {
                            <dt>"What belongs to the registry"</dt>
                            <dd class="mono">{companions.join(", ")}</dd>
                        }
                    })}
                <dt>"Accepted token service"</dt>
                <dd>
                    {match service {
                        Some(origin) => view! { <span class="mono">{origin}</span> }.into_any(),
                        None => view! { <span class="muted">"None elsewhere"</span> }.into_any(),
                    }}
                </dd>
            </dl>
            <p class="muted">
                "Short-lived tokens for one repository are fetched from the registry's token service with this credential, so the service receives it. Where it is on another host, nothing is sent there until somebody accepts it."
            </p>
            {may_choose.then(|| view! { <Choice id is_accepted came_back place/> })}
        </Section>
    }
}

/// The form that accepts one, or takes that back.
#[component]
fn Choice(id: Uuid, is_accepted: bool, came_back: Option<Returned>, place: Place) -> impl IntoView {
    let at = |name: &str| came_back.as_ref().and_then(|returned| returned.at(name));
    let (origin_error, password_error) = (at("origin"), at("password"));
    let typed = came_back
        .as_ref()
        .and_then(|returned| returned.form.get("origin")?.as_str().map(str::to_owned))
        .unwrap_or_default();
    let (heading, button) = if is_accepted {
        ("Take the acceptance back", "No longer accept")
    } else {
        ("Accept a token service", "Accept")
    };
    let is_open = came_back.is_some();
    view! {
        <details class="fold" open=is_open>
            <summary>{heading}</summary>
            <form method="post" action="/rpc/credentials/token-service" class="card stack" novalidate>
                {came_back.map(|returned| view! { <ErrorSummary error=returned.error/> })}
                <input type="hidden" name="project" value=place.project/>
                <input type="hidden" name="id" value=id.to_string()/>
                {if is_accepted {
                    view! { <input type="hidden" name="origin" value=""/> }.into_any()
                } else {
                    view! {
                        <Field
                            name="origin"
                            id="token-service"
                            label="Token service"
                            value=typed
                            error=origin_error
                            hint="Where the registry sends clients for tokens, for example https://auth.example.com. Ask who runs the registry."
                        />
                    }
                        .into_any()
                }}
                <Field
                    name="password"
                    id="token-service-password"
                    label="Your password"
                    error=password_error
                    hint="Whoever chooses where a secret is sent can obtain it, so confirm it is you."
                    kind="password"
                    autocomplete="current-password"
                />
                <div class="toolbar">
                    <SubmitButton label=button/>
                </div>
            </form>
        </details>
    }
}
