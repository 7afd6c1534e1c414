//! The page of one pipeline.

use super::grants::Grants;
use super::how_to::HowTo;
use super::once::Once;
use super::tokens::Tokens;
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
    let slots = (place.query("back"), place.query("once"));
    let left = OnceResource::new_blocking(async move {
        let token = match slots.1 {
            Some(slot) => Some(take_token(slot).await.ok().flatten()),
            None => None,
        };
        (returned(slots.0).await, token)
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
                    let (came_back, token) = left.await;
                    match page.await {
                        Ok(page) => view! { <Whole page place came_back token/> }.into_any(),
                        Err(error) => view! { <Problem error/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

/// `token` is set when a new one is to be shown, and empty inside when it was shown already.
#[component]
fn Whole(
    page: PipelinePage,
    place: Place,
    came_back: Option<Returned>,
    token: Option<Option<String>>,
) -> impl IntoView {
    let pipeline = page.pipeline;
    let summary = pipeline.summary;
    let id = summary.id;
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
        <HowTo address=page.address/>
        <Grants
            place=place.clone()
            pipeline=id
            grants=pipeline.grants
            grantable=page.grantable
            came_back=of_grants
        />
        <Tokens
            place=place.clone()
            pipeline=id
            tokens=pipeline.tokens
            today=pipeline.today
            came_back=of_tokens
        />
        <Receipts receipts=page.receipts place is_of_pipeline=true/>
    }
}
