//! The list of pipelines; its dialogs are routes drawn over it.

use super::empty::EmptyState;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::PipelineSummary;
use crate::functions::pipelines::list_pipelines;
use crate::ui::approvals::WaitingForYou;
use crate::ui::kit::{
    ACTIONS, Cell, Columns, FlashMessages, IconLink, LinkButton, Loaded, PageContext, PageHead,
    Table,
};
use leptos::prelude::*;
use leptos_router::components::Outlet;

/// `/p/{project}/pipelines`; nothing of it can be reached while a dialog is drawn over it.
#[component]
pub fn ListPage() -> impl IntoView {
    let page = PageContext::here();
    let is_bare = page.is_at(&paths::pipelines(&page.project));
    let is_covered = page.is_covered();
    view! {
        {is_bare.then(|| view! { <FlashMessages/> })}
        <div class="list-page" inert=is_covered>
            <Loaded title="Pipelines" from=list_pipelines(page.project.clone()) let:found>
                {listed(found, page)}
            </Loaded>
        </div>
        <Outlet/>
    }
}

fn listed(found: Vec<PipelineSummary>, page: PageContext) -> impl IntoView {
    let add = page.may_grant().then(|| paths::new_pipeline(&page.project));
    view! {
        <PageHead title="Pipelines">
            {add.map(|href| view! { <LinkButton href label="Add Pipeline" is_primary=true/> })}
        </PageHead>
        <WaitingForYou project=page.project.clone()/>
        {if found.is_empty() {
            view! { <EmptyState page/> }.into_any()
        } else {
            view! { <Table columns=columns(found, &page)/> }.into_any()
        }}
    }
}

fn columns(found: Vec<PipelineSummary>, page: &PageContext) -> Columns {
    let rows = found.into_iter().map(|pipeline| row(pipeline, &page.project));
    Columns::new(["Name", "Grants", "Active tokens", "Last delivery", "Created", ACTIONS], rows)
        .with_last(page.may(Permission::PipelineDelete))
}

fn row(pipeline: PipelineSummary, project: &str) -> [Cell; 6] {
    let PipelineSummary { id, name, description, .. } = pipeline;
    let (href, delete) = (paths::pipeline(project, id), paths::delete_pipeline(project, id));
    let label = format!("Delete {name}");
    [
        Cell::of(view! {
            <a href=href>{name}</a>
            {(!description.is_empty()).then(|| view! { <div class="muted">{description}</div> })}
        }),
        Cell::of(pipeline.grants),
        Cell::of(pipeline.live_tokens),
        Cell::last(pipeline.last_delivery),
        Cell::done(pipeline.created_at, &pipeline.created_by),
        Cell::of(view! { <IconLink href=delete label icon="trash"/> }),
    ]
}
