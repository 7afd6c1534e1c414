//! What was delivered of a credential, to whom.

use super::frame::{Part, tab};
use crate::domain::delivery::{ReceiptFilter, ReceiptPage};
use crate::domain::paths;
use crate::error::Result;
use crate::functions::credential_pages::CredentialHead;
use crate::functions::deliveries::of_credential;
use crate::ui::kit::PageContext;
use crate::ui::receipts::{Filtered, Receipts};
use leptos::prelude::*;
use uuid::Uuid;

/// `/p/{project}/credentials/{id}/deliveries`; `pipeline` and `outcome` in its query say which are shown.
#[component]
pub fn DeliveriesPage() -> impl IntoView {
    tab(Part::Deliveries, load, whole)
}

/// The receipts, which of their pipelines are still there, and which are shown.
type Found = (ReceiptPage, Vec<Uuid>, ReceiptFilter);

async fn load(page: PageContext) -> Result<(CredentialHead, Found)> {
    let filter = ReceiptFilter::read(|key| page.query(key))?;
    // The page is about one.
    let filter = ReceiptFilter { credential: None, ..filter };
    let found = of_credential(page.project.clone(), page.id()?, page.before()?);
    let (head, mut found, existing) = found.await?;
    found.receipts = filter.shown(found.receipts);
    Ok((head, (found, existing, filter)))
}

fn whole(head: CredentialHead, loaded: Found, page: PageContext) -> impl IntoView {
    let (found, existing, filter) = loaded;
    let own = paths::credential_deliveries(&page.project, head.credential.summary.id);
    let filtered = Filtered::of(filter, &found.receipts, &own);
    let own = own + &filter.to_url();
    let older = found.older.map(|seq| paths::with_query(&own, "before", &seq.to_string()));
    view! {
        <Receipts
            receipts=found.receipts
            page
            is_of_pipeline=false
            existing
            is_cut=found.is_cut
            figures_until=found.figures_until
            older
            filtered
        />
    }
}
