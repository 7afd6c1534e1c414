//! What the pipeline received, and what it was refused.

use super::frame::{Part, PipelineFrame};
use crate::domain::pipeline::PipelineDeliveries;
use crate::functions::pipelines::pipeline_deliveries;
use crate::ui::kit::{FlashMessages, Loaded, PageContext};
use crate::ui::receipts::Receipts;
use leptos::prelude::*;

#[component]
pub fn DeliveriesPage() -> impl IntoView {
    let page = PageContext::here();
    let load = {
        let page = page.clone();
        async move { pipeline_deliveries(page.project.clone(), page.id()?).await }
    };
    view! {
        <FlashMessages/>
        <Loaded from=load let:found>
            {whole(found, page)}
        </Loaded>
    }
}

fn whole(
    PipelineDeliveries { head, receipts }: PipelineDeliveries,
    page: PageContext,
) -> impl IntoView {
    view! {
        <PipelineFrame head part=Part::Deliveries page=page.clone()>
            <Receipts receipts page is_of_pipeline=true/>
        </PipelineFrame>
    }
}
