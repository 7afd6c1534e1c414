//! How a pipeline fetches a credential: the lines for each client, with the names of one that has a
//! grant.

use super::frame::{Part, tab};
use crate::domain::paths;
use crate::error::Result;
use crate::functions::credential_pages::{Connection, CredentialHead, connection};
use crate::ui::kit::{LinkButton, PageContext, Section};
use crate::ui::pipelines::HowTo;
use leptos::prelude::*;
use uuid::Uuid;

/// Pipelines that have a link.
const OFFERED: usize = 20;

/// `/p/{project}/credentials/{id}/connect`; `pipeline` in its query is the one that was chosen.
#[component]
pub fn ConnectPage() -> impl IntoView {
    tab(Part::Connect, load, whole)
}

async fn load(page: PageContext) -> Result<(CredentialHead, Connection)> {
    let chosen = page.query("pipeline").and_then(|text| Uuid::parse_str(&text).ok());
    connection(page.project.clone(), page.id()?, chosen).await
}

fn whole(head: CredentialHead, found: Connection, page: PageContext) -> impl IntoView {
    let Connection { pipelines, shown, address } = found;
    let (id, project) = (head.credential.summary.id, page.project.clone());
    let (own, client) = (paths::connect_credential(&project, id), page.query("client"));
    match shown {
        None => view! { <NotGranted id page/> }.into_any(),
        Some((pipeline, grants, rules)) => {
            let lines = paths::with_query(&own, "pipeline", &pipeline.to_string());
            view! {
                <Chosen id pipelines pipeline page/>
                <HowTo address pipeline project rules grants client page=lines/>
            }
            .into_any()
        }
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
    let (offered, more) = offered(pipelines, pipeline);
    let list = paths::pipelines(&page.project);
    let links = offered
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
            <ul>
                {links}
                {(more > 0)
                    .then(|| {
                        view! {
                            <li class="muted">
                                {format!("and {more} more. Open one of them under ")}
                                <a href=list>"Pipelines"</a>
                                ", then Connect."
                            </li>
                        }
                    })}
            </ul>
        </nav>
    }
}

/// The pipelines that are offered, of which the chosen one is always one; and how many there are beyond.
fn offered(mut pipelines: Vec<(Uuid, String)>, chosen: Uuid) -> (Vec<(Uuid, String)>, usize) {
    let more = pipelines.len().saturating_sub(OFFERED);
    if let Some(at) = pipelines.iter().position(|(one, _)| *one == chosen)
        && at >= OFFERED
    {
        pipelines.swap(OFFERED - 1, at);
    }
    pipelines.truncate(OFFERED);
    (pipelines, more)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_pipelines_are_offered_and_the_chosen_one_is_always_among_them() {
        let pipelines = |count: u128| {
            (0..count).map(|id| (Uuid::from_u128(id), id.to_string())).collect::<Vec<_>>()
        };
        let last = Uuid::from_u128(24);
        assert_eq!(offered(pipelines(20), last), (pipelines(20), 0));
        let (few, more) = offered(pipelines(25), Uuid::nil());
        assert_eq!((few, more), (pipelines(20), 5));
        let (few, more) = offered(pipelines(25), last);
        assert_eq!((few.len(), more, few.last()), (20, 5, Some(&(last, "24".to_owned()))));
    }
}
