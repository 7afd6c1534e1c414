//! What is stored as the secret: its version, and since when; never its value.

use crate::domain::credential::Credential;
use crate::domain::paths;
use crate::ui::kit::{Alert, Facts, PageContext, TextFact};
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
                    <Facts>
                        <TextFact label="Service account" is_mono=true text=key.client_email/>
                        <TextFact label="Google project" is_mono=true text=key.project_id/>
                        <TextFact label="Key ID" is_mono=true text=key.private_key_id/>
                    </Facts>
                }
            })}
    }
}

/// What looked wrong with the secret when it was saved anyway.
#[component]
pub fn SecretDoubt(doubt: Option<String>) -> impl IntoView {
    doubt.map(|doubt| {
        view! {
            <Alert kind="warning">
                <p>
                    <strong>"Secret looks wrong"</strong>
                </p>
                <p>{doubt}</p>
            </Alert>
        }
    })
}

#[component]
pub fn SameSecret(others: Vec<(Uuid, String)>, page: PageContext) -> impl IntoView {
    (!others.is_empty()).then(|| {
        view! {
            <Alert kind="warning">
                <p>
                    "The same secret is stored in other credentials of this project. Anyone who can read one of them can read all of them. Rotate them together:"
                    {others
                        .into_iter()
                        .enumerate()
                        .map(|(index, (id, name))| {
                            let href = paths::credential(&page.project, id);
                            view! { {if index == 0 { " " } else { ", " }} <a href=href>{name}</a> }
                        })
                        .collect_view()}
                </p>
            </Alert>
        }
    })
}
