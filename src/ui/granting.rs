//! What the forms share that give a credential or a token away.

use super::kit::{Control, Field};
use crate::domain::credential::Access;
use crate::domain::pipeline::Grantable;
use leptos::prelude::*;

/// The person's own password. A page with two such forms gives each an id of its own.
#[component]
pub fn YourPassword(
    #[prop(into, default = "password".into())] id: String,
    error: Option<String>,
) -> impl IntoView {
    let at = Control { name: "password".to_owned(), error, ..Control::default() };
    view! {
        <Field
            at
            id
            label="Your password"
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
