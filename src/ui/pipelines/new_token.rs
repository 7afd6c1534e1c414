//! A new token, shown once.

use super::doubts::Doubts;
use crate::domain::doubt::{Doubt, of_token};
use crate::domain::pipeline::PipelineDetail;
use crate::functions::answer::take_token;
use crate::ui::kit::{Alert, CodeToCopy, PageContext};
use leptos::prelude::*;
use uuid::Uuid;

/// Set when something is to be shown once, and empty inside when it was already shown.
pub type ShownOnce = Option<Option<String>>;

/// What waits in the slot that the address names.
pub async fn shown_once(slot: Option<String>) -> ShownOnce {
    match slot {
        Some(slot) => Some(take_token(slot).await),
        None => None,
    }
}

/// Why a token of the pipeline may receive nothing.
pub fn doubts_of_token(pipeline: &PipelineDetail) -> Vec<Doubt> {
    let terms = pipeline.grants.iter().map(|grant| &grant.terms);
    of_token(terms, pipeline.today).into_iter().collect()
}

#[component]
pub fn NewToken(
    token: Option<String>,
    /// Where the lines are that use it.
    connect: String,
    /// Where tokens are revoked and created.
    tokens: String,
    /// Why it may receive nothing.
    doubts: Vec<Doubt>,
    page: PageContext,
    pipeline: Uuid,
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
                <Doubts doubts page pipeline about=pipeline/>
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
