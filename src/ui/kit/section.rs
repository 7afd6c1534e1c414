//! The parts of a page.

use leptos::prelude::*;

/// A part of a page with its heading, whose id is `id`; its children are what stands below.
#[component]
pub fn Section(id: &'static str, title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="stack" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {children()}
        </section>
    }
}
