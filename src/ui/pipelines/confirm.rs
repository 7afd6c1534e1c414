//! The person's own password, asked for wherever a credential or a token leaves their hands.

use crate::ui::components::Field;
use leptos::prelude::*;

/// The field. A page with two such forms gives each an id of its own.
#[component]
pub fn YourPassword(
    #[prop(into)] id: String,
    /// What is wrong with it.
    error: Option<String>,
) -> impl IntoView {
    view! {
        <Field
            name="password"
            id=id
            label="Your password"
            error=error
            hint="Whoever can give a credential to a pipeline can obtain it, so confirm it is you."
            kind="password"
            autocomplete="current-password"
        />
    }
}
