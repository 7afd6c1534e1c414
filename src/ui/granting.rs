//! What the forms share that give a credential or a token away.

use super::kit::Field;
use crate::domain::credential::Access;
use crate::domain::pipeline::Grantable;
use leptos::prelude::*;

/// The person's own password. A page with two such forms gives each an id of its own.
#[component]
pub fn YourPassword(#[prop(into)] id: String, error: Option<String>) -> impl IntoView {
    view! {
        <Field
            name="password"
            id=id
            label="Your password"
            error=error
            hint="This gives access to a secret. Enter your password to confirm."
            kind="password"
            autocomplete="current-password"
        />
    }
}

/// What a form calls a credential that can be granted.
pub fn grantable_label(credential: &Grantable) -> String {
    let limit = match (credential.is_protected, credential.access) {
        (_, Access::Pull) => ", pull only",
        (true, Access::PullAndPush) => ", protected: needs approval",
        (false, Access::PullAndPush) => "",
    };
    format!("{} ({}{limit})", credential.name, credential.host)
}
