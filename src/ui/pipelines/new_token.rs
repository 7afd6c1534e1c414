//! A new token, shown once.

use crate::ui::kit::{Alert, CodeToCopy};
use leptos::prelude::*;

#[component]
pub fn NewToken(token: Option<String>) -> impl IntoView {
    match token {
        Some(text) => view! {
            <section class="card stack" aria-labelledby="new-token">
                <h2 id="new-token">"New token"</h2>
                <CodeToCopy id="token" text/>
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
                <p>"The new token was already shown. If nobody stored it, revoke it and create another one."</p>
            </Alert>
        }
        .into_any(),
    }
}
