//! The first page of the guides: what there is, or what was found.

use super::frame::{HelpFrame, HelpSearch};
use crate::help::{self, Found, Guide, Shelf, find, on};
use crate::ui::kit::{PageContext, PageHead, Section};
use leptos::prelude::*;
use leptos_meta::Title;

/// `/help?q=`
#[component]
pub fn HelpPage() -> impl IntoView {
    let question = PageContext::here().query("q").unwrap_or_default();
    let body = if question.trim().is_empty() {
        view! { <Shelves/> }.into_any()
    } else {
        let found = find(&question);
        view! { <Answers found/> }.into_any()
    };
    view! {
        <HelpFrame>
            <Title text="Help"/>
            <PageHead title="Help"/>
            <HelpSearch question/>
            {body}
        </HelpFrame>
    }
}

#[component]
fn Shelves() -> impl IntoView {
    view! {
        <Section id="guides" title="Guides">
            <ul class="help-cards">
                {on(Shelf::Topics).map(card).collect_view()}
            </ul>
        </Section>
        <Section id="registries" title="Registries">{links(Shelf::Registries)}</Section>
        <Section id="clients" title="Clients">{links(Shelf::Clients)}</Section>
        <Section id="ci" title="CI">{links(Shelf::Ci)}</Section>
    }
}

fn card(guide: &'static Guide) -> AnyView {
    view! {
        <li class="card">
            <a href=guide.path.clone()>{guide.title.clone()}</a>
            <p class="muted">{guide.lead.clone()}</p>
        </li>
    }
    .into_any()
}

fn links(shelf: Shelf) -> AnyView {
    view! {
        <ul class="help-links">
            {on(shelf)
                .map(|guide| view! { <li><a href=guide.path.clone()>{guide.title.clone()}</a></li> })
                .collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Answers(found: help::Answers) -> impl IntoView {
    let help::Answers { shown, all } = found;
    let count = match all {
        0 => "Nothing was found. Try fewer words, or other ones.".to_owned(),
        1 => "1 result".to_owned(),
        all if all > shown.len() => {
            format!("The first {} of {all} results. Add a word to find fewer.", shown.len())
        }
        all => format!("{all} results"),
    };
    view! {
        <p role="status">{count}</p>
        <ul class="help-found">{shown.into_iter().map(answer).collect_view()}</ul>
    }
}

fn answer(found: Found) -> AnyView {
    let Found { href, title, heading, excerpt } = found;
    let name = if heading.is_empty() { title.to_owned() } else { format!("{heading} · {title}") };
    view! {
        <li>
            <a href=href>{name}</a>
            <p class="muted">{excerpt}</p>
        </li>
    }
    .into_any()
}
