//! What the pipeline received, and what it was refused.

use super::frame::{Part, PipelineFrame};
use crate::domain::delivery::ReceiptFilter;
use crate::domain::paths;
use crate::domain::pipeline::PipelineDeliveries;
use crate::error::Result;
use crate::functions::pipelines::pipeline_deliveries;
use crate::ui::kit::{FlashMessages, Loaded, PageContext};
use crate::ui::receipts::{Filtered, Receipts};
use leptos::prelude::*;

/// `/p/{project}/pipelines/{id}/deliveries`; `before` in its query asks for older ones, and `outcome` and
/// `credential` say which are shown.
#[component]
pub fn DeliveriesPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <FlashMessages/>
        <Loaded from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

type Found = (PipelineDeliveries, ReceiptFilter);

async fn load(page: PageContext) -> Result<Found> {
    let filter = ReceiptFilter::read(|key| page.query(key))?;
    let of = (page.id()?, filter.credential);
    let found = pipeline_deliveries(page.project.clone(), of, page.before()?);
    let mut found = found.await?;
    found.page.receipts = filter.shown(found.page.receipts);
    Ok((found, filter))
}

fn whole((found, filter): Found, page: PageContext) -> impl IntoView {
    let PipelineDeliveries { head, page: found } = found;
    let own = paths::pipeline_deliveries(&page.project, head.summary.id);
    let filtered = Filtered::of(filter, &found.receipts, &own);
    let own = own + &filter.to_url();
    let older = found.older.map(|seq| paths::with_query(&own, "before", &seq.to_string()));
    view! {
        <PipelineFrame head part=Part::Deliveries page=page.clone()>
            <Receipts
                receipts=found.receipts
                page
                is_of_pipeline=true
                is_cut=found.is_cut
                figures_until=found.figures_until
                older
                filtered
            />
        </PipelineFrame>
    }
}
