//! What is stored as the secret: its version, and since when; never its value.

use crate::domain::credential::Credential;
use leptos::prelude::*;

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
