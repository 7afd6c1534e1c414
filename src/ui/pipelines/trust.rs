//! Whose word is taken for the pipeline instead of a token of ours.

use crate::domain::trust_rule::{Kind, TrustRule};
use crate::ui::components::{
    ACTIONS, Alert, LinkButton, PostButton, Section, Snippet, Table, Time,
};
use crate::ui::credentials::place::Place;
use leptos::prelude::*;
use uuid::Uuid;

/// The section of the pipeline's page.
#[component]
pub fn TrustRules(place: Place, pipeline: Uuid, rules: Vec<TrustRule>) -> impl IntoView {
    let page = place.pipeline(pipeline);
    let can_add = place.may.write && place.may.write_pipelines;
    let add = can_add.then(|| format!("{page}/trust/new?provider=github"));
    let is_empty = rules.is_empty();
    view! {
        <Section id="trust-rules" title="Trust rules">
            <p class="muted">
                "A CI that signs for its jobs needs no token in its secrets: a rule says whose signature is taken, and what it has to say."
            </p>
            {if is_empty {
                view! { <p class="muted">"There is none, so only a token proves this pipeline."</p> }.into_any()
            } else {
                view! {
                    <Table columns=vec!["Provider", "Claims", "Added", "Last used", ACTIONS]>
                        {rules
                            .into_iter()
                            .map(|rule| view! { <RuleRow rule pipeline place=place.clone()/> })
                            .collect_view()}
                    </Table>
                }
                    .into_any()
            }}
            <div class="toolbar">
                {add.map(|href| view! { <LinkButton href label="Add trust rule"/> })}
                <LinkButton href=format!("{page}/trust/try") label="Try a token"/>
            </div>
        </Section>
    }
}

#[component]
fn RuleRow(rule: TrustRule, pipeline: Uuid, place: Place) -> impl IntoView {
    let label = format!("Delete the {}", rule_name(&rule));
    let is_oidc = rule.provider.is_oidc();
    let lacks = rule.lacks().join(", ").to_lowercase();
    let lacks = (!lacks.is_empty()).then(|| {
        format!(
            "It does not ask for the {lacks}, so it accepts no token. Delete it and add it again."
        )
    });
    view! {
        <tr>
            <td data-label="Provider">
                <div>{rule.provider.label()}</div>
                {is_oidc
                    .then(|| {
                        view! {
                            <div class="mono muted">{rule.issuer}</div>
                            <div class="muted">"for " <span class="mono">{rule.audience}</span></div>
                        }
                    })}
            </td>
            <td data-label="Claims">
                {rule
                    .claims
                    .into_iter()
                    .map(|(name, value)| view! { <div class="mono">{format!("{name}={value}")}</div> })
                    .collect_view()}
                {lacks.map(|sentence| view! { <div>{sentence}</div> })}
            </td>
            <td data-label="Added">
                <Time at=rule.created_at/>
                <div class="muted">{format!("by {}", rule.created_by)}</div>
            </td>
            <td data-label="Last used">
                {match rule.last_used_at {
                    Some(at) => view! { <Time at/> }.into_any(),
                    None => view! { <span class="muted">"Never"</span> }.into_any(),
                }}
            </td>
            <td data-label="Actions" class="row-actions">
                {place
                    .may
                    .write_pipelines
                    .then(|| {
                        let values = vec![
                            ("project", place.project),
                            ("pipeline", pipeline.to_string()),
                            ("id", rule.id.to_string()),
                        ];
                        view! { <PostButton action="/rpc/trust-rules/delete" values label word="Delete"/> }
                    })}
            </td>
        </tr>
    }
}

/// What to call a rule among others: its provider, and by which id that knows who it is.
pub fn rule_name(rule: &TrustRule) -> String {
    let identity = rule.provider.fields().iter().find(|field| field.kind == Kind::Identity);
    let who = identity.and_then(|field| rule.claims.get(field.name));
    let provider = rule.provider.label();
    who.map_or_else(|| format!("{provider} rule"), |who| format!("{provider} rule for {who}"))
}

/// The secret that Drone signs with, shown once; `None` when it was shown already.
#[component]
pub fn SharedSecret(address: String, project: String, secret: Option<String>) -> impl IntoView {
    match secret {
        Some(secret) => {
            let endpoint = drone_endpoint(&address, &project);
            let text = format!(
                "DRONE_REGISTRY_PLUGIN_ENDPOINT={endpoint}\nDRONE_REGISTRY_PLUGIN_TOKEN={secret}"
            );
            view! {
                <section class="card stack" aria-labelledby="new-secret">
                    <h2 id="new-secret">"New shared secret"</h2>
                    <p>"The settings of the Drone server and of its runners:"</p>
                    <Snippet id="shared-secret" text/>
                    <p>
                        <strong>"The shared secret is shown once. Store it in Drone's settings now."</strong>
                        " All rules for Drone in this project share it. To end it, delete all of them and add them again."
                    </p>
                </section>
            }
            .into_any()
        }
        None => view! {
            <Alert kind="warning">
                <p>
                    "The new shared secret was shown already. If nobody stored it, delete the project's trust rules for Drone and add them again."
                </p>
            </Alert>
        }
        .into_any(),
    }
}

/// Where Drone asks for registries.
pub fn drone_endpoint(address: &str, project: &str) -> String {
    format!("{}/api/v1/drone/{project}", address.trim_end_matches('/'))
}

/// Where Woodpecker asks for registries.
pub fn woodpecker_endpoint(address: &str, project: &str) -> String {
    format!("{}/api/v1/woodpecker/{project}", address.trim_end_matches('/'))
}
