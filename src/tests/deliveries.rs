//! Deliveries: what a pipeline is given, what it is not, and the receipts of both.

use crate::app::{App, auths};
use regcred::domain::credential::Access;
use regcred::domain::delivery::{Outcome, Receipt};
use uuid::Uuid;

/// The receipts of a credential of `acme`, newest first.
pub async fn receipts(app: &App, credential: Uuid) -> Vec<Receipt> {
    app.credential_page("acme", credential).await.receipts
}

#[tokio::test]
async fn a_delivered_file_is_what_docker_reads() {
    let app = App::new().await;
    let odd = "p:a\"s\\s wörd/+=\u{7f}";
    let hub = app.credential(&app.owner, "acme", "hub", "docker.io", odd).await;
    let own = app.credential(&app.owner, "acme", "own", "registry.example.com:5000", "s").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[hub, own], "pull").await;
    let reply = app.docker_config(&token, "?intent=pull", &[]).await;
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    let delivered = auths(&reply);
    assert_eq!(delivered.len(), 2);
    assert_eq!(delivered["https://index.docker.io/v1/"], format!("acme-bot:{odd}"));
    assert_eq!(delivered["registry.example.com:5000"], "acme-bot:s");
}

#[tokio::test]
async fn a_push_gets_what_pushes_and_what_pulls_only_where_nothing_pushes_and_it_is_asked_for() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (_, puller) = app.pipeline(&app.owner, "acme", "reader", &[id], "pull").await;
    let (_, pusher) = app.pipeline(&app.owner, "acme", "builder", &[id], "pull_push").await;
    assert!(auths(&app.docker_config(&puller, "?intent=push", &[]).await).is_empty());
    let reply = app.docker_config(&puller, "?intent=push&also=pull", &[]).await;
    assert_eq!(auths(&reply)["ghcr.io"], "acme-bot:s");
    let said = "delivered for pulling only; no grant lets this request push to the registry";
    assert_eq!(reply.header("regcred-left-out"), format!("{id}; ghcr.io; {said}"));
    let pulled = &receipts(&app, id).await[0];
    assert_eq!((pulled.outcome, pulled.intent), (Outcome::Delivered, Access::Pull));
    assert_eq!(pulled.reason.as_deref(), Some(said));
    // Of an image that is named, nothing is known to be built on.
    let named = app.docker_config(&puller, "?intent=push&image=ghcr.io%2Facme%2Fapi", &[]).await;
    assert!(auths(&named).is_empty());
    let refused = &receipts(&app, id).await[0];
    assert_eq!((refused.outcome, refused.intent), (Outcome::Refused, Access::PullAndPush));
    assert!(refused.reason.is_some());
    assert_eq!(
        auths(&app.docker_config(&pusher, "?intent=push", &[]).await)["ghcr.io"],
        "acme-bot:s"
    );
    assert_eq!(auths(&app.docker_config(&puller, "", &[]).await)["ghcr.io"], "acme-bot:s");
    for intent in [
        "?also=pull",
        "?intent=push&also=push",
        "?intent=",
        "?intent=all",
        "?intent=pull&intent=push",
        "?Intent=pull",
    ] {
        assert_eq!(app.docker_config(&pusher, intent, &[]).await.status, 400, "{intent}");
    }
}

#[tokio::test]
async fn two_that_serve_a_host_equally_well_are_left_out_and_named() {
    let app = App::new().await;
    let one = app.credential(&app.owner, "acme", "build-key", "ghcr.io", "hunter2-one").await;
    let other =
        app.credential(&app.owner, "acme", "deploy-key", "https://GHCR.io", "hunter2-other").await;
    let hub = app.credential(&app.owner, "acme", "hub", "docker.io", "s").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[one, other, hub], "pull").await;
    let reply = app.docker_config(&token, "", &[]).await;
    let delivered = auths(&reply);
    assert_eq!(delivered.keys().collect::<Vec<_>>(), ["https://index.docker.io/v1/"]);
    let told = reply.lines("regcred-left-out");
    assert_eq!(told.len(), 2, "{told:?}");
    for id in [one, other] {
        let line = told.iter().find(|line| line.starts_with(&id.to_string())).unwrap();
        assert!(line.contains("build-key") && line.contains("deploy-key"), "{line}");
        assert!(line.contains("ghcr.io") && !line.contains("hunter2"), "{line}");
        let found = receipts(&app, id).await;
        assert_eq!(found.iter().map(|r| r.outcome).collect::<Vec<_>>(), [Outcome::Refused]);
        assert!(line.ends_with(found[0].reason.as_deref().unwrap()), "the receipt says the same");
    }
    // Who asks for this host only is told so.
    let reply = app.docker_config(&token, "?image=ghcr.io%2Facme%2Fapi", &[]).await;
    assert_eq!(reply.status, 409);
    let text = reply.text();
    assert!(text.contains("build-key") && text.contains("deploy-key"), "{text}");
    assert!(!text.contains("hunter2") && !text.contains("auths"));
}

#[tokio::test]
async fn the_narrowest_that_is_enough_is_chosen() {
    let app = App::new().await;
    let wide = app.credential(&app.owner, "acme", "wide", "ghcr.io", "wide").await;
    let narrow = app
        .credential_with(&app.owner, "acme", "narrow", "ghcr.io", "narrow", &[("access", "pull")])
        .await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[wide, narrow], "pull").await;
    let reply = app.docker_config(&token, "", &[]).await;
    assert_eq!(auths(&reply)["ghcr.io"], "acme-bot:narrow");
    assert!(reply.header("regcred-left-out").starts_with(&wide.to_string()));
    assert!(receipts(&app, wide).await.is_empty(), "who loses a choice is not refused");
    // One for the whole host comes before one for a path: the file cannot name paths.
    let scoped = [("access", "pull"), ("paths", "acme/api")];
    let scoped =
        app.credential_with(&app.owner, "acme", "scoped", "quay.io", "scoped", &scoped).await;
    let whole = app.credential(&app.owner, "acme", "whole", "quay.io", "whole").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "deploy", &[scoped, whole], "pull").await;
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["quay.io"], "acme-bot:whole");
}

#[tokio::test]
async fn an_expired_credential_is_delivered_with_a_warning() {
    let app = App::new().await;
    let more = [("expires_on", "2020-01-31")];
    let id = app.credential_with(&app.owner, "acme", "old", "ghcr.io", "s", &more).await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot:s");
    let found = receipts(&app, id).await;
    assert_eq!(found[0].outcome, Outcome::Delivered);
    assert!(found[0].reason.as_deref().unwrap().contains("expiry date"));
}
