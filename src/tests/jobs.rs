//! Jobs: one server at a time has each, a failure is tried again after a pause, and what a server
//! left half done is done by another.

mod killed;
mod page;
mod runner;

pub use runner::Runner;

use crate::app::{App, soak};
use regcred::domain::job::{Job, JobError, JobKind, JobResult};
use regcred::store::{RunEnd, Store, Unrecorded};
use uuid::Uuid;

const KIND: JobKind = JobKind::Sweep;
/// What runs on a schedule in every instance.
const SCHEDULED: [JobKind; 12] = [
    JobKind::Sweep,
    JobKind::Readiness,
    JobKind::Outbox,
    JobKind::ChainHeads,
    JobKind::ChangedRows,
    JobKind::Usage,
    JobKind::Findings,
    JobKind::Trees,
    JobKind::Checkpoints,
    JobKind::Reviews,
    JobKind::Checks,
    JobKind::Reminders,
];
/// How long the leases of these tests last, in milliseconds.
const LEASE: i64 = 100;

async fn enqueue(store: &Store, kind: JobKind, key: &str, due_at: i64) {
    let write = store.write().await.unwrap();
    write.jobs().enqueue(kind, key, due_at).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
}

async fn claim(store: &Store, now: i64, server: Uuid) -> Option<Job> {
    let write = store.write().await.unwrap();
    let job = write.jobs().claim(JobKind::ALL, now, now + LEASE, server).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    job
}

async fn put_off(store: &Store, job: &Job, server: Uuid, due_at: i64) {
    let write = store.write().await.unwrap();
    write.jobs().put_off(job, server, due_at).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
}

async fn finish(store: &Store, job: &Job, server: Uuid, due_at: Option<i64>) -> bool {
    let end = RunEnd { at: 0, result: JobResult::Succeeded, error: None, due_at, attempts: 0 };
    let write = store.write().await.unwrap();
    let is_stored = write.jobs().finish(job, server, end).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    is_stored
}

#[tokio::test]
async fn of_two_servers_that_ask_at_once_one_gets_the_job() {
    let app = App::not_set_up().await;
    let (one, other) = (app.vault.store(), Store::connect(&app.address).await.unwrap());
    let [first, second] = [Uuid::now_v7(), Uuid::now_v7()];
    for round in 0..soak(20, 500) {
        enqueue(one, KIND, &round.to_string(), 1).await;
        let claims = tokio::join!(claim(one, 1, first), claim(&other, 1, second));
        assert!(claims.0.is_some() != claims.1.is_some(), "round {round}: {claims:?}");
    }
}

#[tokio::test]
async fn a_job_has_one_server_until_its_lease_ends() {
    let app = App::not_set_up().await;
    let (store, [one, other]) = (app.vault.store(), [Uuid::now_v7(), Uuid::now_v7()]);
    enqueue(store, KIND, "", 10).await;
    assert!(claim(store, 9, one).await.is_none(), "it is not due");
    let lost = claim(store, 10, one).await.unwrap();
    assert_eq!((lost.kind, lost.attempts), (KIND, 1));
    for server in [one, other] {
        assert!(claim(store, 9 + LEASE, server).await.is_none(), "the lease lasts");
    }
    let taken = claim(store, 10 + LEASE, other).await.unwrap();
    assert_eq!((taken.id, taken.attempts), (lost.id, 2));
    // The server that had it can neither keep nor finish it, nor give it up.
    assert!(!finish(store, &lost, one, None).await);
    let write = store.write().await.unwrap();
    assert!(!write.jobs().renew(&lost, one, 1_000).await.unwrap());
    write.jobs().give_up(&lost, one).await.unwrap();
    assert!(write.jobs().renew(&taken, other, 1_000).await.unwrap());
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert!(claim(store, 999, one).await.is_none(), "the lease was renewed");
    assert!(finish(store, &taken, other, None).await);
    assert!(claim(store, i64::MAX - LEASE, one).await.is_none(), "it is due no more");
}

