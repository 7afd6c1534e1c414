//! The delete dialog of a pipeline.

use crate::error::{Error, Result};
use crate::functions::answer::Returned;
use crate::functions::pipelines::{PipelinePage, find_pipeline};
use crate::ui::components::{Alert, Dialog, ErrorSummary, Field, LinkButton, SubmitButton};
use crate::ui::credentials::place::{Place, returned};
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

/// `/p/{project}/pipelines/{id}/delete`
#[component]
pub fn DeleteDialog() -> impl IntoView {
    let place = Place::here();
    let loaded = OnceResource::new_blocking(load(place.clone()));
    let close_href = place.pipelines();
    view! {
        <Suspense>
            {move || {
                let (place, close_href) = (place.clone(), close_href.clone());
                Suspend::new(async move {
                    match loaded.await {
                        Ok((page, came_back)) => {
                            let title = format!("Delete {}", page.pipeline.summary.name);
                            view! {
                                <Title text=title.clone()/>
                                <Dialog id="delete-pipeline" title close_href>
                                    <DeleteForm page place came_back/>
                                </Dialog>
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! {
                                <Dialog id="delete-pipeline" title="Delete" close_href>
                                    <Problem error is_in_dialog=true/>
                                </Dialog>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Suspense>
    }
}

async fn load(place: Place) -> Result<(PipelinePage, Option<Returned>)> {
    if !place.may.delete_pipelines {
        return Err(Error::Forbidden);
    }
    let page = find_pipeline(place.project.clone(), place.id()?).await?;
    Ok((page, returned(place.query("back")).await))
}

#[component]
fn DeleteForm(page: PipelinePage, place: Place, came_back: Option<Returned>) -> impl IntoView {
    let summary = page.pipeline.summary;
    let granted: Vec<String> =
        page.pipeline.grants.into_iter().map(|grant| grant.credential).collect();
    let typed = came_back
        .as_ref()
        .and_then(|returned| returned.form.get("typed_name")?.as_str().map(str::to_owned))
        .unwrap_or_default();
    let typed_error = came_back.as_ref().and_then(|returned| returned.at("typed_name"));
    // A field that is wrong asks for the focus; else it is where Enter loses nothing.
    let cancel_has_focus = typed_error.is_none();
    let last = match summary.last_delivery {
        Some(at) => format!("It last received a credential on {}.", at.to_text()),
        None => format!(
            "It has received nothing since it was created on {}.",
            summary.created_at.day().to_text()
        ),
    };
    let cancel = place.pipelines();
    view! {
        <Alert kind="warning">
            <p>
                "This action cannot be undone. Its tokens stop working at once, and its next fetch of a credential is refused."
            </p>
        </Alert>
        <p>{last}</p>
        {(!granted.is_empty())
            .then(|| view! { <p>{format!("It holds grants for: {}.", granted.join(", "))}</p> })}
        {came_back.map(|returned| view! { <ErrorSummary error=returned.error/> })}
        <form method="post" action="/rpc/pipelines/delete" class="stack" novalidate>
            <input type="hidden" name="project" value=place.project/>
            <input type="hidden" name="id" value=summary.id.to_string()/>
            <Field
                name="typed_name"
                label=format!("Type {} to confirm", summary.name)
                value=typed
                error=typed_error
            />
            <div class="toolbar">
                <LinkButton href=cancel label="Cancel" autofocus=cancel_has_focus/>
                <SubmitButton label="Delete" is_danger=true/>
            </div>
        </form>
    }
}
