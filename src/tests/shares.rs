//! One pipeline takes nothing from the others, however often it asks; and receipts go by their age
//! alone.

use crate::app::{App, Browser, SITE};
use crate::rooms::sources;
use crate::usage::recounted::wrong;
use axum::http::StatusCode;
use regcred::domain::audit::Action;
use regcred::store::Store;
use regcred::vault::{Rate, Rates, Settings, Vault, unlock};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Requests of the pipeline that asks too often.
const MANY: usize = 200;

/// Another server on the database of the instance, with these settings.
async fn server(app: &App, settings: Settings) -> (Vault, Browser) {
    let store = Store::connect(&app.address).await.unwrap();
    let keys = unlock(&store, app.key_source()).await.unwrap();
    let settings = Settings { address: SITE.to_owned(), ..settings };
    let vault = Vault::new(store, keys, settings);
    let browser = Browser::new(&regcred::server::router(&vault, &[]));
    (vault, browser)
}

fn sharing(per_second: u32, burst: u32) -> Settings {
    let pipeline = Some(Rate { per_second, burst });
    Settings { rates: Rates { pipeline, project: None }, ..Settings::default() }
}

#[tokio::test]
async fn what_goes_beyond_the_share_is_429_with_a_time_and_leaves_no_receipt() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    let (_, machine) = server(&app, sharing(1, 3)).await;
    let mut served = 0;
    let refused = loop {
        let reply = machine.docker_config(&token, "", &[]).await;
        match reply.status {
            StatusCode::OK => served += 1,
            _ => break reply,
        }
        assert!(served < 100, "it is never refused");
    };
    assert_eq!((refused.status.as_u16(), &*refused.code()), (429, "too_many_requests"));
    assert_eq!(refused.header("retry-after"), "1");
    assert!(refused.text().contains("This pipeline sent too many requests."), "{}", refused.text());
    assert!(served >= 3);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM receipt").await, served);
}

#[tokio::test]
async fn every_door_of_a_pipeline_is_in_its_share() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    let (_, machine) = server(&app, sharing(1, 1)).await;
    let mut statuses = BTreeSet::new();
    for path in [
        "docker-config",
        "auth-json",
        "docker-auth-config",
        "kubernetes-secret",
        "buildx",
        "credential?server=ghcr.io",
        "credentials",
        "match?image=ghcr.io/acme/api",
        "registry-token?image=ghcr.io/acme/api",
    ] {
        // The first may take what there is, and a slow machine gives more: one of many is refused.
        let mut is_refused = false;
        for _ in 0..100 {
            let reply = machine.fetch(&token, &format!("/api/v1/{path}"), &[]).await;
            is_refused = reply.status == StatusCode::TOO_MANY_REQUESTS;
            if is_refused {
                break;
            }
            statuses.insert(reply.status.as_u16());
        }
        assert!(is_refused, "{path}");
    }
    assert!(statuses.contains(&200), "{statuses:?}");
}

#[test]
fn whatever_the_vault_does_for_a_pipeline_takes_of_its_share() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("src/vault/")) {
        for function in source.code.split("pub async fn ").skip(1) {
            let (signature, body) = function.split_once(" {\n").unwrap_or((function, ""));
            let body = body.split("\n    }\n").next().unwrap_or_default();
            if [": &Pipeline,", ": &Pipeline)"].iter().any(|one| signature.contains(one)) {
                let name = signature.split(['(', '<']).next().unwrap_or_default().to_owned();
                let is_shared = body.contains("self.take_share(pipeline)?")
                    || body.contains("self.deliver_all(");
                assert!(is_shared, "{} of {} takes nothing of the share", name, source.path);
                found.push(name);
            }
        }
    }
    found.sort();
    assert_eq!(found, ["declare", "deliver", "deliver_all", "explain_for", "report", "usernames"]);
}

