//! Receipts as pages show them, some at a time.

use crate::domain::actor::{Can, Member};
use crate::domain::credential_page::{CredentialHead, Lately};
use crate::domain::delivery::{Receipt, ReceiptPage};
use crate::domain::permission::{Permission, of};
use crate::error::{Error, Result};
use crate::vault::{Vault, now};
use uuid::Uuid;

/// Receipts on a page of a credential.
const OF_CREDENTIAL: u64 = 20;
/// Fetches on a page of a pipeline.
const OF_PIPELINE: u64 = 20;

impl Vault {
    /// The receipts of a credential before the link `before`, and which of the pipelines that they
    /// name still exist.
    pub async fn credential_deliveries(
        &self,
        reader: &Can<of::RegistryRead>,
        id: Uuid,
        before: Option<i64>,
    ) -> Result<(CredentialHead, ReceiptPage, Vec<Uuid>)> {
        let head = self.credential_head(reader, id).await?;
        let project = reader.project().id;
        let receipts = self.store.receipts(project);
        let mut found = shown(reader, receipts.of_credential(id, before, OF_CREDENTIAL).await?);
        found.figures_until = self.figures_until(project).await?;
        let mut named: Vec<Uuid> = found.receipts.iter().map(|one| one.pipeline_id).collect();
        named.sort_unstable();
        named.dedup();
        let existing = self.existing(reader, named).await?;
        Ok((head, found, existing))
    }

    /// What the pipeline received of the credential lately: `None` for nothing.
    pub async fn received_of_grant(
        &self,
        reader: &Can<of::PipelineRead>,
        (credential, pipeline): (Uuid, Uuid),
    ) -> Result<Option<Lately>> {
        let receipts = self.store.receipts(reader.project().id);
        let lately = receipts.lately(credential, now()).await?;
        Ok(lately.into_iter().find(|one| one.pipeline_id == pipeline))
    }

    /// The receipts of a pipeline before the link `before`; of one credential alone, if one is named, also
    /// when it was deleted.
    ///
    /// # Errors
    /// `NotFound` when the project has no such pipeline.
    pub async fn pipeline_receipts(
        &self,
        reader: &Can<of::PipelineRead>,
        of: (Uuid, Option<Uuid>),
        before: Option<i64>,
    ) -> Result<ReceiptPage> {
        let project = reader.project().id;
        if self.store.pipelines(project).subject(of.0).await?.is_none() {
            return Err(Error::NotFound);
        }
        let receipts = self.store.receipts(project);
        let found = receipts.page_of_pipeline(of, before, OF_PIPELINE).await?;
        let figures_until = self.figures_until(project).await?;
        Ok(shown(reader, ReceiptPage { figures_until, ..found }))
    }
}

/// What that member may see of them: where a request came from is for those who audit.
fn shown(reader: &Member, page: ReceiptPage) -> ReceiptPage {
    if reader.may(Permission::AuditRead) {
        return page;
    }
    let receipts = page.receipts.into_iter().map(Receipt::without_source).collect();
    ReceiptPage { receipts, ..page }
}
