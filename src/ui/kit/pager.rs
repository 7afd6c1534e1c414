//! The ways from a page of a list to the others.

use leptos::prelude::*;

/// Links to the page before and the page after, where there are such.
#[component]
pub fn Pager(previous: Option<String>, next: Option<String>) -> impl IntoView {
    links("Pages", [("prev", "Previous", previous), ("next", "Next", next)])
}

/// A link to the page of what is older, where a page shows the newest first; nothing where these are
/// all.
#[component]
pub fn Older(href: Option<String>) -> impl IntoView {
    links("Pages", [("next", "Older", href)])
}

/// Links to the first page and to the one after, where there are such, of one of several lists on a
/// page: `what` says of which.
#[component]
pub fn Onward(what: &'static str, first: Option<String>, next: Option<String>) -> impl IntoView {
    links(what, [("first", "First page", first), ("next", "Next", next)])
}

/// By what each is to the page that is shown, and its name.
fn links<const N: usize>(
    what: &'static str,
    all: [(&'static str, &'static str, Option<String>); N],
) -> impl IntoView {
    let links: Vec<AnyView> = all
        .into_iter()
        .filter_map(|(rel, label, href)| {
            href.map(|href| view! { <a class="button" rel=rel href=href>{label}</a> }.into_any())
        })
        .collect();
    (!links.is_empty()).then(|| view! { <nav class="pager" aria-label=what>{links}</nav> })
}
