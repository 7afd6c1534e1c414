//! Receipts are kept for ever, or for as many days as the operator says. They go by their age alone:
//! nobody can make the product forget by asking a lot. What was counted of them stays.

use super::Vault;
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::moment::Moment;
use crate::domain::project::Project;
use crate::error::Result;
use crate::store::{Removal, Unrecorded};

/// Links whose receipts are removed in one transaction.
const PART: u64 = 200;
const DAY: i64 = 24 * 60 * 60;

impl Vault {
    /// The job: removes the receipts of every project that are old enough.
    pub async fn remove_old_receipts(&self) -> Result<()> {
        let Some(days) = self.settings.retention else { return Ok(()) };
        let before = self.job_time().await?.plus_seconds(-i64::from(days) * DAY);
        for entry in self.store.projects().list().await? {
            self.remove_receipts_of(&entry.project, before).await?;
        }
        Ok(())
    }

    /// All of one project that are old enough, in small parts. The event comes with the first of them
    /// and says what the run is about to remove: however much that is, there is one.
    async fn remove_receipts_of(&self, project: &Project, before: Moment) -> Result<()> {
        self.store.add_up_receipts(project.id).await?;
        let last = self.store.receipts(project.id).last_before(before.0).await?;
        let Some(last) = last else { return Ok(()) };
        let mut is_recorded = false;
        while self.remove_part(project, before, (last, is_recorded)).await? {
            is_recorded = true;
        }
        Ok(())
    }

    /// Whether there may be more. `last` is what the event says that is recorded with the first part.
    async fn remove_part(
        &self,
        project: &Project,
        before: Moment,
        (last, is_recorded): (i64, bool),
    ) -> Result<bool> {
        let write = self.write_in(project.id).await?;
        // Whoever has the end of the chain knows the key that it is under, and makes the proof with it: one
        // under a retired key would be a break for ever.
        let ring = self.keys.ring();
        let mac = |message: &[u8]| ring.mac(message);
        let receipts = write.receipts(project.id);
        let (first, done) = match receipts.remove_before((&mac, &*ring), before.0, PART).await? {
            Removal::Links { first, last } => (first, last),
            Removal::Nothing => return Ok(false),
            Removal::Broken(link) => {
                tracing::error!(project = %project.slug, link, "old receipts were kept: their chain is broken at this link");
                return Ok(false);
            }
        };
        if is_recorded {
            write.commit_without_event(Unrecorded::Removal).await?;
        } else {
            let subject = Subject { id: project.id, name: project.name.clone() };
            let detail = Detail::Links { first, last: last.max(done) };
            let what = (Action::ReceiptsRemoved, subject, detail);
            self.commit_event(write, project.id, &Actor::Product, what).await?;
        }
        // What became old meanwhile is for the next run, which says so.
        Ok(done < last)
    }
}
