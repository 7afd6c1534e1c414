//! The end of a review, by a member or with its last day: what is undecided goes or is listed, and a
//! checkpoint is signed.

use crate::domain::actor::{Actor, Acts, Can};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::counted::counted;
use crate::domain::permission::of;
use crate::domain::project::Project;
use crate::domain::review::{Choice, Review, ReviewItem, Tally, Undecided, Verdict};
use crate::error::{Error, Result};
use crate::store::{Recorded, Write};
use crate::vault::{Vault, now};
use uuid::Uuid;

/// Items that are removed in one transaction: deliveries wait for the chain meanwhile.
const PART: u64 = 100;

const BEFORE: &str = "This review is closed.";
const SIGNED: &str = "The checkpoint was signed.";
const STUCK: [&str; 2] = ["could not be removed and is", "could not be removed and are"];
const GUARDED: &str = "listed as undecided: rows of a pipeline were changed outside Regcred. An operator can run `regcred doctor`.";
const REASON: &str = "Nobody had decided it when the review was closed.";

impl Vault {
    /// Closes a review. What nobody decided is listed, or removed when the review says so; memberships
    /// are listed, and what cannot be removed. One that is closed and has no checkpoint gets it. Gives what
    /// to say.
    ///
    /// # Errors
    /// `NotFound` when the project has no such review, and `Conflict` when it is closed, or when items of it
    /// were changed or removed outside the product: what would have gone may be among them.
    pub async fn close_review(&self, closer: &Can<of::AuditWrite>, id: Uuid) -> Result<String> {
        let project = closer.project().id;
        let review = self.store.reviews(project).find(id).await?.ok_or(Error::NotFound)?;
        if review.closed.is_none() {
            self.whole_items(project, &review).await?;
        }
        let (mut after, mut stuck) = (0, 0_u64);
        loop {
            let write = self.write_in(project).await?;
            let review = write.reviews(project).find(id).await?.ok_or(Error::NotFound)?;
            if review.closed.is_some() {
                if review.closing.is_some() {
                    return Err(Error::Conflict(BEFORE.to_owned()));
                }
                drop(write);
                self.keep_checkpoint(project, id, true).await?;
                return Ok(SIGNED.to_owned());
            }
            let left = match review.undecided {
                Undecided::Listed => Vec::new(),
                Undecided::Removed => {
                    write.review_items(project).removable(id, after, PART).await?
                }
            };
            if let Some(last) = left.last() {
                after = last.number;
                let (recorded, kept) =
                    self.remove_undecided(&write, closer, &review, &left).await?;
                stuck += kept;
                match recorded {
                    Some(recorded) => write.commit(recorded).await?,
                    None => drop(write),
                }
                continue;
            }
            let tally = self.end_review(write, project, closer, &review).await?;
            let mut done = format!("The review was closed: {}.", tally.to_text());
            if stuck > 0 {
                done = format!("{done} {} {GUARDED}", counted(stuck, "item", STUCK));
            }
            return Ok(self.with_checkpoint(project, id, true, done).await);
        }
    }

    /// The job: closes every review whose last day is over. It removes nothing: what is undecided is listed.
    pub async fn close_due_reviews(&self) -> Result<()> {
        let today = self.job_time().await?.day();
        let mut done = Ok(());
        for entry in self.store.projects().list().await? {
            let open = self.store.reviews(entry.project.id).open_until_a_day().await?;
            for review in open.into_iter().filter(|one| one.is_over(today)) {
                // One that cannot be closed holds no other one up.
                if let Err(error) = self.close_due(&entry.project, &review).await {
                    tracing::error!(project = %entry.project.slug, review = %review.id, %error, "an access review whose last day is over was not closed");
                    done = Err(error);
                }
            }
        }
        done
    }

    async fn close_due(&self, project: &Project, review: &Review) -> Result<()> {
        match self.whole_items(project.id, review).await {
            Err(Error::Conflict(why)) => {
                tracing::error!(project = %project.slug, review = %review.id, "an access review whose last day is over was not closed: {why}");
                return Ok(());
            }
            other => other.map(drop)?,
        }
        let write = self.write_in(project.id).await?;
        // Somebody else may have been faster.
        let found = write.reviews(project.id).find(review.id).await?;
        let Some(review) = found.filter(|one| one.closed.is_none()) else { return Ok(()) };
        self.end_review(write, project.id, &Actor::Product, &review).await?;
        if let Err(error) = self.keep_checkpoint(project.id, review.id, true).await {
            tracing::warn!(project = %project.slug, review = %review.id, error = %error, "no checkpoint was signed when an access review was closed");
        }
        Ok(())
    }

    /// Writes down that it is closed, with what is undecided.
    async fn end_review(
        &self,
        write: Write,
        project: Uuid,
        by: &impl Acts,
        review: &Review,
    ) -> Result<Tally> {
        let tally = write.review_items(project).tally(review.id).await?;
        write.reviews(project).close(review.id, now(), by.actor().name()).await?;
        let subject = Subject { id: review.id, name: review.name.clone() };
        let what = (Action::ReviewClosed, subject, Detail::ReviewEnd(tally));
        self.commit_event(write, project, by, what).await?;
        Ok(tally)
    }

    /// Removes these; the last event, if there was one, and how many cannot be removed.
    async fn remove_undecided(
        &self,
        write: &Write,
        closer: &Can<of::AuditWrite>,
        review: &Review,
        items: &[ReviewItem],
    ) -> Result<(Option<Recorded>, u64)> {
        let editor = closer.can::<of::PipelineWrite>()?;
        let (verdict, note) = (Verdict::Remove, REASON.to_owned());
        let choice = Choice { verdict, note, to: None, seen: None };
        let (mut recorded, mut stuck) = (None, 0);
        for item in items {
            let Ok(effect) = self.remove_item(write, &editor, item).await? else {
                stuck += 1;
                continue;
            };
            let event = self.write_decision(write, closer, (review, item), &choice, effect).await?;
            recorded = Some(event);
        }
        Ok((recorded, stuck))
    }
}
