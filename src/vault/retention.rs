//! Receipts are kept for ever, or for as many days as the operator says. They go by their age alone:
//! nobody can make the product forget by asking a lot. What they add up to is put aside before, and stays:
//! the event that says so is the base of the chain. What a destination has still to get stays until it has
//! it, unless somebody has stopped that destination.

use super::Vault;
use super::shipping::had_by_all;
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::moment::Moment;
use crate::domain::project::Project;
use crate::error::Result;
use crate::store::{Putting, Removal, Unrecorded, Write};
use uuid::Uuid;

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

    /// Until when deliveries of the project are kept as daily figures only; `None` where all receipts are
    /// there.
    pub(super) async fn figures_until(&self, project: Uuid) -> Result<Option<Moment>> {
        Ok(self.store.receipts(project).base().await?.map(|base| base.until))
    }

    /// All of one project that are old enough: they come behind the base first, and then go in small
    /// parts.
    async fn remove_receipts_of(&self, project: &Project, before: Moment) -> Result<()> {
        self.store.add_up_receipts(project.id).await?;
        // A run that was stopped may have left some behind the base.
        while self.remove_part(project).await? {}
        // What becomes old meanwhile is for the next run.
        let last = self.store.receipts(project.id).last_before(before.0).await?;
        let Some(last) = last else { return Ok(()) };
        let destinations = self.store.destinations().of_chain(project.id).await?;
        let had = had_by_all(&destinations);
        if let Some(had) = had.filter(|had| *had < last) {
            tracing::warn!(project = %project.slug, link = had + 1, "old receipts were kept, because a destination of this audit log has not received them yet. Its page Shipping names it. Stop or delete a destination that is not used any more");
        }
        let last = had.map_or(last, |had| last.min(had));
        while self.move_base(project, last).await? {
            while self.remove_part(project).await? {}
        }
        Ok(())
    }

    /// Puts aside what the oldest receipts add up to, up to that link, and says so in the chain. Whether
    /// there were any.
    async fn move_base(&self, project: &Project, last: i64) -> Result<bool> {
        let next = self.store.receipts(project.id).next_aside(last).await?;
        let Some((first, last)) = next else { return Ok(false) };
        // What does not hold is evidence, and is not added up.
        let checked = self.check_links(project.id, first - 1, last - first + 1).await?;
        let mut broken = checked.broken_at.filter(|link| *link <= last);
        // Nor is it believed what is said of it elsewhere in the chain.
        for (first, last) in
            self.store.receipts(project.id).said_elsewhere((first - 1, last)).await?
        {
            let checked = self.check_links(project.id, first - 1, last - first + 1).await?;
            broken = broken.or(checked.broken_at.filter(|link| *link <= last));
        }
        if let Some(link) = broken {
            kept_for(project, link);
            return Ok(false);
        }
        let write = self.write_in(project.id).await?;
        let last = sent_up_to(&write, project.id, last).await?;
        let ring = self.keys.ring();
        let base = match write.receipts(project.id).put_aside(&*ring, last).await? {
            Putting::Aside(base) => base,
            Putting::Nothing => return Ok(false),
            Putting::Changed => {
                tracing::error!(project = %project.slug, "old receipts were kept: their reports, or the daily figures of those that were removed before, were changed outside Regcred. Run `regcred audit verify`");
                return Ok(false);
            }
        };
        let subject = Subject { id: project.id, name: project.name.clone() };
        let what = (Action::ReceiptsRemoved, subject, Detail::Base(base));
        self.commit_event(write, project.id, &Actor::Product, what).await?;
        Ok(true)
    }

    /// Removes some of the receipts behind the base; whether there may be more.
    async fn remove_part(&self, project: &Project) -> Result<bool> {
        // It asks first: on most days nothing is to be removed, and nobody has to wait for that.
        let receipts = self.store.receipts(project.id);
        let Some(oldest) = receipts.oldest_aside().await? else { return Ok(false) };
        // Who writes to the database may have moved the counts, and would have the product remove more.
        let base = receipts.base().await?.map_or(0, |base| base.last);
        if oldest > base {
            tracing::error!(project = %project.slug, link = oldest, "old receipts were kept: how far they may be removed was changed outside Regcred. Run `regcred audit verify`");
            return Ok(false);
        }
        let write = self.write_in(project.id).await?;
        // One that was resumed since then has not got what is behind the base.
        let base = sent_up_to(&write, project.id, base).await?;
        // Whoever has the end of the chain knows the key that it is under, and makes the proof with it: one
        // under a retired key would be a break for ever.
        let ring = self.keys.ring();
        let mac = |message: &[u8]| ring.mac(message);
        let receipts = write.receipts(project.id);
        match receipts.remove_aside((&mac, &*ring), (base, PART)).await? {
            Removal::Links { .. } => {
                write.commit_without_event(Unrecorded::Removal).await?;
                Ok(true)
            }
            Removal::Nothing => Ok(false),
            Removal::Broken(link) => {
                kept_for(project, link);
                Ok(false)
            }
        }
    }
}

/// The last link, up to that one, that every destination has which is on. Whoever adds or resumes one holds
/// the chain, as does whoever asks this.
async fn sent_up_to(write: &Write, project: Uuid, last: i64) -> Result<i64> {
    let destinations = write.destinations().of_chain(project).await?;
    Ok(had_by_all(&destinations).map_or(last, |had| last.min(had)))
}

fn kept_for(project: &Project, link: i64) {
    tracing::error!(project = %project.slug, link, "old receipts were kept: their chain is broken at this link");
}
