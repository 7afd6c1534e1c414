//! Jobs: what the runner does with them, and what an instance admin sees and asks for.

use super::{INSTANCE, Vault, now};
use crate::domain::actor::InstanceAdmin;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::job::{Job, JobError, JobKind, JobList, JobResult};
use crate::domain::moment::Moment;
use crate::error::{Error, Result};
use crate::store::{RunEnd, Unrecorded, Write};
use std::time::Duration;
use uuid::Uuid;

/// How long a server has a job without a sign of life. Then another one may run it.
pub const LEASE: Duration = Duration::from_secs(15);
const SHOWN: u64 = 200;
/// Days that the outbox keeps an event.
const OUTBOX_DAYS: i64 = 7;

/// A number from 0 to 1, for what should not happen at the same time everywhere.
pub fn chance() -> f64 {
    let random = Uuid::now_v7().as_u128() as u32;
    f64::from(random) / f64::from(u32::MAX)
}

fn lease_end(at: Moment) -> i64 {
    at.plus_seconds(LEASE.as_secs().cast_signed()).0
}

impl Vault {
    /// The time that jobs go by: the database's, where it has a clock, so that a server whose own is
    /// ahead takes no job from one that is at it.
    pub(super) async fn job_time(&self) -> Result<Moment> {
        Ok(self.store.clock().await?.unwrap_or_else(now))
    }

    /// Waits until a job was made due by this server.
    pub async fn job_is_due(&self) {
        self.job_is_due.notified().await;
    }

    /// Puts the jobs that run on a schedule into the table; those that are there stay as they are.
    pub async fn schedule_jobs(&self) -> Result<()> {
        let at = self.job_time().await?;
        let write = self.store.write().await?;
        let keeps_all = self.settings.retention.is_none();
        let is_wanted = |kind: &&JobKind| {
            kind.schedule().every.is_some() && !(keeps_all && **kind == JobKind::Retention)
        };
        for kind in JobKind::ALL.iter().filter(is_wanted) {
            write.jobs().ensure(*kind, "", at.0).await?;
        }
        Ok(write.commit_without_event(Unrecorded::Job).await?)
    }

    /// Makes the only job of the kind due, unless it is due already or waits for another try.
    pub(super) async fn ensure_job(&self, kind: JobKind) -> Result<()> {
        let at = self.job_time().await?;
        let write = self.store.write().await?;
        write.jobs().ensure(kind, "", at.0).await?;
        write.commit_without_event(Unrecorded::Job).await?;
        self.job_is_due.notify_one();
        Ok(())
    }

    /// Takes the job that is due first; `None` when none is.
    pub async fn claim_job(&self) -> Result<Option<Job>> {
        // Only looked at, as long as there is nothing to do: an idle server leaves the disk alone.
        if !self.store.jobs().has_due(JobKind::ALL, now().0).await? {
            return Ok(None);
        }
        // Read before the wait for the lock, so that no lease is longer than its server believes.
        let at = self.job_time().await?;
        let write = self.store.write().await?;
        let job = write.jobs().claim(JobKind::ALL, at.0, lease_end(at), self.server).await?;
        write.commit_without_event(Unrecorded::Job).await?;
        Ok(job)
    }

    /// Keeps the job for another lease; `false` when it is another server's by now.
    pub async fn renew_job(&self, job: &Job) -> Result<bool> {
        let until = lease_end(self.job_time().await?);
        let write = self.store.write().await?;
        let is_mine = write.jobs().renew(job, self.server, until).await?;
        write.commit_without_event(Unrecorded::Job).await?;
        Ok(is_mine)
    }

    /// Keeps the job for another lease in this transaction; `false` when it is another server's by now, and
    /// nothing of the transaction may be kept.
    pub(super) async fn holds_job(&self, write: &Write, job: &Job) -> Result<bool> {
        let until = lease_end(self.job_time().await?);
        Ok(write.jobs().renew(job, self.server, until).await?)
    }

    /// Stores how a run went. One that failed is tried again after a pause; `chance`, from 0 to 1, is
    /// for its length.
    pub async fn finish_job(
        &self,
        job: &Job,
        done: Result<(), JobError>,
        chance: f64,
    ) -> Result<()> {
        let (at, schedule) = (self.job_time().await?, job.kind.schedule());
        let retry = schedule.retry(job.attempts, at, chance);
        let (result, due_at, attempts) = match (done, retry) {
            (Ok(()), _) => (JobResult::Succeeded, schedule.next_run(at), 0),
            (Err(_), Some(again)) => (JobResult::Failed, Some(again), job.attempts),
            (Err(_), None) => (JobResult::GaveUp, schedule.next_run(at), 0),
        };
        let due_at = due_at.map(|due| due.0);
        let end = RunEnd { at: at.0, result, error: done.err(), due_at, attempts };
        let write = self.store.write().await?;
        write.jobs().finish(job, self.server, end).await?;
        Ok(write.commit_without_event(Unrecorded::Job).await?)
    }

    /// Leaves a job whose run was stopped half-way to any server, at once.
    pub async fn give_up_job(&self, job: &Job) -> Result<()> {
        let write = self.store.write().await?;
        write.jobs().give_up(job, self.server).await?;
        Ok(write.commit_without_event(Unrecorded::Job).await?)
    }

    pub async fn jobs(&self, _admin: &InstanceAdmin) -> Result<JobList> {
        Ok(JobList { jobs: self.store.jobs().list(SHOWN).await?, at: now() })
    }

    /// Makes the job due now; gives what it is called.
    ///
    /// # Errors
    /// `Conflict` while it runs.
    pub async fn run_job_now(&self, admin: &InstanceAdmin, id: Uuid) -> Result<String> {
        let at = self.job_time().await?;
        let write = self.write_in(INSTANCE).await?;
        let job = write.jobs().find(id).await?.ok_or(Error::NotFound)?;
        if !write.jobs().run_now(id, at.0).await? {
            return Err(Error::Conflict(
                "This job is running. Wait until it has finished.".to_owned(),
            ));
        }
        let name = job.name();
        let subject = Subject { id, name: name.clone() };
        let what = (Action::JobRun, subject, Detail::Nothing);
        self.commit_event(write, INSTANCE, admin, what).await?;
        self.job_is_due.notify_one();
        Ok(name)
    }

    /// The job: removes old events from the outbox, so that it does not grow for ever.
    pub async fn forget_events(&self) -> Result<()> {
        let write = self.store.write().await?;
        write.outbox().forget(now().plus_seconds(-OUTBOX_DAYS * 24 * 60 * 60).0).await?;
        Ok(write.commit_without_event(Unrecorded::Sweep).await?)
    }
}
