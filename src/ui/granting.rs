//! What the forms share that give a credential or a token away.

use super::kit::{Control, Field, Hidden, SubmitButton};
use crate::domain::credential::Access;
use crate::domain::pipeline::Grantable;
use crate::functions::session::Frame;
use leptos::prelude::*;

/// The person's own password. A page with two such forms gives each an id of its own.
#[component]
pub fn YourPassword(
    #[prop(into, default = "password".into())] id: String,
    error: Option<String>,
    /// Why it is asked for.
    #[prop(default = TO_GIVE)]
    hint: &'static str,
) -> impl IntoView {
    let is_confirmed = use_context::<Frame>().is_some_and(|frame| frame.is_confirmed);
    let hint = if is_confirmed && hint == TO_GIVE { GIVEN } else { hint };
    let at = Control { name: "password".to_owned(), error, ..Control::default() };
    view! {
        <Field
            at
            id
            label="Your password"
            hint
            kind="password"
            autocomplete="current-password"
        />
    }
}

const TO_GIVE: &str = "This gives access to a secret. Enter your password to confirm.";
/// What is said instead when it was given a moment ago.
const GIVEN: &str =
    "You entered your password less than five minutes ago. You can leave this blank.";

/// Why a form asks that decides what somebody else made.
pub const TO_DECIDE: &str = "You decide as a second person. Enter your password to confirm.";

/// Why a form asks that gives access, or destroys as well.
pub const TO_MOVE: &str = "Moving gives access to a secret, and deleting cannot be undone. Enter your password to confirm.";

/// Why a form that destroys asks for the password.
pub const TO_DESTROY: &str = "This cannot be undone. Enter your password to confirm.";

/// A button that asks for the person's own password before it posts.
#[component]
pub fn ConfirmedButton(
    /// `X::url()` of the server function `X`.
    action: &'static str,
    /// Names and values, as the server function calls them.
    values: Vec<(&'static str, String)>,
    /// What the button says: "Destroy version 2".
    #[prop(into)]
    label: String,
    /// The id of the field, which no other form of the page has.
    #[prop(into)]
    id: String,
    /// What was wrong with the password.
    error: Option<String>,
) -> impl IntoView {
    let is_open = error.is_some();
    view! {
        <details class="fold" open=is_open>
            <summary>{label.clone()}</summary>
            <form method="post" action=action class="stack" novalidate>
                {values
                    .into_iter()
                    .map(|(name, value)| view! { <Hidden name value/> })
                    .collect_view()}
                <YourPassword id error hint=TO_DESTROY/>
                <SubmitButton label is_danger=true/>
            </form>
        </details>
    }
}

/// What a form calls a credential that can be granted.
pub fn grantable_label(credential: &Grantable) -> String {
    let limit = match (credential.is_protected, credential.access) {
        (false, Access::Pull) => ", pull only",
        (true, Access::Pull) => ", pull only, protected: needs approval",
        (true, Access::PullAndPush) => ", protected: needs approval",
        (false, Access::PullAndPush) => "",
    };
    format!("{} ({}{limit})", credential.name, credential.host)
}
