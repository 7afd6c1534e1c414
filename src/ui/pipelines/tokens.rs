//! The tokens of a pipeline, and the form for one more.

use super::new::TOKEN_DAYS;
use crate::domain::moment::Day;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::{Approvals, TOKEN_DAYS_MAX, Token};
use crate::functions::answer::FailedForm;
use crate::functions::pipelines::CreateToken;
use crate::ui::granting::YourPassword;
use crate::ui::kit::{
    ACTIONS, Cell, Columns, DayFromNow, Dot, Field, FormState, Hidden, PageContext, PostForm,
    Section, Table, Time, TimeToCome,
};
use crate::ui::receipts::proof_in_words;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::json;
use uuid::Uuid;

/// The section; `failed` is the last post that failed, of whichever form.
#[component]
pub fn Tokens(
    page: PageContext,
    pipeline: Uuid,
    tokens: Vec<Token>,
    /// Makers who may make such things no more.
    gone: Vec<Uuid>,
    approvals: Approvals,
    today: Day,
    /// Whether a trust rule proves the pipeline, too: one that has stopped does not.
    has_rules: bool,
    failed: Option<FailedForm>,
) -> impl IntoView {
    let (issued, made): (Vec<Token>, Vec<Token>) =
        tokens.into_iter().partition(|token| token.short_until.is_some());
    let empty = if has_rules {
        "No tokens. This pipeline signs in with its trust rules."
    } else {
        "No tokens. This pipeline cannot fetch anything."
    };
    let can_create = page.may_grant();
    let rows =
        made.into_iter().map(|token| row(token, pipeline, (&gone, &approvals, today), &page));
    let heads = ["Token", "Created", "Expires", "Last used", "State", ACTIONS];
    let columns = Columns::new(heads, rows);
    view! {
        <Section id="tokens" title="Tokens">
            <Table columns empty class="compact"/>
            {(!issued.is_empty()).then(|| view! { <ShortLived tokens=issued/> })}
            {can_create.then(|| view! { <TokenForm page pipeline failed/> })}
        </Section>
    }
}

fn row(
    token: Token,
    pipeline: Uuid,
    (gone, approvals, today): (&[Uuid], &Approvals, Day),
    page: &PageContext,
) -> [Cell; 6] {
    let not_for = waits_in_words(approvals, token.identity_epoch).filter(|_| token.is_live(today));
    let state = match (token.revoked_at, token.expires_on < today) {
        (Some(at), _) => view! {
            <Dot label="Revoked" tone="neutral"/>
            " "
            <span class="muted"><Time at/></span>
        }
        .into_any(),
        (None, true) => view! { <Dot label="Expired" tone="bad"/> }.into_any(),
        (None, false) => view! { <Dot label="Active" tone="good"/> }.into_any(),
    };
    let state = view! {
        {state}
        {used_after_its_end(&token).map(|said| view! { <p><strong>{said}</strong></p> })}
    };
    let is_live = token.revoked_at.is_none() && token.expires_on >= today;
    let is_left = is_live && token.created_by.is_among(gone);
    let can_revoke = page.may(Permission::PipelineWrite) && token.revoked_at.is_none();
    let label = format!("Revoke token {}", token.label());
    let revoke = can_revoke.then(|| paths::revoke_token(&page.project, pipeline, &token.id));
    let expires_on = token.expires_on;
    [
        Cell::of(view! {
            {(!token.name.is_empty()).then(|| view! { <strong>{token.name}</strong> " " })}
            <span class="mono muted">{token.id}</span>
        }),
        Cell::made(token.created_at, &token.created_by, is_left),
        Cell::of(view! { <DayFromNow day=expires_on today/> }),
        Cell::last(token.last_used_at),
        Cell::of(view! {
            {state}
            {not_for.map(|words| view! { <div class="muted">{words}</div> })}
        }),
        Cell::of(revoke.map(|href| {
            view! { <a class="button button-quiet" href=href aria-label=label>"Revoke"</a> }
        })),
    ]
}

/// That somebody still has a token which should be gone.
fn used_after_its_end(token: &Token) -> Option<String> {
    let (at, network) = token.refused.as_ref()?;
    let which = if token.revoked_at.is_some() { "A revoked token" } else { "An expired token" };
    let from = if network.is_empty() { "an unknown network" } else { network.as_str() };
    Some(format!("{which} was used on {} from {from}.", at.to_text()))
}

/// What a token or rule of this epoch waits for; `None` when that is nothing.
pub fn waits_in_words(approvals: &Approvals, identity_epoch: i64) -> Option<String> {
    let names = approvals.not_for(identity_epoch);
    (!names.is_empty()).then(|| format!("needs a new approval to receive {}", names.join(", ")))
}

/// The last tokens that were issued for a proof. They end by themselves.
#[component]
fn ShortLived(tokens: Vec<Token>) -> impl IntoView {
    view! {
        <div class="muted stack">
            <h3>"Short-lived tokens"</h3>
            <ul>
                {tokens
                    .into_iter()
                    .map(|token| {
                        let proof = token.proof.as_ref().and_then(proof_in_words);
                        let proof = proof.unwrap_or_else(|| "a trust rule".to_owned());
                        let used = used_after_its_end(&token).map(|said| format!(". {said}"));
                        let end = if token.revoked_at.is_some() { "revoked" } else { "expires " };
                        let until = token.short_until.filter(|_| token.revoked_at.is_none());
                        view! {
                            <li>
                                <span class="mono">{token.id}</span>
                                {format!(", issued for {proof}, {end}")}
                                {until.map(|at| view! { <TimeToCome at/> })}
                                {used}
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </div>
    }
}

#[component]
fn TokenForm(page: PageContext, pipeline: Uuid, failed: Option<FailedForm>) -> impl IntoView {
    let start = json!({ "token_name": "", "token_days": TOKEN_DAYS });
    let state = FormState::of::<CreateToken>(failed, start);
    let is_open = !state.is_first_try();
    view! {
        <details class="fold" open=is_open>
            <summary>"Create another token"</summary>
            <PostForm
                action=CreateToken::url()
                project=page.project
                class="card stack"
                submit="Create token"
            >
                <p class="muted">
                    "Both tokens work until one is revoked or expires, so you can rotate without downtime. A new token receives a protected credential only after another member approves the grant again."
                </p>
                <Hidden name="pipeline" value=pipeline.to_string()/>
                <Field
                    at=state.at("token_name")
                    id="token-name"
                    label="Token name"
                    hint="For example where it is stored. Can be left blank."
                />
                <Field
                    at=state.at("token_days")
                    id="token-days"
                    label="Token expires after (days)"
                    hint=format!("From 1 to {TOKEN_DAYS_MAX}.")
                    kind="number"
                />
                <YourPassword id="token-password" error=state.error("password")/>
            </PostForm>
        </details>
    }
}
