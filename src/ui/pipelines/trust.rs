//! The trust rules of a pipeline: whose tokens are accepted instead of one of ours.

use super::doubts::Doubts;
use super::tokens::waits_in_words;
use crate::domain::credential::Access;
use crate::domain::doubt::of_rule;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::Approvals;
use crate::domain::trust_rule::{Kind, OwnHosts, Provider, TrustRule};
use crate::functions::answer::FailedForm;
use crate::functions::trust_rules::{ConfirmRule, RenewDroneSecret};
use crate::ui::granting::{TO_DESTROY, YourPassword};
use crate::ui::kit::{
    ACTIONS, Alert, Badge, Cell, CodeToCopy, Columns, FormState, Hidden, IconLink, LinkButton,
    PageContext, PostForm, ProviderMark, Section, Table, made_by_gone,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

#[component]
pub fn TrustRules(
    page: PageContext,
    pipeline: Uuid,
    rules: Vec<TrustRule>,
    /// Issuers that are not on the list of the instance.
    unlisted: Vec<String>,
    /// Those of this instance.
    own_hosts: OwnHosts,
    /// Makers who may make such things no more.
    gone: Vec<Uuid>,
    approvals: Approvals,
    /// The last post that failed, of whichever form.
    failed: Option<FailedForm>,
) -> impl IntoView {
    let left = |rule: &TrustRule| rule.ended_at.is_some() || rule.created_by.is_among(&gone);
    let unconfirmed: Vec<TrustRule> =
        rules.iter().filter(|rule| page.may_grant() && left(rule)).cloned().collect();
    let confirmations = unconfirmed
        .into_iter()
        .map(|rule| {
            let (page, failed) = (page.clone(), failed.clone());
            view! { <Confirmation page pipeline rule failed/> }
        })
        .collect_view();
    let has_drone = rules.iter().any(|rule| rule.provider == Provider::Drone);
    let renewal = (has_drone && page.may_grant()).then(|| page.clone());
    let add = page.may_grant().then(|| {
        paths::with_query(&paths::new_rule(&page.project, pipeline), "provider", "github")
    });
    let rows = rules.into_iter().map(|rule| {
        let is_unlisted = rule.provider.is_oidc() && unlisted.contains(&rule.issuer);
        row(rule, pipeline, (&gone, &approvals, is_unlisted), &own_hosts, &page)
    });
    let columns = Columns::new(["Trust rule", "Claims", "Created", "Last used", ACTIONS], rows);
    view! {
        <Section id="trust-rules" title="Trust rules">
            <p class="muted">
                "If your CI issues identity tokens, no secret needs to be stored there. A trust rule says whose tokens are accepted, and which claims they must have."
            </p>
            <Table
                columns
                class="compact"
                empty="No trust rules: this pipeline can only use a token."
            />
            {confirmations}
            <div class="toolbar">
                {add.map(|href| view! { <LinkButton href label="Add trust rule"/> })}
                <LinkButton href=paths::try_token(&page.project, pipeline) label="Try a token"/>
            </div>
            {renewal.map(|page| view! { <Renewal page pipeline failed/> })}
        </Section>
    }
}

fn row(
    rule: TrustRule,
    pipeline: Uuid,
    (gone, approvals, is_unlisted): (&[Uuid], &Approvals, bool),
    own_hosts: &OwnHosts,
    page: &PageContext,
) -> [Cell; 5] {
    let is_left = rule.created_by.is_among(gone);
    let has_ended = rule.ended_at.is_some();
    let not_for = waits_in_words(approvals, rule.identity_epoch).filter(|_| !has_ended);
    let (label, edit_label) =
        (format!("Delete the {}", rule_name(&rule)), format!("Edit the {}", rule_name(&rule)));
    let edit = page.may_grant().then(|| paths::edit_rule(&page.project, pipeline, rule.id));
    let delete = page.may(Permission::PipelineWrite);
    let delete = delete.then(|| paths::delete_rule(&page.project, pipeline, rule.id));
    let (doubts, about, of_page) = (of_rule(&rule, own_hosts), rule.id, page.clone());
    let (provider, called) = (rule.provider, rule.called());
    let title = called.clone();
    let is_oidc = provider.is_oidc();
    let may_push = rule.intent == Access::PullAndPush;
    let claims = match rule.claims.len() {
        1 => "1 claim".to_owned(),
        count => format!("{count} claims"),
    };
    [
        Cell::of(view! {
            <div class="rule-name">
                <ProviderMark provider/>
                <strong title=title>{called}</strong>
                <span class="muted">{provider.label()}</span>
            </div>
            {has_ended.then(|| view! { <div><Badge label="Stopped" tone="bad"/></div> })}
            {is_unlisted
                .then(|| {
                    view! {
                        <div><Badge label="Issuer not trusted" tone="bad"/></div>
                        <div>
                            "The issuer is not on the list of trusted issuers, so the rule accepts no token. An instance admin can add it."
                        </div>
                    }
                })}
            {not_for.map(|words| view! { <div class="muted">{words}</div> })}
            <Doubts doubts page=of_page pipeline about/>
        }),
        Cell::of(view! {
            <details class="claims">
                <summary>{claims}</summary>
                {is_oidc
                    .then(|| {
                        view! {
                            <div class="mono muted">{rule.issuer}</div>
                            <div class="muted">"for " <span class="mono">{rule.audience}</span></div>
                        }
                    })}
                {rule
                    .claims
                    .into_iter()
                    .map(|(name, value)| view! { <div class="mono">{format!("{name}={value}")}</div> })
                    .collect_view()}
            </details>
            {may_push.then(|| view! { <div>"Requests may ask for push."</div> })}
        }),
        Cell::made(rule.created_at, &rule.created_by, is_left),
        Cell::last(rule.last_used_at),
        Cell::of(view! {
            {edit.map(|href| view! { <IconLink href label=edit_label icon="pencil"/> })}
            {delete.map(|href| view! { <IconLink href label icon="trash"/> })}
        }),
    ]
}

/// The form that makes the rule another person's.
#[component]
fn Confirmation(
    page: PageContext,
    pipeline: Uuid,
    rule: TrustRule,
    failed: Option<FailedForm>,
) -> impl IntoView {
    let state = FormState::of::<ConfirmRule>(failed, ());
    let (id, name) = (rule.id, rule_name(&rule));
    // Each rule has such a form.
    let is_its = state.at("id").text == id.to_string();
    let (is_open, error) =
        (is_its && !state.is_first_try(), state.error("password").filter(|_| is_its));
    let says = if rule.ended_at.is_some() {
        "The rule has stopped, so it accepts no tokens. Confirm it only if you know whose tokens it accepts. Then it works again, and is shown as created by you."
    } else {
        "The rule still accepts tokens. Confirm it if you know whose tokens it accepts, or delete it."
    };
    view! {
        <details class="fold" open=is_open>
            <summary>{format!("Confirm the {name}")}</summary>
            <PostForm
                action=ConfirmRule::url()
                project=page.project
                id
                class="card stack"
                submit="Confirm"
            >
                <p>{format!("{}. {says}", made_by_gone(&rule.created_by))}</p>
                <Hidden name="pipeline" value=pipeline.to_string()/>
                <YourPassword id=format!("confirm-{id}") error/>
            </PostForm>
        </details>
    }
}

/// The form that makes another secret for Drone.
#[component]
fn Renewal(page: PageContext, pipeline: Uuid, failed: Option<FailedForm>) -> impl IntoView {
    let state = FormState::of::<RenewDroneSecret>(failed, ());
    let is_open = !state.is_first_try();
    view! {
        <details class="fold" open=is_open>
            <summary>"Renew the shared Drone secret"</summary>
            <PostForm
                action=RenewDroneSecret::url()
                project=page.project
                class="card stack"
                submit="Renew secret"
            >
                <p class="muted">
                    "The secret in use stops working at once, for all trust rules for Drone in this project. The new one is shown once. The pipelines of these rules receive protected credentials only after another member approves their grants again."
                </p>
                <Hidden name="pipeline" value=pipeline.to_string()/>
                <YourPassword
                    id="renewal-password"
                    error=state.error("password")
                    hint=TO_DESTROY
                />
            </PostForm>
        </details>
    }
}

/// What to call a rule among others: its provider, and its title or by which id that knows who it is.
pub fn rule_name(rule: &TrustRule) -> String {
    let identity = rule.provider.fields().iter().find(|field| field.kind == Kind::Identity);
    let who = identity.and_then(|field| rule.claims.get(field.name));
    let provider = rule.provider.label();
    if !rule.title.is_empty() {
        return format!("{provider} rule “{}”", rule.title);
    }
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
                    <p>"Set both values in the environment of each Drone runner:"</p>
                    <CodeToCopy id="shared-secret" text/>
                    <p>
                        <strong>"The shared secret is shown once. Store it in the environment of the runners now."</strong>
                        " All trust rules for Drone in this project use it. Later rules do not show it again. To replace it, renew it."
                    </p>
                </section>
            }
            .into_any()
        }
        None => view! {
            <Alert kind="warning">
                <p>
                    "The new shared secret was already shown. If nobody stored it, renew it."
                </p>
            </Alert>
        }
        .into_any(),
    }
}

/// What Drone's runners are told; `secret` is what they sign with.
pub fn drone_settings(address: &str, project: &str, secret: &str) -> String {
    let address = address.trim_end_matches('/');
    format!(
        "DRONE_REGISTRY_PLUGIN_ENDPOINT={address}/api/v1/drone/{project}\nDRONE_REGISTRY_PLUGIN_TOKEN={secret}"
    )
}
