//! The head of a page.

use leptos::prelude::*;

/// The heading, and beside it what can be done on the page: its children. Above it stands the link to
/// what the page belongs to.
#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    /// Where that link leads, and what it says.
    #[prop(optional)]
    up: Option<(String, String)>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        {up.map(|(href, name)| view! { <p><a href=href>{name}</a></p> })}
        <div class="page-head">
            <h1>{title}</h1>
            {children.map(|children| children())}
        </div>
    }
}
