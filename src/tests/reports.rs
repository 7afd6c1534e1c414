//! What a pipeline says afterwards of what it was handed.

use crate::app::{App, Browser, PASSWORD, Reply, SITE, soak};
use crate::usage::recounted::wrong;
use axum::body::Body;
use axum::http::Method;
use regcred::domain::delivery::{Fetch, Outcome, Proved, Report};
use tokio::task::JoinSet;
use uuid::Uuid;

const GET: &str = "/api/v1/credential?server=ghcr.io";
pub const WORKED: &str = "{\"outcome\":\"worked\"}";
pub const FAILED: &str = "{\"outcome\":\"failed\"}";

/// An instance with a credential, a pipeline that may pull with it, and its token.
async fn granted() -> (App, Uuid, Uuid, String) {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    (app, id, pipeline, token)
}

/// Where the outcome of that delivery, or of all of that fetch, is told.
pub fn outcome_of(receipt: impl std::fmt::Display) -> String {
    format!("/api/v1/deliveries/{receipt}/outcome")
}

pub async fn tell(app: &App, token: &str, receipt: impl std::fmt::Display, body: &str) -> Reply {
    app.nobody().tell(token, &outcome_of(receipt), body).await
}

async fn reports(app: &App) -> i64 {
    app.scalar_i64("SELECT COUNT(*) FROM delivery_report").await
}

/// The events that say what was reported.
async fn events(app: &App) -> i64 {
    app.scalar_i64("SELECT COUNT(*) FROM audit_event WHERE action = 'report.created'").await
}

#[tokio::test]
async fn the_last_word_of_a_delivery_is_shown_and_the_receipt_never_changes() {
    let (app, _, pipeline, token) = granted().await;
    let [first] = app.fetch(&token, GET).await.deliveries()[..] else { panic!("one delivery") };
    app.fetch(&token, GET).await;
    let before = app.receipts_of(pipeline).await;
    for (body, report) in
        [(WORKED, Report::Worked), (FAILED, Report::Failed), (FAILED, Report::Failed)]
    {
        let reply = tell(&app, &token, first, body).await;
        assert_eq!((reply.status.as_u16(), reply.body.len()), (204, 0), "{}", reply.text());
        let mut after = app.receipts_of(pipeline).await;
        let told: Vec<_> = after.iter().map(|receipt| receipt.report).collect();
        assert_eq!(told, [None, Some(report)], "of the first, and not of the second");
        after.iter_mut().for_each(|receipt| receipt.report = None);
        assert_eq!(after, before);
    }
    assert_eq!((reports(&app).await, events(&app).await), (1, 2));
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn a_token_is_a_proof_whatever_comes_after_it() {
    let (app, _, _, token) = granted().await;
    for (token, is_proof) in [(token.as_str(), true), ("made-up", false)] {
        let (browser, proved) = (app.nobody(), Proved::default());
        let request = browser.request(Method::POST, &outcome_of(1), "application/json");
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.extension(proved.clone()).body(Body::from("no report")).unwrap();
        assert!(!browser.send(request).await.status.is_success());
        assert_eq!(proved.is_noted(), is_proof);
    }
}

#[tokio::test]
async fn a_pipeline_reports_only_its_own_deliveries() {
    let (app, credential, pipeline, token) = granted().await;
    let [receipt] = app.fetch(&token, GET).await.deliveries()[..] else { panic!("one delivery") };
    let (_, other) = app.pipeline(&app.owner, "acme", "other", &[credential], "pull").await;
    let beta = app.project("beta").await;
    let (_, of_beta) = app.pipeline(&beta, "beta", "build", &[], "pull").await;
    for (token, status) in [(other.as_str(), 404), (of_beta.as_str(), 404), ("", 401)] {
        let reply = tell(&app, token, receipt, FAILED).await;
        assert_eq!(reply.status, status, "{}", reply.text());
    }
    // A refusal handed nothing out, so there is nothing to say of it.
    let push = format!("{GET}&intent=push");
    assert_eq!(app.fetch(&token, &push).await.status, 403);
    let refused = app.receipts_of(pipeline).await.remove(0);
    assert_eq!(refused.outcome, Outcome::Refused);
    assert_eq!(tell(&app, &token, refused.id, WORKED).await.status, 404);
    for id in [Uuid::now_v7().to_string(), "zebra".to_owned(), "0".to_owned()] {
        let reply = tell(&app, &token, &id, WORKED).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (404, "not_found"), "{id}");
    }
    assert_eq!(reports(&app).await, 0);
}

