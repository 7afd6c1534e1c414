//! The trust rules of a pipeline: whose tokens are accepted instead of one of ours.

use super::of_row;
use crate::domain::credential::Access;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::trust_rule::{Kind, TrustRule};
use crate::functions::trust_rules::DeleteRule;
use crate::ui::kit::{
    ACTIONS, Alert, Cell, CodeToCopy, Columns, LinkButton, PageContext, PostButton, Section, Table,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

#[component]
pub fn TrustRules(page: PageContext, pipeline: Uuid, rules: Vec<TrustRule>) -> impl IntoView {
    let add = page.may_grant().then(|| {
        paths::with_query(&paths::new_rule(&page.project, pipeline), "provider", "github")
    });
    let rows = rules.into_iter().map(|rule| row(rule, pipeline, &page));
    let columns = Columns::new(["Provider", "Claims", "Added", "Last used", ACTIONS], rows);
    view! {
        <Section id="trust-rules" title="Trust rules">
            <p class="muted">
                "If your CI issues identity tokens, no secret needs to be stored there. A trust rule says whose tokens are accepted, and which claims they must have."
            </p>
            <Table columns empty="No trust rules: this pipeline can only use a token."/>
            <div class="toolbar">
                {add.map(|href| view! { <LinkButton href label="Add trust rule"/> })}
                <LinkButton href=paths::try_token(&page.project, pipeline) label="Try a token"/>
            </div>
        </Section>
    }
}

fn row(rule: TrustRule, pipeline: Uuid, page: &PageContext) -> [Cell; 5] {
    let label = format!("Delete the {}", rule_name(&rule));
    let is_oidc = rule.provider.is_oidc();
    let lacks = rule.lacks().join(", ").to_lowercase();
    let lacks = (!lacks.is_empty()).then(|| {
        format!(
            "This rule does not check the {lacks}, so it accepts no token. Delete it and add it again."
        )
    });
    let is_foreign = rule.has_foreign_audience();
    let may_push = rule.intent == Access::PullAndPush;
    let values = of_row(page, pipeline, rule.id.to_string());
    [
        Cell::of(view! {
            <div>{rule.provider.label()}</div>
            {is_oidc
                .then(|| {
                    view! {
                        <div class="mono muted">{rule.issuer}</div>
                        <div class="muted">"for " <span class="mono">{rule.audience}</span></div>
                        {is_foreign
                            .then(|| {
                                view! {
                                    <div>
                                        "This audience belongs to another service. Add a rule for the address of Regcred, then delete this one."
                                    </div>
                                }
                            })}
                    }
                })}
        }),
        Cell::of(view! {
            {rule
                .claims
                .into_iter()
                .map(|(name, value)| view! { <div class="mono">{format!("{name}={value}")}</div> })
                .collect_view()}
            {may_push.then(|| view! { <div>"Requests may ask for push."</div> })}
            {lacks.map(|sentence| view! { <div>{sentence}</div> })}
        }),
        Cell::done(rule.created_at, &rule.created_by),
        Cell::last(rule.last_used_at),
        Cell::of(
            page.may(Permission::PipelineWrite).then(
                || view! { <PostButton action=DeleteRule::url() values label word="Delete"/> },
            ),
        ),
    ]
}

/// What to call a rule among others: its provider, and by which id that knows who it is.
pub fn rule_name(rule: &TrustRule) -> String {
    let identity = rule.provider.fields().iter().find(|field| field.kind == Kind::Identity);
    let who = identity.and_then(|field| rule.claims.get(field.name));
    let provider = rule.provider.label();
    who.map_or_else(|| format!("{provider} rule"), |who| format!("{provider} rule for {who}"))
}

/// The secret that Drone signs with, shown once; `None` when it was already shown.
#[component]
pub fn SharedSecret(address: String, project: String, secret: Option<String>) -> impl IntoView {
    match secret {
        Some(secret) => {
            let text = drone_settings(&address, &project, &secret);
            view! {
                <section class="card stack" aria-labelledby="new-secret">
                    <h2 id="new-secret">"New shared secret"</h2>
                    <p>"Set these on the Drone server and on its runners:"</p>
                    <CodeToCopy id="shared-secret" text/>
                    <p>
                        <strong>"The shared secret is shown once. Store it in Drone's settings now."</strong>
                        " All trust rules for Drone in this project use it. To replace it, delete all of them and add them again."
                    </p>
                </section>
            }
            .into_any()
        }
        None => view! {
            <Alert kind="warning">
                <p>
                    "The new shared secret was already shown. If nobody stored it, delete the project's trust rules for Drone and add them again."
                </p>
            </Alert>
        }
        .into_any(),
    }
}

/// What Drone's server and its runners are told; `secret` is what they sign with.
pub fn drone_settings(address: &str, project: &str, secret: &str) -> String {
    let address = address.trim_end_matches('/');
    format!(
        "DRONE_REGISTRY_PLUGIN_ENDPOINT={address}/api/v1/drone/{project}\nDRONE_REGISTRY_PLUGIN_TOKEN={secret}"
    )
}
