//! One guide.

use super::frame::HelpFrame;
use crate::domain::paths;
use crate::error::Error;
use crate::help::{Guide, Part, guide};
use crate::ui::kit::{CodeToCopy, PageHead, Problem};
use crate::ui::pipelines::example_lines;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_url;

/// So many parts have a list of them above.
const WORTH_A_LIST: usize = 3;

/// `/help/{topic}`, `/help/registries/{kind}`, `/help/clients/{client}` and `/help/ci/{ci}`
#[component]
pub fn GuidePage() -> impl IntoView {
    let path = use_url().with_untracked(|url| url.path().to_owned());
    let found = guide(&path);
    let whole = match found {
        Some(guide) => view! { <Whole guide/> }.into_any(),
        None => view! { <Problem error=Error::NotFound/> }.into_any(),
    };
    view! { <HelpFrame here=found>{whole}</HelpFrame> }
}

#[component]
fn Whole(guide: &'static Guide) -> impl IntoView {
    let parts = guide.parts.iter().enumerate().map(|(at, part)| drawn(at, part)).collect_view();
    view! {
        <Title text=guide.title.clone()/>
        <PageHead title=guide.title.clone() up=(paths::HELP.to_owned(), "All guides".to_owned())/>
        <div class="guide">
            <OnThisPage guide/>
            <article class="guide-text">{parts}</article>
        </div>
    }
}

fn drawn(at: usize, part: &'static Part) -> AnyView {
    match part {
        Part::Html(html) => view! { <div inner_html=html.clone()></div> }.into_any(),
        Part::Code(text) => {
            view! { <CodeToCopy id=format!("code-{at}") text=text.clone()/> }.into_any()
        }
        Part::Lines(id) => example_lines(id)
            .map(|text| view! { <CodeToCopy id=format!("lines-{id}") text/> })
            .into_any(),
    }
}

#[component]
fn OnThisPage(guide: &'static Guide) -> impl IntoView {
    let main = guide.headings.iter().filter(|heading| heading.level == 2);
    (main.clone().count() >= WORTH_A_LIST).then(|| {
        let links = main
            .map(|heading| {
                let href = format!("#{}", heading.id);
                view! { <li><a href=href>{heading.text.clone()}</a></li> }
            })
            .collect_view();
        view! {
            <nav class="guide-parts" aria-label="On this page">
                <p class="nav-group">"On this page"</p>
                <ul class="guide-list">{links}</ul>
            </nav>
        }
    })
}