#[tokio::test]
async fn it_worked_or_it_failed_and_nothing_else_is_understood() {
    let (app, _, _, token) = granted().await;
    let [receipt] = app.fetch(&token, GET).await.deliveries()[..] else { panic!("one delivery") };
    let long = format!("{{\"outcome\":\"{}\"}}", "worked".repeat(1_000));
    for body in [
        "",
        "{}",
        "[]",
        "\"worked\"",
        "{\"outcome\":\"\"}",
        "{\"outcome\":\"Worked\"}",
        "{\"outcome\":\"zebra\"}",
        "{\"outcome\":true}",
        "{\"outcome\":\"worked\",\"why\":\"zebra\"}",
        "{\"outcome\":\"worked\"}{\"outcome\":\"failed\"}",
        long.as_str(),
    ] {
        let reply = tell(&app, &token, receipt, body).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (400, "bad_request"), "{body}");
        assert!(!reply.text().contains("zebra"), "{body}");
    }
    let path = format!("{}?token={token}", outcome_of(receipt));
    let reply = app.nobody().tell(&token, &path, WORKED).await;
    assert!(reply.status == 400 && !reply.text().contains(&token));
    assert_eq!(reports(&app).await, 0);
}

#[tokio::test]
async fn a_report_of_a_pipeline_that_is_gone_stays() {
    let (app, credential, pipeline, token) = granted().await;
    let [receipt] = app.fetch(&token, GET).await.deliveries()[..] else { panic!("one delivery") };
    assert_eq!(tell(&app, &token, receipt, FAILED).await.status, 204);
    let id = pipeline.to_string();
    let form =
        [("project", "acme"), ("id", id.as_str()), ("typed_name", "build"), ("password", PASSWORD)];
    assert_eq!(app.owner.post_json_accept("/rpc/pipelines/delete", &form).await.status, 200);
    let receipts = crate::deliveries::receipts(&app, credential).await;
    assert_eq!((receipts[0].id, receipts[0].report), (receipt, Some(Report::Failed)));
    assert_eq!(tell(&app, &token, receipt, WORKED).await.status, 401);
}

#[tokio::test]
async fn a_report_is_for_all_of_one_fetch_however_many_there_are() {
    let app = App::new().await;
    let mut ids = Vec::new();
    for number in 0..30 {
        let (name, host) = (format!("c{number}"), format!("r{number}.example.com"));
        ids.push(app.credential(&app.owner, "acme", &name, &host, "s").await);
    }
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &ids, "pull").await;
    let first = app.fetch(&token, "/api/v1/docker-config").await;
    let second = app.fetch(&token, "/api/v1/docker-config").await;
    assert!(first.deliveries().len() < 30, "some are not named");
    assert!(first.header("regcred-more").ends_with("left out; the receipts name them"));
    let fetch = first.header("regcred-fetch").to_owned();
    assert_ne!(fetch, second.header("regcred-fetch"));
    // Nobody else can speak of it.
    let (_, other) = app.pipeline(&app.owner, "acme", "other", &ids[..1], "pull").await;
    assert_eq!(tell(&app, &other, &fetch, FAILED).await.status, 404);
    assert_eq!(tell(&app, &token, &fetch, FAILED).await.status, 204);
    assert_eq!(reports(&app).await, 30);
    let receipts = app.receipts_of(pipeline).await;
    let told: Vec<Option<Report>> = receipts.iter().map(|receipt| receipt.report).collect();
    assert!(told[..30].iter().all(Option::is_none), "of the second nothing was said");
    assert!(told[30..].iter().all(|report| *report == Some(Report::Failed)));
    // Now it is known that they were used, once each, however often that is said.
    let used = "SELECT CAST(SUM(used) AS BIGINT) FROM usage";
    assert_eq!(app.counted_i64(used).await, 30);
    assert_eq!(tell(&app, &token, &fetch, WORKED).await.status, 204);
    let [one, ..] = first.deliveries()[..] else { panic!("there are some") };
    assert_eq!(tell(&app, &token, one, WORKED).await.status, 204);
    assert_eq!((app.counted_i64(used).await, reports(&app).await), (30, 30));
    // The last one said nothing new.
    assert_eq!(events(&app).await, 2);
    app.assert_chain_holds().await;
}

