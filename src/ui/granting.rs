//! What the forms share that give a credential or a token away.

use super::kit::{Alert, Control, Field, FormState, Hidden, LinkButton, SubmitButton};
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

/// The class of a form that may come back with a question about what it changes.
pub fn asking_class(form: &FormState, class: &'static str) -> &'static str {
    match (form.is_question(), class) {
        (false, class) => class,
        (true, "stack") => "stack is-asked",
        (true, _) => "card stack is-asked",
    }
}

/// What ends a form that grants. The first button is the one that Enter presses, so it asks again.
#[component]
pub fn GrantSubmits(
    form: FormState,
    /// What the button says when nothing is asked.
    label: &'static str,
    /// What the other one says after a question.
    anyway: &'static str,
    /// Where the link beside them leads.
    #[prop(into, optional)]
    cancel: String,
) -> impl IntoView {
    let is_question = form.is_question();
    view! {
        {is_question
            .then(|| {
                view! {
                    <Alert kind="warning">
                        <p>{format!("Nothing was saved yet. Check what changes, or select “{anyway}”.")}</p>
                    </Alert>
                }
            })}
        <div class="toolbar">
            {(!cancel.is_empty()).then(|| view! { <LinkButton href=cancel label="Cancel"/> })}
            <SubmitButton label/>
            {is_question
                .then(|| {
                    view! {
                        <button type="submit" class="button" name="form[is_sure]" value="true">
                            {anyway}
                        </button>
                    }
                })}
        </div>
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
