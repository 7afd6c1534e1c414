//! What was delivered of a credential, to whom.

use super::frame::{Head, Page, Part};
use crate::domain::delivery::ReceiptPage;
use crate::domain::paths;
use crate::error::Result;
use crate::functions::credential_pages::CredentialHead;
use crate::functions::deliveries::of_credential;
use crate::ui::kit::{Loaded, PageContext};
use crate::ui::receipts::Receipts;
use leptos::prelude::*;
use uuid::Uuid;

/// `/p/{project}/credentials/{id}/deliveries`
#[component]
pub fn DeliveriesPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Page page=page.clone()>
            <Loaded from=load(page.clone()) let:loaded>
                <Whole loaded page/>
            </Loaded>
        </Page>
    }
}

type Found = (CredentialHead, ReceiptPage, Vec<Uuid>);

async fn load(page: PageContext) -> Result<Found> {
    of_credential(page.project.clone(), page.id()?, page.before()?).await
}

#[component]
fn Whole(loaded: Found, page: PageContext) -> impl IntoView {
    let (head, found, existing) = loaded;
    let own = paths::credential_deliveries(&page.project, head.credential.summary.id);
    let older = found.older.map(|seq| paths::with_query(&own, "before", &seq.to_string()));
    view! {
        <Head head page=page.clone() part=Part::Deliveries/>
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
