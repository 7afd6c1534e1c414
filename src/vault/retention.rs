//! Receipts are kept for ever, or for as many days as the operator says. They go by their age alone:
//! nobody can make the product forget by asking a lot. What was counted of them stays.

use super::Vault;
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::moment::Moment;
use crate::domain::project::Project;
use crate::error::Result;
use crate::store::Removal;

/// Links whose receipts are removed in one transaction.
const PART: u64 = 500;
const DAY: i64 = 24 * 60 * 60;

impl Vault {
    /// The job: removes the receipts of every project that are old enough.
    pub async fn remove_old_receipts(&self) -> Result<()> {
        let Some(days) = self.settings.retention else { return Ok(()) };
        let before = self.job_time().await?.plus_seconds(-i64::from(days) * DAY);
        for entry in self.store.projects().list().await? {
            while self.remove_some_receipts(&entry.project, before).await? {}
        }
        Ok(())
    }

    /// Whether there may be more.
    async fn remove_some_receipts(&self, project: &Project, before: Moment) -> Result<bool> {
        self.store.count_receipts(project.id).await?;
        let ring = self.keys.ring();
        let mac = |message: &[u8]| ring.mac(message);
        let holds = |message: &[u8], mac: &[u8]| ring.verify_mac(message, mac);
        let write = self.write_in(project.id).await?;
        let receipts = write.receipts(project.id);
        let (first, last) = match receipts.remove_before((&mac, &holds), before.0, PART).await? {
            Removal::Links { first, last } => (first, last),
            Removal::Nothing => return Ok(false),
            Removal::Broken(link) => {
                tracing::error!(project = %project.slug, link, "old receipts were kept: their chain is broken at this link");
                return Ok(false);
            }
        };
        let subject = Subject { id: project.id, name: project.name.clone() };
        let what = (Action::ReceiptsRemoved, subject, Detail::Links { first, last });
        self.commit_event(write, project.id, &Actor::Product, what).await?;
        Ok(true)
    }
}
