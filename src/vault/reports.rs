//! How a delivery went, as the pipeline says afterwards: so that failing credentials are seen.

use super::{Vault, now};
use crate::domain::actor::Pipeline;
use crate::domain::delivery::Report;
use crate::error::{Error, Result};
use crate::store::Unrecorded;
use uuid::Uuid;

impl Vault {
    /// Notes what the pipeline says of one of its own deliveries, or of all of one fetch. The last
    /// word counts.
    ///
    /// # Errors
    /// `TooManyRequests` beyond its share; `NotFound` when the id is neither that of a delivery to this pipeline nor of such a fetch.
    pub async fn report(&self, pipeline: &Pipeline, id: Uuid, report: Report) -> Result<()> {
        self.take_share(pipeline)?;
        let write = self.store.write().await?;
        let receipts = write.receipts(pipeline.project_id());
        if !receipts.report(id, pipeline.id(), report, now().0).await? {
            return Err(Error::NotFound);
        }
        Ok(write.commit_without_event(Unrecorded::Report).await?)
    }
}
