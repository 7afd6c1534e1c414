//! The page of one pipeline.

use super::grants::Grants;
use super::how_to::HowTo;
use super::once::Once;
use super::tokens::Tokens;
use super::trust::{SharedSecret, TrustRules};
use crate::functions::answer::Returned;
use crate::functions::pipelines::{PipelinePage, find_pipeline, take_token};
use crate::ui::components::{ErrorSummary, LinkButton};
use crate::ui::credentials::place::{Place, returned};
use crate::ui::credentials::receipts::Receipts;
use crate::ui::credentials::said::Said;
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

/// `/p/{project}/pipelines/{id}`
#[component]
pub fn DetailPage() -> impl IntoView {
    let place = Place::here();
    let page = OnceResource::new_blocking({
        let place = place.clone();
        async move { find_pipeline(place.project.clone(), place.id()?).await }
    });
    let (back, once, secret) = (place.query("back"), place.query("once"), place.query("secret"));
    let left = OnceResource::new_blocking(async move {
        (returned(back).await, shown_once(once).await, shown_once(secret).await)
    });
    let said = place.query("said");
    let list = place.pipelines();
    view! {
        <p>
            <a href=list>"Pipelines"</a>
        </p>
        <Said said/>
        <Suspense>
            {move || {
                let place = place.clone();
                Suspend::new(async move {
                    let (came_back, token, secret) = left.await;
                    match page.await {
                        Ok(page) => {
                            view! { <Whole page place came_back token secret/> }.into_any()
                        }
                        Err(error) => view! { <Problem error/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

/// What is in the slot: set when something is to be shown, and empty inside when it was shown
/// already.
async fn shown_once(slot: Option<String>) -> Option<Option<String>> {
    match slot {
        Some(slot) => Some(take_token(slot).await.ok().flatten()),
        None => None,
    }
}

/// `token` is a new one, `secret` what a new trust rule of Drone shares with it.
#[component]
fn Whole(
    page: PipelinePage,
    place: Place,
    came_back: Option<Returned>,
    token: Option<Option<String>>,
    secret: Option<Option<String>>,
) -> impl IntoView {
    let pipeline = page.pipeline;
    let summary = pipeline.summary;
    let (id, today) = (summary.id, pipeline.today);
    let (address, project) = (page.address, place.project.clone());
    let (rules, grants) = (pipeline.rules, pipeline.grants);
    let has_rules = !rules.is_empty();
    let delete = place.may.delete_pipelines.then(|| format!("{}/delete", place.pipeline(id)));
    let error = came_back.as_ref().map(|returned| returned.error.clone());
    // Both forms of the page come back in one slot.
    let is_of_tokens = place.query("form").as_deref() == Some("token");
    let (of_tokens, of_grants) = match came_back {
        Some(returned) if is_of_tokens => (Some(returned), None),
        returned => (None, returned),
    };
    view! {
        <Title text=summary.name.clone()/>
        <div class="page-head">
            <h1>{summary.name}</h1>
            {delete
                .map(|href| {
                    view! {
                        <div class="toolbar">
                            <LinkButton href label="Delete"/>
                        </div>
                    }
                })}
        </div>
        {(!summary.description.is_empty()).then(|| view! { <p>{summary.description}</p> })}
        {error.map(|error| view! { <ErrorSummary error/> })}
        {token.map(|token| view! { <Once token/> })}
        {secret
            .map(|secret| {
                let (address, project) = (address.clone(), project.clone());
                view! { <SharedSecret address project secret/> }
            })}
        <Grants
            place=place.clone()
            pipeline=id
            grants=grants.clone()
            grantable=page.grantable
            today
            came_back=of_grants
        />
        <TrustRules place=place.clone() pipeline=id rules=rules.clone()/>
        <Tokens
            place=place.clone()
            pipeline=id
            tokens=pipeline.tokens
            today
            has_rules
            came_back=of_tokens
        />
        <HowTo address pipeline=id project rules grants/>
        <Receipts receipts=page.receipts place is_of_pipeline=true/>
    }
}
