//! What is stored as the secret: its version, and since when; never its value.

use super::place::Place;
use crate::domain::credential::Credential;
use crate::ui::components::Alert;
use leptos::prelude::*;
use uuid::Uuid;

/// The sentence and, for a service account key, what may be shown of it.
#[component]
pub fn Stored(credential: Credential) -> impl IntoView {
    let secret = credential.secret;
    let sentence = format!(
        "Version {}, set {} by {}. The value is never shown.",
        secret.version,
        secret.set_at.to_text(),
        secret.set_by
    );
    view! {
        <p>{sentence}</p>
        {credential
            .key_file
            .map(|key| {
                view! {
                    <dl class="facts">
                        <dt>"Service account"</dt>
                        <dd class="mono">{key.client_email}</dd>
                        <dt>"Google project"</dt>
                        <dd class="mono">{key.project_id}</dd>
                        <dt>"Key id"</dt>
                        <dd class="mono">{key.private_key_id}</dd>
                    </dl>
                }
            })}
    }
}

/// Which other credentials hold the same secret; nothing when there are none.
#[component]
pub fn SameSecret(others: Vec<(Uuid, String)>, place: Place) -> impl IntoView {
    (!others.is_empty()).then(|| {
        view! {
            <Alert kind="warning">
                <p>
                    "The same secret is stored in other credentials of this project. Whoever obtains one of them has all of them, and rotating it concerns all of them:"
                </p>
                <ul>
                    {others
                        .into_iter()
                        .map(|(id, name)| {
                            view! { <li><a href=place.credential(id)>{name}</a></li> }
                        })
                        .collect_view()}
                </ul>
            </Alert>
        }
    })
}
