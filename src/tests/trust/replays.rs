//! A signed request is for us, now and once: what was captured or relayed gives nothing.

use super::{drone_rule, granted, woodpecker_rule, woodpecker_rule_for};
use crate::app::{App, Browser};
use crate::database::soak;
use crate::signing::{Lines, Woodpecker, drone, drone_body, woodpecker_body};
use axum::Extension;
use regcred::domain::credential::Access;
use regcred::domain::delivery::HeldPlace;
use std::sync::Arc;

const DRONE: &str = "/api/v1/drone/acme";
const WOODPECKER: &str = "/api/v1/woodpecker/acme";

/// Sends the same bytes again, to the replica that answered and to another one on its database.
async fn assert_answered_once(app: &App, path: &str, lines: &Lines, body: &str) {
    let first = app.nobody().signed(path, lines, body).await;
    assert_eq!(first.status, 200, "{path}: {}", first.text());
    let replica = regcred::server::router(&app.vault, &[]);
    for _ in 0..soak(10, 500) {
        for nobody in [app.nobody(), Browser::new(&replica)] {
            let again = nobody.signed(path, lines, body).await;
            assert_eq!(again.status, 409, "{path}: {}", again.text());
            assert!(!again.text().contains("hunter2"), "{path}");
            assert!(again.lines("regcred-delivery").is_empty(), "{path}");
        }
    }
}

#[tokio::test]
async fn a_signed_request_is_answered_once_over_all_replicas() {
    let (app, pipeline, _) = granted().await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let server = Woodpecker::new();
    woodpecker_rule(&app, pipeline, &server, "7").await;
    let body = drone_body(7);
    assert_answered_once(&app, DRONE, &drone(&secret, &body), &body).await;
    let body = woodpecker_body(7);
    assert_answered_once(&app, WOODPECKER, &server.sign(WOODPECKER, &body), &body).await;
    let delivered = "SELECT COUNT(*) FROM receipt WHERE outcome = 'delivered'";
    assert_eq!(app.scalar_i64(delivered).await, 2);
    // What the servers sign anew is answered.
    let body = drone_body(7);
    assert_eq!(app.nobody().signed(DRONE, &drone(&secret, &body), &body).await.status, 200);
}

#[tokio::test]
async fn a_request_that_was_answered_before_keeps_its_place_until_it_is_refused() {
    let (app, pipeline, _) = granted().await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let server = Woodpecker::new();
    woodpecker_rule(&app, pipeline, &server, "7").await;
    let (of_drone, of_woodpecker) = (drone_body(7), woodpecker_body(7));
    let (for_drone, for_woodpecker) =
        (drone(&secret, &of_drone), server.sign(WOODPECKER, &of_woodpecker));
    for (path, lines, body) in
        [(DRONE, for_drone, of_drone), (WOODPECKER, for_woodpecker, of_woodpecker)]
    {
        for (status, is_kept) in [(200, false), (409, true), (409, true)] {
            // It is given back by dropping it, and the server is not the only one who has it.
            let taken = Arc::new(());
            let place = HeldPlace::of(Arc::clone(&taken));
            let door = regcred::api::router(&app.vault).layer(Extension(place.clone()));
            let reply = Browser::new(&door).signed(path, &lines, &body).await;
            assert_eq!(reply.status, status, "{path}: {}", reply.text());
            assert_eq!(Arc::strong_count(&taken) > 1, is_kept, "{path}: {status}");
            drop(place);
        }
    }
}

#[tokio::test]
async fn a_mark_that_was_taken_away_replays_nothing_at_the_server_that_made_it() {
    let (app, pipeline, _) = granted().await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let body = drone_body(7);
    let lines = drone(&secret, &body);
    assert_eq!(app.nobody().signed(DRONE, &lines, &body).await.status, 200);
    for _ in 0..2 {
        assert_eq!(app.tamper("DELETE FROM used_assertion").await, 1);
        assert_eq!(app.nobody().signed(DRONE, &lines, &body).await.status, 409);
        // What is refused leaves no mark.
        assert_eq!(app.tamper("DELETE FROM used_assertion").await, 0);
        assert_eq!(app.nobody().signed(DRONE, &lines, &body).await.status, 409);
        let body = drone_body(7);
        assert_eq!(app.nobody().signed(DRONE, &drone(&secret, &body), &body).await.status, 200);
    }
}