#[tokio::test]
async fn beside_one_at_full_speed_nine_ordinary_pipelines_are_served() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let mut tokens = Vec::new();
    for number in 0..10 {
        let name = format!("pipeline {number}");
        tokens.push(app.pipeline(&app.owner, "acme", &name, &[id], "pull").await.1);
    }
    let greedy = tokens.remove(0);
    // Once with a share for each, and once with nothing but the line that all wait in.
    for settings in [sharing(1, 20), Settings::default()] {
        let machine = Arc::new(server(&app, settings).await.1);
        let mut crowd = JoinSet::new();
        for _ in 0..MANY {
            let (machine, greedy) = (Arc::clone(&machine), greedy.clone());
            crowd.spawn(async move { machine.docker_config(&greedy, "", &[]).await.status });
        }
        let mut ordinary = JoinSet::new();
        for token in tokens.clone() {
            let machine = Arc::clone(&machine);
            ordinary.spawn(async move {
                for _ in 0..5 {
                    let reply = machine.docker_config(&token, "", &[]).await;
                    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
                }
            });
        }
        ordinary.join_all().await;
        let known = [StatusCode::OK, StatusCode::TOO_MANY_REQUESTS];
        assert!(crowd.join_all().await.iter().all(|status| known.contains(status)));
    }
}

#[tokio::test]
async fn receipts_that_are_old_enough_go_and_everything_else_stays() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    for _ in 0..3 {
        assert_eq!(app.docker_config(&token, "", &[]).await.status, StatusCode::OK);
    }
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let count = "SELECT COUNT(*) FROM receipt";
    let keeping = |retention| Settings { retention, ..Settings::default() };
    for retention in [None, Some(90)] {
        server(&app, keeping(retention)).await.0.remove_old_receipts().await.unwrap();
        assert_eq!(app.scalar_i64(count).await, 3, "{retention:?}");
    }
    let (vault, _) = server(&app, keeping(Some(0))).await;
    vault.remove_old_receipts().await.unwrap();
    assert_eq!(app.scalar_i64(count).await, 0);
    assert_eq!(vault.first_break(project).await.unwrap(), None);
    let events = vault.store().chain().newest(project, 1).await.unwrap();
    assert_eq!(events[0].action, Action::ReceiptsRemoved);
    let deliveries = "SELECT CAST(SUM(deliveries) AS BIGINT) FROM usage";
    assert_eq!(app.scalar_i64(deliveries).await, 3, "what was counted stays counted");
    let by_day = "SELECT CAST(SUM(times) AS BIGINT) FROM usage_day";
    assert_eq!(app.scalar_i64(by_day).await, 3, "and by day");
    assert_eq!(wrong(&app).await, None);
    for path in [format!("pipelines/{pipeline}"), format!("credentials/{id}")] {
        assert_eq!(app.owner.get(&format!("/p/acme/{path}")).await.status, StatusCode::OK);
    }
    // The chain goes on, and whatever goes by hand shows.
    assert_eq!(app.docker_config(&token, "", &[]).await.status, StatusCode::OK);
    assert_eq!(vault.first_break(project).await.unwrap(), None);
    app.vault.store().add_up_receipts(project).await.unwrap();
    assert_eq!(app.scalar_i64(by_day).await, 4);
    assert_eq!(wrong(&app).await, None);
    app.raw("DELETE FROM receipt").await;
    assert!(vault.first_break(project).await.unwrap().is_some());
}

#[tokio::test]
async fn however_many_receipts_go_at_once_one_event_says_so() {
    const FETCHES: i64 = 410;
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    let (vault, machine) =
        server(&app, Settings { retention: Some(0), ..Settings::default() }).await;
    let machine = Arc::new(machine);
    let mut asking = JoinSet::new();
    for _ in 0..FETCHES {
        let (machine, token) = (Arc::clone(&machine), token.clone());
        asking.spawn(async move { machine.docker_config(&token, "", &[]).await.status });
    }
    asking.join_all().await;
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM pipeline_fetch").await, FETCHES);
    let project = app.evidence(&app.owner, "acme").await.project().id;
    vault.remove_old_receipts().await.unwrap();
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM pipeline_fetch").await, 0);
    let removed = "SELECT COUNT(*) FROM audit_event WHERE action = 'receipts.removed'";
    assert_eq!(app.scalar_i64(removed).await, 1);
    assert_eq!(vault.first_break(project).await.unwrap(), None);
}

#[tokio::test]
async fn old_receipts_have_a_job_where_the_operator_says_how_long_they_are_kept() {
    let app = App::new().await;
    let jobs = "SELECT COUNT(*) FROM job WHERE kind = 'retention'";
    app.vault.schedule_jobs().await.unwrap();
    assert_eq!(app.scalar_i64(jobs).await, 0);
    let settings = Settings { retention: Some(90), ..Settings::default() };
    server(&app, settings).await.0.schedule_jobs().await.unwrap();
    assert_eq!(app.scalar_i64(jobs).await, 1);
}
