//! The runner: it claims jobs that are due, and runs a few of them at once.
//!
//! A job is run by one server at a time, and at least once: a server that has a job renews its lease
//! while it runs, and stops the run before the lease can end. One that is killed lets its lease end,
//! and another server runs the job again. So what a job does may be stopped anywhere and done twice.

use crate::domain::job::{Job, JobError, JobKind};
use crate::error::{Error, Result};
use crate::vault::{LEASE, Vault, chance};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

/// Jobs that one server runs at once. Most wait for the database.
const AT_ONCE: usize = 4;
/// How often it looks for jobs that are due, when nothing wakes it; half of it more or less, so that
/// servers that were started together do not ask together.
const POLL: Duration = Duration::from_secs(1);
/// How often a lease is renewed.
const RENEW: Duration = Duration::from_secs(5);
/// How long before its end a lease counts as lost: a run is stopped within it.
const MARGIN: Duration = Duration::from_secs(3);
/// How often what runs on a schedule is put back on it: somebody, or a clock, may have put it off.
const RESCHEDULE: Duration = Duration::from_secs(60 * 60);
/// How often it is looked which witnesses have not cosigned a checkpoint: a command may have signed it.
const WITNESSES: Duration = Duration::from_secs(60);
/// How long jobs may take to end by themselves once the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// Runs jobs until `stop` says so, or nobody is left who could say it. Then nothing more is claimed,
/// and what does not end soon is stopped and left to other servers.
pub async fn run(vault: Vault, mut stop: watch::Receiver<bool>) {
    let (cut_off, is_cut_off) = watch::channel(false);
    let mut running = JoinSet::new();
    let (mut scheduled, mut looked) = (None, None);
    loop {
        let now = Instant::now();
        if is_time(scheduled, now, RESCHEDULE) && vault.schedule_jobs().await.is_ok() {
            scheduled = Some(now);
        }
        if is_time(looked, now, WITNESSES) && vault.wake_witnesses().await.is_ok() {
            looked = Some(now);
        }
        // Why the database does not answer was logged where it was asked.
        let _ = vault.wake_shipping().await;
        while running.len() < AT_ONCE {
            let asked = Instant::now();
            // Why the database does not answer was logged where it was asked.
            let Ok(Some(job)) = vault.claim_job().await else { break };
            running.spawn(run_one(vault.clone(), job, asked, is_cut_off.clone()));
        }
        tokio::select! {
            biased;
            () = said(&mut stop) => break,
            Some(_) = running.join_next() => {}
            () = vault.job_is_due() => {}
            () = sleep(POLL / 2 + POLL.mul_f64(chance())) => {}
        }
    }
    if timeout(GRACE, ended(&mut running)).await.is_err() {
        cut_off.send_replace(true);
        // A database that does not answer is not waited for: the leases end by themselves.
        let _ = timeout(GRACE, ended(&mut running)).await;
    }
}

/// Whether it is time for something that is done so often, after it was last.
fn is_time(last: Option<Instant>, now: Instant, every: Duration) -> bool {
    last.is_none_or(|last| now.saturating_duration_since(last) >= every)
}

/// Waits until it is said, or can be said no more.
async fn said(word: &mut watch::Receiver<bool>) {
    let _ = word.wait_for(|is_said| *is_said).await;
}

async fn ended(running: &mut JoinSet<()>) {
    while running.join_next().await.is_some() {}
}

enum End {
    Done(Result<(), JobError>),
    Lost,
    CutOff,
}

/// Runs a job that was claimed after `asked`, and stores how it went.
async fn run_one(vault: Vault, job: Job, asked: Instant, mut cut_off: watch::Receiver<bool>) {
    if asked.elapsed() > LEASE - MARGIN {
        // The database took so long that the lease is about to end.
        return;
    }
    let schedule = job.kind.schedule();
    // A task of its own, so that a panic ends there.
    let mut work = JoinSet::new();
    let end = if job.attempts > schedule.tries {
        // Of its last try nothing was stored: it ended with its server, and may end this one, too.
        End::Done(Err(JobError::Panicked))
    } else {
        work.spawn(perform(vault.clone(), job.clone()));
        tokio::select! {
            Some(done) = work.join_next() => End::Done(outcome(job.kind, done)),
            () = keep(&vault, &job, asked) => End::Lost,
            () = sleep(Duration::from_secs(schedule.limit)) => End::Done(Err(JobError::TimedOut)),
            () = said(&mut cut_off) => End::CutOff,
        }
    };
    // Nothing of it goes on once another server may have the job.
    work.shutdown().await;
    let stored = match end {
        End::Done(done) => vault.finish_job(&job, done, chance()).await,
        End::CutOff => vault.give_up_job(&job).await,
        End::Lost => {
            tracing::warn!(
                kind = job.kind.word(),
                "a job was stopped: its lease could not be kept"
            );
            Ok(())
        }
    };
    if let Err(error) = stored {
        tracing::debug!(kind = job.kind.word(), error = %error, "how a job went was not stored");
    }
}

