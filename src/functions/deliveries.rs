//! Receipts, as pages read them.

use super::context::{member, vault};
use crate::domain::credential_page::{CredentialHead, Lately};
use crate::domain::delivery::ReceiptPage;
use crate::domain::permission::of;
use crate::error::Result;
use uuid::Uuid;

/// What was delivered of a credential before the link `before`, and which of the pipelines still
/// exist.
pub async fn of_credential(
    project: String,
    id: Uuid,
    before: Option<i64>,
) -> Result<(CredentialHead, ReceiptPage, Vec<Uuid>)> {
    let reader = member(&project).await?.can::<of::RegistryRead>()?;
    vault().credential_deliveries(&reader, id, before).await
}

/// What a pipeline received of a credential lately: `None` for nothing.
pub async fn received_of_grant(project: String, pair: (Uuid, Uuid)) -> Result<Option<Lately>> {
    let reader = member(&project).await?.can::<of::PipelineRead>()?;
    vault().received_of_grant(&reader, pair).await
}
