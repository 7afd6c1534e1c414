//! How the pipeline fetches: the lines for one client or CI, with its own names in them.

use super::frame::{Part, PipelineFrame, head_of};
use super::how_to::HowTo;
use crate::domain::pipeline::{PipelineDetail, PipelinePage};
use crate::functions::pipelines::find_pipeline;
use crate::ui::kit::{FlashMessages, Loaded, PageContext};
use leptos::prelude::*;

#[component]
pub fn ConnectPage() -> impl IntoView {
    let page = PageContext::here();
    let load = {
        let page = page.clone();
        async move { find_pipeline(page.project.clone(), page.id()?).await }
    };
    view! {
        <FlashMessages/>
        <Loaded from=load let:found>
            {whole(found, page)}
        </Loaded>
    }
}

fn whole(found: PipelinePage, page: PageContext) -> impl IntoView {
    let PipelinePage { pipeline, address, .. } = found;
    let (id, head) = (pipeline.summary.id, head_of(&pipeline));
    let PipelineDetail { rules, grants, .. } = pipeline;
    let (project, client) = (page.project.clone(), page.query("client"));
    view! {
        <PipelineFrame head part=Part::Connect page>
            <HowTo address pipeline=id project rules grants client/>
        </PipelineFrame>
    }
}
