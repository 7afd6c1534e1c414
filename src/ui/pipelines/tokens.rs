//! The tokens of a pipeline, and the form for one more.

use super::confirm::YourPassword;
use super::new::TOKEN_DAYS;
use crate::domain::moment::Day;
use crate::domain::pipeline::{PipelineForm, TOKEN_DAYS_MAX, Token};
use crate::functions::answer::Returned;
use crate::ui::components::{
    ACTIONS, Badge, Field, PostButton, Section, SubmitButton, Table, Time,
};
use crate::ui::credentials::place::Place;
use crate::ui::credentials::receipts::proof_in_words;
use leptos::prelude::*;
use uuid::Uuid;

/// The section; `came_back` is the failed post of its form, if that is what came back.
#[component]
pub fn Tokens(
    place: Place,
    pipeline: Uuid,
    tokens: Vec<Token>,
    today: Day,
    /// Whether something else proves the pipeline, too.
    has_rules: bool,
    came_back: Option<Returned>,
) -> impl IntoView {
    let (given, made): (Vec<Token>, Vec<Token>) =
        tokens.into_iter().partition(|token| token.short_until.is_some());
    let is_empty = made.is_empty();
    let nothing = if has_rules {
        "It has no token of its own: its trust rules prove it."
    } else {
        "It has no token, so it cannot fetch anything."
    };
    let can_write = place.may.write_pipelines;
    let row_place = place.clone();
    view! {
        <Section id="tokens" title="Tokens">
            {if is_empty {
                view! { <p class="muted">{nothing}</p> }.into_any()
            } else {
                view! {
                    <Table columns=vec!["Token", "Created", "Works until", "Last used", "State", ACTIONS]>
                        {made
                            .into_iter()
                            .map(|token| {
                                view! { <TokenRow token pipeline today place=row_place.clone()/> }
                            })
                            .collect_view()}
                    </Table>
                }
                    .into_any()
            }}
            {(!given.is_empty()).then(|| view! { <ShortLived tokens=given/> })}
            {can_write.then(|| view! { <TokenForm place pipeline came_back/> })}
        </Section>
    }
}

#[component]
fn TokenRow(token: Token, pipeline: Uuid, today: Day, place: Place) -> impl IntoView {
    let state = match (token.revoked_at, token.expires_on < today) {
        (Some(at), _) => view! {
            <Badge label="Revoked" tone="neutral"/>
            <div class="muted">
                <Time at/>
            </div>
        }
        .into_any(),
        (None, true) => view! { <Badge label="Expired" tone="bad"/> }.into_any(),
        (None, false) => view! { <Badge label="Works" tone="good"/> }.into_any(),
    };
    let can_revoke = place.may.write_pipelines && token.revoked_at.is_none();
    let label = format!("Revoke token {}", token.id);
    view! {
        <tr>
            <td data-label="Token" class="mono">{token.id.clone()}</td>
            <td data-label="Created">
                <Time at=token.created_at/>
                <div class="muted">{format!("by {}", token.created_by)}</div>
            </td>
            <td data-label="Works until">{token.expires_on.to_text()}</td>
            <td data-label="Last used">
                {match token.last_used_at {
                    Some(at) => view! { <Time at/> }.into_any(),
                    None => view! { <span class="muted">"Never"</span> }.into_any(),
                }}
            </td>
            <td data-label="State">{state}</td>
            <td data-label="Actions" class="row-actions">
                {can_revoke
                    .then(|| {
                        let values = vec![
                            ("project", place.project),
                            ("pipeline", pipeline.to_string()),
                            ("id", token.id),
                        ];
                        view! { <PostButton action="/rpc/tokens/revoke" values label word="Revoke"/> }
                    })}
            </td>
        </tr>
    }
}

/// The last tokens that were given for somebody's signed word. They end by themselves.
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
                        let end = if token.revoked_at.is_some() { "revoked" } else { "until " };
                        let until = token.short_until.filter(|_| token.revoked_at.is_none());
                        view! {
                            <li>
                                <span class="mono">{token.id}</span>
                                {format!(", given for {proof}, {end}")}
                                {until.map(|at| view! { <Time at/> })}
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </div>
    }
}

#[component]
fn TokenForm(place: Place, pipeline: Uuid, came_back: Option<Returned>) -> impl IntoView {
    let form: Option<PipelineForm> = came_back.as_ref().map(Returned::form);
    let at = |name: &str| came_back.as_ref().and_then(|returned| returned.at(name));
    let is_open = came_back.is_some();
    let token_days = form.map_or_else(|| TOKEN_DAYS.to_owned(), |form| form.token_days);
    view! {
        <details class="fold" open=is_open>
            <summary>"Make another token"</summary>
            <form method="post" action="/rpc/tokens/create" class="card stack" novalidate>
                <p class="muted">
                    "Both work until one is revoked or expires, so you can change over without a gap."
                </p>
                <input type="hidden" name="project" value=place.project/>
                <input type="hidden" name="pipeline" value=pipeline.to_string()/>
                // The form is that of a pipeline, and has these fields whether they are used or not.
                <input type="hidden" name="form[name]" value=""/>
                <input type="hidden" name="form[description]" value=""/>
                <input type="hidden" name="form[intent]" value=""/>
                <Field
                    name="form[token_days]"
                    id="token-days"
                    label="Token works for (days)"
                    value=token_days
                    error=at("token_days")
                    hint=format!("From 1 to {TOKEN_DAYS_MAX}.")
                    kind="number"
                />
                <YourPassword id="token-password" error=at("password")/>
                <div class="toolbar">
                    <SubmitButton label="Make token"/>
                </div>
            </form>
        </details>
    }
}
