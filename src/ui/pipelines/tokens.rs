//! The tokens of a pipeline, and the form for one more.

use super::confirm::YourPassword;
use super::new::TOKEN_DAYS;
use crate::domain::moment::Day;
use crate::domain::pipeline::{PipelineForm, TOKEN_DAYS_MAX, Token};
use crate::functions::answer::Returned;
use crate::ui::components::{Badge, Field, SubmitButton, Time};
use crate::ui::credentials::place::Place;
use leptos::prelude::*;
use uuid::Uuid;

/// The section; `came_back` is the failed post of its form, if that is what came back.
#[component]
pub fn Tokens(
    place: Place,
    pipeline: Uuid,
    tokens: Vec<Token>,
    today: Day,
    came_back: Option<Returned>,
) -> impl IntoView {
    let is_empty = tokens.is_empty();
    let can_write = place.may.write_pipelines;
    let row_place = place.clone();
    view! {
        <section class="stack" aria-labelledby="tokens">
            <h2 id="tokens">"Tokens"</h2>
            {if is_empty {
                view! { <p class="muted">"It has no token, so it cannot fetch anything."</p> }.into_any()
            } else {
                view! {
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Token"</th>
                                <th scope="col">"Created"</th>
                                <th scope="col">"Works until"</th>
                                <th scope="col">"Last used"</th>
                                <th scope="col">"State"</th>
                                <th scope="col">
                                    <span class="visually-hidden">"Actions"</span>
                                </th>
                            </tr>
                        </thead>
                        <tbody>
                            {tokens
                                .into_iter()
                                .map(|token| {
                                    view! { <TokenRow token pipeline today place=row_place.clone()/> }
                                })
                                .collect_view()}
                        </tbody>
                    </table>
                }
                    .into_any()
            }}
            {can_write.then(|| view! { <TokenForm place pipeline came_back/> })}
        </section>
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
                        view! {
                            <form method="post" action="/rpc/tokens/revoke">
                                <input type="hidden" name="project" value=place.project/>
                                <input type="hidden" name="pipeline" value=pipeline.to_string()/>
                                <input type="hidden" name="id" value=token.id/>
                                <button type="submit" class="button button-quiet" aria-label=label>"Revoke"</button>
                            </form>
                        }
                    })}
            </td>
        </tr>
    }
}

#[component]
fn TokenForm(place: Place, pipeline: Uuid, came_back: Option<Returned>) -> impl IntoView {
    let form: Option<PipelineForm> = came_back.as_ref().map(Returned::form);
    let at = |name: &str| came_back.as_ref().and_then(|returned| returned.at(name));
    let token_days = form.map_or_else(|| TOKEN_DAYS.to_owned(), |form| form.token_days);
    view! {
        <form method="post" action="/rpc/tokens/create" class="card stack" novalidate>
            <h3>"Make another token"</h3>
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
    }
}
