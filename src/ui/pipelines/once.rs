//! A new token, shown once.

use crate::ui::components::{Alert, Snippet};
use leptos::prelude::*;

/// The token of the slot, or, when the slot was used up, what to do instead.
#[component]
pub fn Once(token: Option<String>) -> impl IntoView {
    match token {
        Some(text) => view! {
            <section class="card stack" aria-labelledby="new-token">
                <h2 id="new-token">"New token"</h2>
                <Snippet id="token" text/>
                <p>
                    <strong>"This token is shown once. Store it in your CI's secrets now."</strong>
                    " Then see "
                    <a href="#how-to">"how to use it"</a>
                    "."
                </p>
            </section>
        }
        .into_any(),
        None => view! {
            <Alert kind="warning">
                <p>"The new token was shown already. If nobody stored it, revoke it and make another one."</p>
            </Alert>
        }
        .into_any(),
    }
}
