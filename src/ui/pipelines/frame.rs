//! What stands above every part of a pipeline's page: its name, what can be done, and the other parts.

use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::{PipelineDetail, PipelineHead, PipelineSummary};
use crate::ui::kit::{Alert, LinkButton, PageContext, PageHead, Tab, Tabs};
use leptos::prelude::*;
use leptos_meta::Title;
use uuid::Uuid;

/// A part of the page, with an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Credentials,
    Identity,
    Connect,
    Definitions,
    Deliveries,
    Activity,
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Credentials,
        Self::Identity,
        Self::Connect,
        Self::Definitions,
        Self::Deliveries,
        Self::Activity,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Credentials => "Credentials",
            Self::Identity => "Identity",
            Self::Connect => "Connect",
            Self::Definitions => "Definitions",
            Self::Deliveries => "Deliveries",
            Self::Activity => "Activity",
        }
    }

    /// What a window with it is called.
    fn title(self, name: &str) -> String {
        match self {
            Self::Credentials => name.to_owned(),
            Self::Connect => format!("Connect {name}"),
            part => format!("{} of {name}", part.label()),
        }
    }

    fn path(self, project: &str, id: Uuid) -> String {
        match self {
            Self::Credentials => paths::pipeline(project, id),
            Self::Identity => paths::pipeline_identity(project, id),
            Self::Connect => paths::pipeline_connect(project, id),
            Self::Definitions => paths::pipeline_definitions(project, id),
            Self::Deliveries => paths::pipeline_deliveries(project, id),
            Self::Activity => paths::pipeline_activity(project, id),
        }
    }
}

/// The head of a pipeline whose page was read whole.
pub fn head_of(pipeline: &PipelineDetail) -> PipelineHead {
    PipelineHead { summary: pipeline.summary.clone(), is_changed: pipeline.is_changed }
}

/// The part's children below what all parts have.
#[component]
pub fn PipelineFrame(
    head: PipelineHead,
    part: Part,
    page: PageContext,
    children: Children,
) -> impl IntoView {
    let PipelineHead { summary, is_changed } = head;
    let PipelineSummary { id, name, description, grants, .. } = summary;
    let project = page.project.clone();
    let edit = page
        .may(Permission::PipelineWrite)
        .then(|| paths::from_page(&paths::edit_pipeline(&project, id)));
    let delete = page
        .may(Permission::PipelineDelete)
        .then(|| paths::from_page(&paths::delete_pipeline(&project, id)));
    let tabs: Vec<Tab> = Part::ALL
        .into_iter()
        .map(|one| Tab {
            label: one.label(),
            href: one.path(&project, id),
            count: (one == Part::Credentials).then(|| grants.unsigned_abs()),
            is_current: one == part,
        })
        .collect();
    let up = (paths::pipelines(&project), "Pipelines".to_owned());
    // A dialog over the page has the title of its own.
    let title = (!page.is_covered()).then(|| part.title(&name));
    view! {
        {title.map(|text| view! { <Title text/> })}
        <PageHead title=name up>
            <div class="toolbar">
                {edit.map(|href| view! { <LinkButton href label="Edit"/> })}
                {delete.map(|href| view! { <LinkButton href label="Delete"/> })}
            </div>
        </PageHead>
        {(!description.is_empty()).then(|| view! { <p class="muted">{description}</p> })}
        {is_changed
            .then(|| {
                view! {
                    <Alert>
                        <p>
                            "This pipeline's row was changed outside Regcred, so it receives no credential and its tokens do not work. An operator can run "
                            <code>"regcred doctor"</code> " to find out what to do."
                        </p>
                    </Alert>
                }
            })}
        <Tabs label="Pipeline" tabs/>
        {children()}
    }
}
