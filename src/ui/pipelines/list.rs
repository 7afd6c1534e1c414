//! The list of pipelines; its dialogs are routes drawn over it.

use super::empty::Teaching;
use crate::domain::pipeline::PipelineSummary;
use crate::functions::pipelines::list_pipelines;
use crate::ui::components::{ACTIONS, IconLink, LinkButton, Table, Time};
use crate::ui::credentials::place::Place;
use crate::ui::credentials::said::Said;
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;

/// `/p/{project}/pipelines`; nothing of it can be reached while a dialog is drawn over it.
#[component]
pub fn ListPage() -> impl IntoView {
    let place = Place::here();
    let pipelines = OnceResource::new_blocking(list_pipelines(place.project.clone()));
    let is_bare = place.is_at(&place.pipelines());
    let is_covered = place.is_covered();
    let said = place.query("said");
    view! {
        <Title text="Pipelines"/>
        {is_bare.then(|| view! { <Said said/> })}
        <div class="list-page" inert=is_covered>
            <Suspense>
                {move || {
                    let place = place.clone();
                    Suspend::new(async move {
                        match pipelines.await {
                            Ok(rows) => view! { <Listed rows place/> }.into_any(),
                            Err(error) => view! { <Problem error/> }.into_any(),
                        }
                    })
                }}
            </Suspense>
        </div>
        <Outlet/>
    }
}

#[component]
fn Listed(rows: Vec<PipelineSummary>, place: Place) -> impl IntoView {
    let add = place.may.write_pipelines.then(|| format!("{}/new", place.pipelines()));
    view! {
        <div class="page-head">
            <h1>"Pipelines"</h1>
            {add.map(|href| view! { <LinkButton href label="Add Pipeline" is_primary=true/> })}
        </div>
        {if rows.is_empty() {
            view! { <Teaching place/> }.into_any()
        } else {
            view! { <Rows rows place/> }.into_any()
        }}
    }
}

#[component]
fn Rows(rows: Vec<PipelineSummary>, place: Place) -> impl IntoView {
    let mut columns = vec!["Name", "Grants", "Working tokens", "Last delivery", "Created"];
    columns.extend(place.may.delete_pipelines.then_some(ACTIONS));
    view! {
        <Table columns>
            {rows
                .into_iter()
                .map(|pipeline| view! { <Row pipeline place=place.clone()/> })
                .collect_view()}
        </Table>
    }
}

#[component]
fn Row(pipeline: PipelineSummary, place: Place) -> impl IntoView {
    let page = place.pipeline(pipeline.id);
    let delete = place.may.delete_pipelines.then(|| format!("{page}/delete"));
    let name = pipeline.name;
    let label = format!("Delete {name}");
    view! {
        <tr>
            <td data-label="Name">
                <a href=page>{name}</a>
                {(!pipeline.description.is_empty())
                    .then(|| view! { <div class="muted">{pipeline.description}</div> })}
            </td>
            <td data-label="Grants">{pipeline.grants}</td>
            <td data-label="Working tokens">{pipeline.live_tokens}</td>
            <td data-label="Last delivery">
                {match pipeline.last_delivery {
                    Some(at) => view! { <Time at/> }.into_any(),
                    None => view! { <span class="muted">"Never"</span> }.into_any(),
                }}
            </td>
            <td data-label="Created">
                <Time at=pipeline.created_at/>
                <div class="muted">{format!("by {}", pipeline.created_by)}</div>
            </td>
            {delete
                .map(|href| {
                    view! {
                        <td data-label="Actions" class="row-actions">
                            <IconLink href label icon="trash"/>
                        </td>
                    }
                })}
        </tr>
    }
}