#[tokio::test]
async fn each_key_has_one_job_which_is_due_when_it_was_asked_for_first() {
    let app = App::not_set_up().await;
    let (store, server) = (app.vault.store(), Uuid::now_v7());
    for (key, due_at) in [("a", 30), ("a", 10), ("a", 20), ("b", 20)] {
        enqueue(store, KIND, key, due_at).await;
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM job").await, 2);
    let first = claim(store, 10, server).await.unwrap();
    assert_eq!(first.key, "a");
    assert!(claim(store, 19, server).await.is_none(), "one at a time for each key");
    assert_eq!(claim(store, 20, server).await.unwrap().key, "b");
}

#[tokio::test]
async fn asked_for_while_it_runs_a_job_runs_once_more() {
    let app = App::not_set_up().await;
    let (store, server) = (app.vault.store(), Uuid::now_v7());
    enqueue(store, KIND, "", 10).await;
    let job = claim(store, 10, server).await.unwrap();
    enqueue(store, KIND, "", 12).await;
    assert!(claim(store, 12, server).await.is_none(), "not while it runs");
    assert!(finish(store, &job, server, Some(1_000)).await);
    let again = claim(store, 12, server).await.unwrap();
    assert!(finish(store, &again, server, Some(1_000)).await);
    assert!(claim(store, 999, server).await.is_none(), "nobody asked for it");
    assert!(claim(store, 1_000, server).await.is_some());
}

#[tokio::test]
async fn put_off_by_its_run_a_job_is_due_then_unless_somebody_asked_for_it() {
    let app = App::not_set_up().await;
    let (store, server) = (app.vault.store(), Uuid::now_v7());
    enqueue(store, KIND, "", 10).await;
    let job = claim(store, 10, server).await.unwrap();
    put_off(store, &job, server, 5_000).await;
    assert!(finish(store, &job, server, Some(1_000)).await);
    assert!(claim(store, 4_999, server).await.is_none(), "it was put off");
    let again = claim(store, 5_000, server).await.unwrap();
    put_off(store, &job, server, 9_000).await;
    enqueue(store, KIND, "", 6_000).await;
    put_off(store, &again, server, 9_000).await;
    assert!(finish(store, &again, server, Some(8_000)).await);
    assert!(claim(store, 6_000, server).await.is_some(), "somebody asked for it");
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_with_growing_pauses_and_then_given_up() {
    let app = App::not_set_up().await;
    enqueue(app.vault.store(), KIND, "", 1).await;
    let (tries, mut before) = (KIND.schedule().tries, 0);
    for tried in 1..=tries {
        app.raw("UPDATE job SET due_at = 1").await;
        let job = app.vault.claim_job().await.unwrap().unwrap();
        assert_eq!(job.attempts, tried);
        app.vault.finish_job(&job, Err(JobError::Unavailable), 0.5).await.unwrap();
        let after = app.vault.store().jobs().find(job.id).await.unwrap().unwrap();
        let pause = after.due_at.unwrap().0 - after.last_finished_at.unwrap().0;
        assert_eq!(after.last_error, Some(JobError::Unavailable));
        if tried < tries {
            assert_eq!((after.last_result, after.attempts), (Some(JobResult::Failed), tried));
            assert!(pause > before, "{pause} after {before}");
            before = pause;
        } else {
            assert_eq!((after.last_result, after.attempts), (Some(JobResult::GaveUp), 0));
            assert_eq!(Some(pause), KIND.schedule().every.map(|seconds| seconds * 1_000));
        }
    }
    app.raw("UPDATE job SET due_at = 1").await;
    let job = app.vault.claim_job().await.unwrap().unwrap();
    app.vault.finish_job(&job, Ok(()), 0.5).await.unwrap();
    let after = app.vault.store().jobs().find(job.id).await.unwrap().unwrap();
    assert_eq!((after.last_result, after.last_error), (Some(JobResult::Succeeded), None));
    assert_eq!((after.attempts, after.locked_until), (0, None));
}
