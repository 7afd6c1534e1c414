//! What was delivered of a credential, to whom.

use super::frame::{Part, tab};
use crate::domain::delivery::ReceiptPage;
use crate::domain::paths;
use crate::error::Result;
use crate::functions::credential_pages::CredentialHead;
use crate::functions::deliveries::of_credential;
use crate::ui::kit::PageContext;
use crate::ui::receipts::Receipts;
use leptos::prelude::*;
use uuid::Uuid;

/// `/p/{project}/credentials/{id}/deliveries`
#[component]
pub fn DeliveriesPage() -> impl IntoView {
    tab(Part::Deliveries, load, whole)
}

/// The receipts, and which of their pipelines are still there.
type Found = (ReceiptPage, Vec<Uuid>);

async fn load(page: PageContext) -> Result<(CredentialHead, Found)> {
    let found = of_credential(page.project.clone(), page.id()?, page.before()?);
    let (head, found, existing) = found.await?;
    Ok((head, (found, existing)))
}

fn whole(head: CredentialHead, loaded: Found, page: PageContext) -> impl IntoView {
    let (found, existing) = loaded;
    let own = paths::credential_deliveries(&page.project, head.credential.summary.id);
    let older = found.older.map(|seq| paths::with_query(&own, "before", &seq.to_string()));
    view! {
        <Receipts
            receipts=found.receipts
            page
            is_of_pipeline=false
            existing
            is_cut=found.is_cut
            older
        />
    }
}
