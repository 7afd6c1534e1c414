//! How a delivery went, as the pipeline says afterwards: so that failing credentials are seen.

use super::checks::{lately, soon};
use super::events::event;
use super::{Vault, now};
use crate::domain::actor::{Actor, Pipeline};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::delivery::Report;
use crate::error::{Error, Result};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Vault {
    /// Notes what the pipeline says of one of its own deliveries, or of all of one fetch. The last
    /// word counts; what was said before is not written again.
    ///
    /// # Errors
    /// `TooManyRequests` beyond its share; `NotFound` when the id is neither that of a delivery to this pipeline nor of such a fetch.
    pub async fn report(&self, pipeline: &Pipeline, id: Uuid, report: Report) -> Result<()> {
        self.take_share(pipeline)?;
        let project = pipeline.project_id();
        // What is on record already is told by reading: who repeats it waits for nobody.
        let news = self.store.receipts(project).news(id, pipeline.id(), report).await?;
        if news.ok_or(Error::NotFound)?.is_empty() {
            return Ok(());
        }
        let write = self.write_in(project).await?;
        let receipts = write.receipts(project);
        let heard = receipts.hear(id, pipeline.id(), report).await?.ok_or(Error::NotFound)?;
        let (mut recorded, mut failed) = (None, BTreeSet::new());
        for one in heard {
            failed.extend(one.failing.iter().copied());
            // Its subject is the fetch: the event is found by it when the report is verified.
            let subject = Subject { id: one.fetch, name: one.said.subject() };
            let what = (Action::DeliveryReported, subject, Detail::Report(one.said));
            let event = event(pipeline, what);
            let at = event.at;
            let mac = |message: &[u8]| self.keys.ring().mac(message);
            let link = write.chain().append(&mac, project, event).await?;
            receipts.keep_report(pipeline.id(), one, (link.link(), at)).await?;
            recorded = Some(link);
        }
        for credential in failed {
            let at = now();
            write.checks(project).make_due(credential, soon(at), lately(at)).await?;
        }
        match recorded {
            Some(recorded) => Ok(write.commit(recorded).await?),
            None => Ok(()),
        }
    }

    /// Says in the chain of each project that an older version made that it has every report from then on.
    ///
    /// # Errors
    /// The last of those that there were, after all projects were tried.
    pub(super) async fn link_reports(&self) -> Result<()> {
        let mut done = Ok(());
        for (id, name) in self.store.projects().without_linked_reports().await? {
            if let Err(error) = self.link_reports_of(Subject { id, name }).await {
                tracing::error!(project = %id, %error, "it was not recorded from where on this audit chain has every report");
                done = Err(error);
            }
        }
        done
    }

    async fn link_reports_of(&self, project: Subject) -> Result<()> {
        let id = project.id;
        // Somebody may have changed the first link, which says it in a project of this version.
        if self.check_links(id, 0, 1).await?.broken_at == Some(1) {
            return Err(Error::Conflict("the first link does not hold".to_owned()));
        }
        let write = self.write_in(id).await?;
        // Another server may have been faster.
        if write.chain().first_of(id, Action::ReportsLinked).await?.is_none() {
            let what = (Action::ReportsLinked, project, Detail::Nothing);
            self.commit_event(write, id, &Actor::Product, what).await?;
        }
        Ok(())
    }
}
