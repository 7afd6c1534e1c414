//! How a pipeline fetches a credential: the lines for each client, with the names of one that has a
//! grant.

use super::frame::{Head, Page, Part};
use crate::domain::paths;
use crate::error::Result;
use crate::functions::credential_pages::{Connection, CredentialHead, connection};
use crate::ui::kit::{LinkButton, Loaded, PageContext, Section};
use crate::ui::pipelines::HowTo;
use leptos::prelude::*;
use uuid::Uuid;

/// `/p/{project}/credentials/{id}/connect`; `pipeline` in its query is the one that was chosen.
#[component]
pub fn ConnectPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Page page=page.clone()>
            <Loaded from=load(page.clone()) let:loaded>
                <Whole loaded page/>
            </Loaded>
        </Page>
    }
}

type Found = (CredentialHead, Connection);

async fn load(page: PageContext) -> Result<Found> {
    let chosen = page.query("pipeline").and_then(|text| Uuid::parse_str(&text).ok());
    connection(page.project.clone(), page.id()?, chosen).await
}

#[component]
fn Whole(loaded: Found, page: PageContext) -> impl IntoView {
    let (head, found) = loaded;
    let Connection { pipelines, shown, address } = found;
    let (id, project) = (head.credential.summary.id, page.project.clone());
    let (own, client) = (paths::connect_credential(&project, id), page.query("client"));
    let body = match shown {
        None => view! { <NotGranted id page=page.clone()/> }.into_any(),
        Some((pipeline, grants, rules)) => {
            let lines = paths::with_query(&own, "pipeline", &pipeline.to_string());
            view! {
                <Chosen id pipelines pipeline page=page.clone()/>
                <HowTo address pipeline project rules grants client page=lines/>
            }
            .into_any()
        }
    };
    view! {
        <Head head page part=Part::Connect/>
        {body}
    }
}

/// Whose lines these are, and the others that could be shown.
#[component]
fn Chosen(
    id: Uuid,
    pipelines: Vec<(Uuid, String)>,
    pipeline: Uuid,
    page: PageContext,
) -> impl IntoView {
    let own = paths::connect_credential(&page.project, id);
    let links = pipelines
        .into_iter()
        .map(|(one, name)| {
            let href = paths::with_query(&own, "pipeline", &one.to_string());
            let current = (one == pipeline).then_some("page");
            view! {
                <li>
                    <a href=href aria-current=current>{name}</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="choices" aria-label="Pipeline">
            <span class="muted">"The lines are for"</span>
            <ul>{links}</ul>
        </nav>
    }
}

/// A credential that no pipeline may have is fetched by nobody.
#[component]
fn NotGranted(id: Uuid, page: PageContext) -> impl IntoView {
    let grant = page.may_grant().then(|| paths::grant_credential(&page.project, id));
    view! {
        <Section id="how-to" title="How to use it">
            <p>
                "No pipeline has a grant for this credential, so nobody can fetch it. Grant it to a pipeline first. This page then shows the lines for each client and CI, with the names of that pipeline."
            </p>
            {grant.map(|href| view! { <p><LinkButton href label="Grant to a pipeline"/></p> })}
        </Section>
    }
}