async fn perform(vault: Vault, job: Job) -> Result<()> {
    match job.kind {
        JobKind::Sweep => vault.sweep().await,
        JobKind::TendKeys => vault.tend_keys().await,
        JobKind::Readiness => vault.check_writes().await,
        JobKind::Outbox => vault.forget_events().await,
        JobKind::ChainHeads => vault.tell_heads().await,
        JobKind::ChangedRows => vault.find_changed_rows().await,
        JobKind::Usage => vault.add_up_usage().await,
        JobKind::Findings => vault.look_for_findings().await,
        JobKind::Trees => vault.grow_trees().await,
        JobKind::Checkpoints => vault.sign_daily().await,
        JobKind::Shipping => vault.ship(&job).await,
        JobKind::Witness => vault.ask_witness(&job).await,
        JobKind::Retention => vault.remove_old_receipts().await,
        JobKind::Reviews => vault.close_due_reviews().await,
        JobKind::Checks => vault.check_due().await,
        JobKind::Reminders => vault.remind().await,
    }
}

/// Renews the lease for as long as it can be kept.
async fn keep(vault: &Vault, job: &Job, mut since: Instant) {
    loop {
        let end = since + LEASE - MARGIN;
        sleep_until(end.min(Instant::now() + RENEW)).await;
        let asked = Instant::now();
        match timeout_at(end, vault.renew_job(job)).await {
            Ok(Ok(true)) => since = asked,
            // The database may answer again before the lease ends.
            Ok(Err(_)) if asked < end => {}
            _ => return,
        }
    }
}

fn outcome(kind: JobKind, done: Result<Result<()>, JoinError>) -> Result<(), JobError> {
    let kind = kind.word();
    match done {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Error::Unavailable | Error::Upstream { .. })) => Err(JobError::Unavailable),
        Ok(Err(error)) => {
            tracing::error!(kind, error = %error, "a job failed");
            Err(JobError::Internal)
        }
        Err(_) => {
            tracing::error!(kind, "a job panicked");
            Err(JobError::Panicked)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_spread_between_0_and_1() {
        let chances: Vec<f64> = (0..1_000).map(|_| chance()).collect();
        assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)));
        assert!(chances.iter().any(|chance| *chance < 0.2));
        assert!(chances.iter().any(|chance| *chance > 0.8));
    }

    #[test]
    fn a_job_that_was_put_off_is_back_on_its_schedule_within_the_hour() {
        let start = Instant::now();
        assert!(is_time(None, start, RESCHEDULE));
        for (minutes, expected) in [(0, false), (59, false), (60, true), (10_000, true)] {
            let now = start + Duration::from_secs(minutes * 60);
            assert_eq!(is_time(Some(start), now, RESCHEDULE), expected, "{minutes} minutes");
        }
    }

    #[tokio::test]
    async fn a_panic_of_a_job_is_a_failure() {
        let mut work: JoinSet<Result<()>> = JoinSet::new();
        work.spawn(async { panic!("it panics") });
        let done = work.join_next().await.unwrap();
        assert_eq!(outcome(JobKind::Sweep, done), Err(JobError::Panicked));
        assert_eq!(outcome(JobKind::Sweep, Ok(Err(Error::Internal))), Err(JobError::Internal));
        let away = Ok(Err(Error::Unavailable));
        assert_eq!(outcome(JobKind::Sweep, away), Err(JobError::Unavailable));
        assert_eq!(outcome(JobKind::Sweep, Ok(Ok(()))), Ok(()));
    }

    #[test]
    fn a_lease_is_renewed_twice_before_it_counts_as_lost() {
        assert!(RENEW * 2 < LEASE - MARGIN);
    }
}
