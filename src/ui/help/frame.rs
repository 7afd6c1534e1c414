//! What stands round a guide: the header, the guides there are, and a search.

use crate::domain::paths;
use crate::help::{Guide, Shelf, on};
use crate::islands::PageBehaviour;
use crate::ui::kit::Icon;
use crate::ui::layout::Brand;
use leptos::prelude::*;

/// Characters that a search may have.
const SEARCH_MAX: usize = 100;
/// The guide that is about a shelf: below it stand the guides of the shelf that is open.
const OVERVIEWS: [(&str, Shelf); 3] =
    [("registries", Shelf::Registries), ("clients", Shelf::Clients), ("ci", Shelf::Ci)];

#[component]
pub(super) fn HelpFrame(
    /// The guide that is open, if one is. The first page has a search of its own.
    #[prop(optional_no_strip)]
    here: Option<&'static Guide>,
    children: Children,
) -> impl IntoView {
    view! {
        <a class="skip-link" href="#main">"Skip to content"</a>
        <div class="frame help-frame">
            <header class="site-head">
                <Brand/>
                <p class="project">"Help"</p>
                <a class="button button-quiet help-back" href=paths::HOME>"Back to Regcred"</a>
                <button
                    type="button"
                    class="icon-button site-menu-button"
                    popovertarget="site-menu"
                    aria-label="Menu"
                    title="Menu"
                >
                    <Icon name="menu"/>
                </button>
            </header>
            <div id="site-menu" class="site-menu" popover="auto">
                <nav class="site-nav help-nav" aria-label="Guides">
                    {here.map(|_| view! { <HelpSearch question=""/> })}
                    <ul>
                        {on(Shelf::Topics).map(|topic| entry(topic, here)).collect_view()}
                    </ul>
                </nav>
            </div>
            <main id="main" tabindex="-1">{children()}</main>
            <PageBehaviour/>
        </div>
    }
}

/// A topic, and below the overview of a shelf its guides while one of them is open.
fn entry(topic: &'static Guide, here: Option<&'static Guide>) -> AnyView {
    let shelf = OVERVIEWS.into_iter().find(|(word, _)| topic.path == paths::help(word));
    let open = shelf
        .map(|(_, shelf)| shelf)
        .filter(|shelf| here.is_some_and(|here| here.shelf == *shelf || here.path == topic.path));
    view! {
        <li>
            {link(topic, here)}
            {open
                .map(|shelf| {
                    view! {
                        <ul>
                            {on(shelf)
                                .map(|guide| view! { <li>{link(guide, here)}</li> })
                                .collect_view()}
                        </ul>
                    }
                })}
        </li>
    }
    .into_any()
}

fn link(guide: &'static Guide, here: Option<&'static Guide>) -> AnyView {
    let is_here = here.is_some_and(|here| here.path == guide.path);
    view! {
        <a href=guide.path.clone() aria-current=is_here.then_some("page")>{guide.title.clone()}</a>
    }
    .into_any()
}

#[component]
pub(super) fn HelpSearch(#[prop(into)] question: String) -> impl IntoView {
    view! {
        <form role="search" method="get" action=paths::HELP class="help-search">
            <label class="visually-hidden" for="q">"Search the guides"</label>
            <input
                id="q"
                name="q"
                type="search"
                placeholder="Search the guides"
                value=question
                maxlength=SEARCH_MAX.to_string()
                autocomplete="off"
            />
            <button type="submit" class="button">"Search"</button>
        </form>
    }
}
