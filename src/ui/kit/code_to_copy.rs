//! Text to take elsewhere.

use crate::islands::CopyButton;
use leptos::prelude::*;

/// A block of text as it is, with a button that copies it.
#[component]
pub fn CodeToCopy(#[prop(into)] id: String, #[prop(into)] text: String) -> impl IntoView {
    view! {
        <div class="snippet">
            <pre id=id.clone()>{text}</pre>
            <CopyButton target_id=id what=String::new()/>
        </div>
    }
}
