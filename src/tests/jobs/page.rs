//! The page of the jobs.

use super::{Runner, SCHEDULED, enqueue};
use crate::app::App;
use regcred::Error;
use regcred::domain::job::{JobKind, JobResult};
use regcred::domain::user::Role;

const PAGE: &str = "/admin/jobs";
const RUN: &str = "/rpc/jobs/run";
const FAR: i64 = 4_000_000_000_000;

/// An instance whose only job is due in a long time, and the id of the job.
async fn waiting() -> (App, String) {
    let app = App::new().await;
    enqueue(app.vault.store(), JobKind::Sweep, "", FAR).await;
    let jobs = app.vault.store().jobs().list(10).await.unwrap();
    let id = jobs[0].id.to_string();
    (app, id)
}

#[tokio::test]
async fn the_page_says_how_each_job_went_and_when_it_runs_next() {
    let app = App::new().await;
    let runner = Runner::start(&app);
    for kind in SCHEDULED {
        runner.until(kind, JobResult::Succeeded).await;
    }
    runner.stop().await;
    let failed = "UPDATE job SET last_result = 'failed', last_error_code = 'unavailable', attempts = 3 WHERE kind = 'outbox'";
    assert_eq!(app.raw(failed).await, 1);
    let page = app.owner.get(PAGE).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    for words in [
        "Remove expired sessions and tokens",
        "Check that the database keeps what is written",
        "Succeeded",
        "Failed",
        "The database or another service was not available.",
    ] {
        assert!(text.contains(words), "{words}");
    }
    assert_eq!(text.matches(RUN).count(), SCHEDULED.len(), "a button for each");
    assert!(app.owner.get("/p/acme/credentials").await.text().contains(PAGE), "the menu has it");
}

#[tokio::test]
async fn an_admin_runs_a_job_now_and_that_is_on_record() {
    let (app, id) = waiting().await;
    assert!(app.vault.claim_job().await.unwrap().is_none());
    let reply = app.owner.post_form(RUN, &[("id", &id)]).await;
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains("The job was queued: Remove expired sessions and tokens."), "{page}");
    let events = "SELECT COUNT(*) FROM audit_event WHERE action = 'job.run'";
    assert_eq!(app.scalar_i64(events).await, 1);
    let job = app.vault.claim_job().await.unwrap().unwrap();
    assert_eq!(job.id.to_string(), id);
    // Once more while it runs is refused.
    let reply = app.owner.post_form(RUN, &[("id", &id)]).await;
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains("This job is running."), "{page}");
    assert!(!page.contains(RUN), "nor is there a button");
    assert_eq!(app.scalar_i64(events).await, 1);
}

#[tokio::test]
async fn the_jobs_are_for_instance_admins_only() {
    let (app, id) = waiting().await;
    let member = app.member(Role::Owner, "acme").await;
    assert_eq!(member.get(PAGE).await.status, 403);
    let reply = member.post_json_accept(RUN, &[("id", &id)]).await;
    assert_eq!((reply.status.as_u16(), reply.error()), (403, Error::Forbidden));
    let unknown = uuid::Uuid::now_v7().to_string();
    assert_eq!(app.owner.post_json_accept(RUN, &[("id", &unknown)]).await.status, 404);
    assert!(app.vault.claim_job().await.unwrap().is_none(), "it was not made due");
}
