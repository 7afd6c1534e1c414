//! A new token, shown once.

use crate::functions::answer::take_token;
use crate::ui::kit::{Alert, CodeToCopy};
use leptos::prelude::*;

/// Set when something is to be shown once, and empty inside when it was already shown.
pub type ShownOnce = Option<Option<String>>;

/// What waits in the slot that the address names.
pub async fn shown_once(slot: Option<String>) -> ShownOnce {
    match slot {
        Some(slot) => Some(take_token(slot).await),
        None => None,
    }
}

#[component]
pub fn NewToken(
    token: Option<String>,
    /// Where the lines are that use it.
    connect: String,
    /// Where tokens are revoked and created.
    tokens: String,
) -> impl IntoView {
    match token {
        Some(text) => view! {
            <section class="card stack" aria-labelledby="new-token">
                <h2 id="new-token">"New token"</h2>
                <CodeToCopy id="token" text/>
                <p>
                    <strong>"This token is shown once. Store it in your CI's secrets now."</strong>
                    " Then see "
                    <a href=connect>"how to use it"</a>
                    "."
                </p>
            </section>
        }
        .into_any(),
        None => view! {
            <Alert kind="warning">
                <p>
                    "The new token was already shown. If nobody stored it, revoke it and create another one under "
                    <a href=tokens>"Tokens"</a> "."
                </p>
            </Alert>
        }
        .into_any(),
    }
}
