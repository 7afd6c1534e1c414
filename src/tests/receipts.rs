//! Receipts: who received what, with what the run claims, from where.

use crate::app::{App, soak};
use crate::deliveries::receipts;
use crate::matrix::Objects;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Method;
use regcred::domain::credential::Access;
use regcred::domain::delivery::{Claims, Outcome};
use regcred::domain::user::Role;
use std::net::SocketAddr;

#[tokio::test]
async fn each_delivery_has_a_receipt_with_what_the_run_claims() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let run = "r".repeat(256);
    let headers =
        [("Regcred-Run", run.as_str()), ("Regcred-Branch", "main"), ("regcred-commit", "0a1b2c")];
    assert_eq!(app.docker_config(&token, "", &headers).await.status, 200);
    let found = receipts(&app, id).await;
    assert_eq!(found.len(), 1);
    let receipt = &found[0];
    let claims = Claims {
        run: Some(run),
        commit: Some("0a1b2c".to_owned()),
        branch: Some("main".to_owned()),
        actor: None,
        event: None,
    };
    assert_eq!(receipt.claims, claims);
    assert_eq!((receipt.pipeline_id, receipt.pipeline.as_str()), (pipeline, "build"));
    assert_eq!((receipt.credential.as_deref(), receipt.version), (Some("ghcr"), Some(1)));
    assert_eq!((receipt.outcome, receipt.intent), (Outcome::Delivered, Access::Pull));
    assert!(token.contains(&receipt.token_id));
    let page = app.owner.get(&format!("/p/acme/pipelines/{pipeline}/deliveries")).await.text();
    assert!(page.contains("main"), "the pipeline's page shows the claim");
}

#[tokio::test]
async fn what_a_run_says_of_itself_is_never_a_reason_to_refuse() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let (long, cut) = ("x".repeat(257), format!("{}\u{2026}", "x".repeat(255)));
    for (said, kept) in [
        ("\u{fc}", "\u{fc}"),
        ("dependabot[bot] \u{1f916}", "dependabot[bot] \u{1f916}"),
        ("Jane Doe", "Jane Doe"),
        ("a\tb", "a b"),
        ("main\u{202e}niam", "main\\u{202e}niam"),
        (long.as_str(), cut.as_str()),
    ] {
        let headers = ["Run", "Commit", "Branch", "Actor", "Event"]
            .map(|name| (format!("Regcred-{name}"), said));
        let headers = headers.each_ref().map(|(name, said)| (name.as_str(), *said));
        let reply = app.docker_config(&token, "", &headers).await;
        assert_eq!(reply.status, 200, "{said}: {}", reply.text());
        let kept = Some(kept.to_owned());
        let claims = Claims {
            run: kept.clone(),
            commit: kept.clone(),
            branch: kept.clone(),
            actor: kept.clone(),
            event: kept,
        };
        assert_eq!(receipts(&app, id).await[0].claims, claims);
    }
    assert_eq!(receipts(&app, id).await.len(), 6);
}

#[tokio::test]
async fn a_receipt_has_the_address_of_the_peer_and_not_what_anybody_can_write() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let request = app.nobody().request(Method::GET, "/api/v1/docker-config", "*/*");
    let request = request.header("authorization", format!("Bearer {token}"));
    let request = request.header("x-forwarded-for", "203.0.113.5");
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 9], 4444))));
    assert_eq!(app.nobody().send(request).await.status, 200);
    assert_eq!(receipts(&app, id).await[0].address.as_deref(), Some("192.0.2.9"));
}

#[tokio::test]
async fn fetches_at_once_each_have_their_receipts() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let count = soak(20, 1000);
    let mut fetches = tokio::task::JoinSet::new();
    for _ in 0..count {
        let (browser, token) = (app.nobody(), token.clone());
        fetches.spawn(async move {
            let request = browser.request(Method::GET, "/api/v1/docker-config", "*/*");
            let request = request.header("authorization", format!("Bearer {token}"));
            browser.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
        });
    }
    assert!(fetches.join_all().await.iter().all(|status| *status == 200));
    let count = i64::try_from(count).unwrap();
    assert_eq!(
        app.scalar_i64("SELECT COUNT(*) FROM receipt WHERE outcome = 'delivered'").await,
        count
    );
    assert_eq!(app.counted_i64("SELECT deliveries FROM usage").await, count);
}

#[tokio::test]
async fn where_a_request_came_from_is_for_those_who_audit() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    // Whether it shows receipts, where a token is a part of where a request came from.
    let paths = [
        (format!("/p/acme/pipelines/{}/identity", at.pipeline), false),
        (format!("/p/acme/pipelines/{}/deliveries", at.pipeline), true),
        (format!("/p/acme/pipelines/{}/activity", at.pipeline), false),
        (format!("/p/acme/credentials/{}/readers", at.credential), false),
        (format!("/p/acme/credentials/{}/deliveries", at.credential), true),
    ];
    // A request in the same process has no address: the receipts of this one have.
    assert!(app.raw("UPDATE pipeline_fetch SET address = '203.0.113.77'").await > 0);
    for (role, sees_address, sees_token) in [
        (Role::Viewer, false, false),
        (Role::Auditor, true, true),
        // Who revokes tokens has to know which is which.
        (Role::Maintainer, false, true),
        (Role::Owner, true, true),
    ] {
        let member = app.member(role, "acme").await;
        for (path, has_receipts) in &paths {
            let page = member.get(path).await.text();
            let is_seen = page.contains("203.0.113.77");
            assert_eq!(is_seen, *has_receipts && sees_address, "{role:?} {path}");
            let is_told = if *has_receipts { sees_address } else { sees_token };
            assert_eq!(page.contains(&at.token), is_told, "{role:?} {path}");
        }
    }
}