/// Has each of these say eight times at once, and in turn, that the delivery worked; each is heard.
async fn say_at_once(by: &[Browser], token: &str, receipt: Uuid) {
    let mut told = JoinSet::new();
    for browser in by.iter().cycle().take(8 * by.len()) {
        let (browser, token, path) = (browser.clone(), token.to_owned(), outcome_of(receipt));
        told.spawn(async move { browser.tell(&token, &path, WORKED).await.status.as_u16() });
    }
    let told = told.join_all().await;
    assert!(told.iter().all(|status| *status == 204), "{told:?}");
}

#[tokio::test]
async fn what_is_said_several_times_at_once_counts_once() {
    let (app, _, _, token) = granted().await;
    let [receipt] = app.fetch(&token, GET).await.deliveries()[..] else { panic!("one delivery") };
    say_at_once(&[app.nobody()], &token, receipt).await;
    assert_eq!(app.counted_i64("SELECT used FROM usage").await, 1);
    assert_eq!((reports(&app).await, events(&app).await), (1, 1));
}

#[tokio::test]
async fn what_two_servers_are_told_at_once_is_one_event_and_none_is_refused() {
    let (app, _, _, token) = granted().await;
    let servers = [app.nobody(), Browser::new(&app.server_at(SITE).await)];
    let rounds = soak(5, 200);
    for _ in 0..rounds {
        let reply = app.fetch(&token, GET).await;
        let [receipt] = reply.deliveries()[..] else { panic!("one delivery") };
        say_at_once(&servers, &token, receipt).await;
    }
    let rounds = i64::try_from(rounds).unwrap();
    assert_eq!((reports(&app).await, events(&app).await), (rounds, rounds));
    assert_eq!(app.counted_i64("SELECT used FROM usage").await, rounds);
    app.assert_chain_holds().await;
    assert_eq!(wrong(&app).await, None);
}

#[tokio::test]
async fn what_is_on_record_already_waits_for_nobody_who_has_the_chain() {
    let (app, _, _, token) = granted().await;
    let reply = app.fetch(&token, "/api/v1/docker-config").await;
    let [receipt] = reply.deliveries()[..] else { panic!("one delivery") };
    assert_eq!(tell(&app, &token, receipt, WORKED).await.status, 204);
    let project = crate::usage::project(&app).await;
    let write = app.vault.store().write().await.unwrap();
    write.chain().hold(project).await.unwrap();
    // Whatever would write has no answer before this is over.
    let fetch = reply.header("regcred-fetch").to_owned();
    for (id, status) in
        [(receipt.to_string(), 204), (fetch, 204), (Uuid::now_v7().to_string(), 404)]
    {
        assert_eq!(tell(&app, &token, &id, WORKED).await.status, status, "{id}");
    }
    drop(write);
    assert_eq!((reports(&app).await, events(&app).await), (1, 1));
    assert_eq!(tell(&app, &token, receipt, FAILED).await.status, 204);
    assert_eq!((reports(&app).await, events(&app).await), (1, 2));
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn of_a_fetch_that_was_refused_whole_there_is_nothing_to_say() {
    let (app, _, pipeline, token) = granted().await;
    let push = "/api/v1/docker-config?intent=push&image=ghcr.io%2Facme%2Fapi";
    let reply = app.fetch(&token, push).await;
    assert_eq!((reply.status.as_u16(), reply.header("regcred-fetch")), (200, ""));
    let refused = app.receipts_of(pipeline).await.remove(0);
    assert_eq!(refused.outcome, Outcome::Refused);
    // Its id is that of its one receipt, without the number.
    let fetch = Fetch::new(refused.id).id();
    assert_eq!(tell(&app, &token, fetch, WORKED).await.status, 404);
    assert_eq!(reports(&app).await, 0);
}