#[tokio::test]
async fn of_the_same_request_sent_at_once_one_is_answered() {
    let (app, pipeline, _) = granted().await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let body = drone_body(7);
    let lines = drone(&secret, &body);
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (nobody, lines, body) = (app.nobody(), lines.clone(), body.clone());
        sent.spawn(async move { nobody.signed(DRONE, &lines, &body).await.status.as_u16() });
    }
    let mut statuses = sent.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn an_address_that_asks_for_push_gives_no_more_than_the_rule_allows() {
    let (app, pipeline, _) = granted().await;
    let server = Woodpecker::new();
    woodpecker_rule_for(&app, pipeline, &server, "7", Access::Pull).await;
    let (path, body) = ("/api/v1/woodpecker/acme?intent=push", woodpecker_body(7));
    let reply = app.nobody().signed(path, &server.sign(path, &body), &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let receipt = app.receipts_of(pipeline).await.remove(0);
    assert_eq!(receipt.intent, Access::Pull);
}

#[tokio::test]
async fn a_body_that_nobody_signed_is_not_parsed() {
    let (app, pipeline, _) = granted().await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let server = Woodpecker::new();
    woodpecker_rule(&app, pipeline, &server, "7").await;
    let broken = "{\"repo\":";
    let guessed = "0".repeat(64);
    for (path, of_a_stranger, of_the_server) in [
        (DRONE, drone(&guessed, broken), drone(&secret, broken)),
        (WOODPECKER, Woodpecker::new().sign(WOODPECKER, broken), server.sign(WOODPECKER, broken)),
    ] {
        let reply = app.nobody().signed(path, &of_a_stranger, broken).await;
        assert_eq!(reply.status, 403, "{path}: {}", reply.text());
        let reply = app.nobody().signed(path, &of_the_server, broken).await;
        assert_eq!(reply.status, 400, "{path}: {}", reply.text());
    }
}

/// A body with that many bytes of names of changed files.
fn push_of(bytes: usize) -> String {
    let files = format!("{{\"changed_files\":[\"{}\"],", "a".repeat(bytes));
    woodpecker_body(7).replacen('{', &files, 1)
}

#[tokio::test]
async fn a_push_with_many_changed_files_gets_its_credentials() {
    let (app, pipeline, _) = granted().await;
    let secret = drone_rule(&app, pipeline, "7").await;
    let server = Woodpecker::new();
    woodpecker_rule(&app, pipeline, &server, "7").await;
    let large = push_of(200 * 1024);
    let reply = app.nobody().signed(WOODPECKER, &server.sign(WOODPECKER, &large), &large).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.text().contains("ghcr.io"), "{}", reply.text());
    let of_drone = large.replace("\"pipeline\"", "\"build\"").replace("full_name", "slug");
    let reply = app.nobody().signed(DRONE, &drone(&secret, &of_drone), &of_drone).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let too_large = push_of(256 * 1024);
    let mut lines = drone(&secret, &too_large);
    lines.push(("content-length", too_large.len().to_string()));
    let reply = app.nobody().signed(DRONE, &lines, &too_large).await;
    assert_eq!(reply.status, 413, "{}", reply.text());
}

#[tokio::test]
async fn a_large_body_that_is_not_the_signed_one_or_a_strangers_is_refused() {
    let (app, pipeline, _) = granted().await;
    let server = Woodpecker::new();
    woodpecker_rule(&app, pipeline, &server, "7").await;
    let large = push_of(200 * 1024);
    let other = large.replacen("aa", "ab", 1);
    for (lines, sent) in [
        (server.sign(WOODPECKER, &large), &other),
        (Woodpecker::new().sign(WOODPECKER, &large), &large),
        (Vec::new(), &large),
    ] {
        let reply = app.nobody().signed(WOODPECKER, &lines, sent).await;
        assert_eq!(reply.status, 403, "{}", reply.text());
        assert!(!reply.text().contains("aa"), "{}", reply.text());
    }
}
