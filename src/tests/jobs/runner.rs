//! The runner: it does what is scheduled, and stops when it is asked to.

use super::{SCHEDULED, enqueue};
use crate::app::App;
use regcred::domain::job::{JobKind, JobResult};
use regcred::domain::key::KeyPurpose;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long something may take before it counts as never.
const DEADLINE: Duration = Duration::from_secs(60);

/// A runner over an instance.
pub struct Runner<'a> {
    app: &'a App,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl<'a> Runner<'a> {
    pub fn start(app: &'a App) -> Self {
        let (stop, is_stopped) = watch::channel(false);
        let task = tokio::spawn(regcred::jobs::run(app.vault.clone(), is_stopped));
        Self { app, stop, task }
    }

    /// Waits until a job of the kind has gone so.
    pub async fn until(&self, kind: JobKind, result: JobResult) {
        let (kind, result) = (kind.word(), result.word());
        let such = format!("kind = '{kind}' AND last_result = '{result}'");
        self.until_there_is(&such).await;
    }

    /// Waits until there is such a job.
    async fn until_there_is(&self, such: &str) {
        let count = format!("SELECT COUNT(*) FROM job WHERE {such}");
        let seen = async { while self.app.scalar_i64(&count).await == 0 {} };
        timeout(DEADLINE, seen).await.expect("it does not come about");
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        timeout(DEADLINE, self.task).await.expect("it does not stop").unwrap();
    }
}

#[tokio::test]
async fn what_is_scheduled_is_done_and_scheduled_again() {
    let app = App::new().await;
    app.raw("UPDATE session SET expires_at = 1").await;
    let runner = Runner::start(&app);
    for kind in SCHEDULED {
        runner.until(kind, JobResult::Succeeded).await;
    }
    runner.stop().await;
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM session").await, 0);
    let next = "SELECT COUNT(*) FROM job WHERE due_at > last_finished_at AND locked_by IS NULL";
    assert_eq!(app.scalar_i64(next).await, i64::try_from(SCHEDULED.len()).unwrap());
    // A second start leaves their times alone.
    let due = "SELECT CAST(SUM(due_at) AS BIGINT) FROM job";
    let before = app.scalar_i64(due).await;
    app.vault.schedule_jobs().await.unwrap();
    assert_eq!(app.scalar_i64(due).await, before);
}

#[tokio::test]
async fn stopped_half_way_a_job_is_left_to_any_server_at_once() {
    let app = App::new().await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    // Secrets are never sealed under another key, so the job goes on for ever.
    app.raw(if app.database.is_embedded() {
        "CREATE TRIGGER endless BEFORE UPDATE OF data_key ON secret_version BEGIN SELECT RAISE(IGNORE); END"
    } else {
        "CREATE FUNCTION endless() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
         CREATE TRIGGER endless BEFORE UPDATE OF data_key ON secret_version FOR EACH ROW EXECUTE FUNCTION endless()"
    })
    .await;
    let person = app.vault.person(app.owner.person.unwrap()).await.unwrap();
    let admin = person.instance_admin().unwrap();
    app.vault.rotate_data_key(&admin, KeyPurpose::Secret).await.unwrap();
    enqueue(app.vault.store(), JobKind::TendKeys, "", 1).await;
    let runner = Runner::start(&app);
    runner.until_there_is("kind = 'tend_keys' AND progress <> ''").await;
    runner.stop().await;
    let job = app.vault.claim_job().await.unwrap().unwrap();
    assert_eq!((job.kind, job.attempts), (JobKind::TendKeys, 1));
}

#[tokio::test]
async fn a_job_that_ended_its_server_each_time_is_given_up_for_now() {
    let app = App::new().await;
    app.raw("UPDATE session SET expires_at = 1").await;
    enqueue(app.vault.store(), JobKind::Sweep, "", 1).await;
    let tries = JobKind::Sweep.schedule().tries;
    app.raw(&format!("UPDATE job SET attempts = {tries}")).await;
    let runner = Runner::start(&app);
    runner.until(JobKind::Sweep, JobResult::GaveUp).await;
    runner.stop().await;
    assert!(app.scalar_i64("SELECT COUNT(*) FROM session").await > 0, "it was run");
    let waits = "SELECT COUNT(*) FROM job WHERE kind = 'sweep' AND attempts = 0
        AND last_error_code = 'panicked' AND due_at > last_finished_at";
    assert_eq!(app.scalar_i64(waits).await, 1);
}

#[tokio::test]
async fn a_clock_that_was_ahead_puts_no_scheduled_job_off() {
    let app = App::not_set_up().await;
    app.vault.schedule_jobs().await.unwrap();
    app.raw("UPDATE job SET due_at = due_at + 1000000000000").await;
    assert!(app.vault.claim_job().await.unwrap().is_none());
    app.vault.schedule_jobs().await.unwrap();
    assert!(app.vault.claim_job().await.unwrap().is_some());
}
