//! A value to take elsewhere, within a line.

use crate::islands::CopyButton;
use leptos::prelude::*;

/// The text in a fixed width, with a button "Copy WHAT" where scripts run.
#[component]
pub fn CopyValue(
    /// The id of the element with the text; one on a page.
    #[prop(into)]
    id: String,
    #[prop(into)] text: String,
    /// What it is: "user name".
    what: &'static str,
) -> impl IntoView {
    view! {
        <span class="copy-value">
            <span id=id.clone() class="mono" title=text.clone()>{text.clone()}</span>
            <CopyButton target_id=id what=what.to_owned()/>
        </span>
    }
}
