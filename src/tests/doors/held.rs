//! A receipt says what was in the answer: what a format cannot hold is refused with its reason, and
//! nothing is booked that did not leave.

use super::servers::Servers;
use crate::app::{App, credential_form};
use regcred::domain::delivery::{Door, Outcome, Receipt};
use regcred::domain::matching::Lost;
use uuid::Uuid;

/// A credential of `acme` whose secret is one byte that is no text.
async fn no_text(app: &App, name: &str, host: &str) -> Uuid {
    let mut form = credential_form("acme", name, host, "", &[]);
    form.retain(|(field, _)| *field != "password");
    let secret = Some(("password", &[0xff_u8][..]));
    let reply = app.owner.post_multipart("/rpc/credentials/create", &form, secret).await;
    assert!(reply.location().contains("?said="), "{} {}", reply.location(), reply.text());
    app.find_credential(&app.owner, "acme", name).await
}

async fn last(app: &App, pipeline: Uuid) -> Receipt {
    app.receipts_of(pipeline).await.remove(0)
}

async fn uses(app: &App) -> i64 {
    app.counted_i64("SELECT COUNT(*) FROM usage").await
}

#[tokio::test]
async fn a_secret_that_is_no_text_is_refused_where_only_text_is_held() {
    let app = App::new().await;
    let id = no_text(&app, "bytes", "ghcr.io").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    for (path, status, door) in [
        ("/api/v1/credential?server=ghcr.io", 409, Door::Credential),
        ("/api/v1/credential?image=ghcr.io%2Facme%2Fapi", 409, Door::Credential),
        ("/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi&cache=image", 409, Door::Kubelet),
        ("/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi&cache=registry", 200, Door::Kubelet),
        ("/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi&cache=global", 200, Door::Kubelet),
        ("/api/v1/kubernetes-secret", 200, Door::KubernetesSecret),
    ] {
        let reply = app.fetch(&token, path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
        assert!(reply.lines("regcred-delivery").is_empty(), "{path}");
        let told = String::from_utf8_lossy(&reply.everything()).into_owned();
        assert!(told.contains(Lost::NotText.label()), "{path}: {told}");
        let receipt = last(&app, pipeline).await;
        assert_eq!((receipt.door, receipt.outcome), (door, Outcome::Refused), "{path}");
        assert_eq!(receipt.reason.as_deref(), Some(Lost::NotText.label()), "{path}");
    }
    assert_eq!(uses(&app).await, 0);
    // What is not to be had is not in the helper's list either.
    let listed = app.fetch(&token, "/api/v1/credentials").await;
    assert_eq!(listed.text(), "{\"credentials\":[]}");
    assert!(listed.header("regcred-left-out").ends_with(Lost::NotText.label()));
    // The page says the same of those formats, and of no other.
    let said = app.fetch(&token, "/api/v1/match?image=ghcr.io%2Facme%2Fapi").await.json();
    for format in said["formats"].as_array().unwrap() {
        let (name, holds) = (format["format"].as_str().unwrap(), format["holds"].as_str().unwrap());
        let is_plain = ["regcred", "Kubernetes", "kubelet", "Woodpecker"]
            .iter()
            .any(|part| name.contains(part));
        assert_eq!(holds.contains(Lost::NotText.label()), is_plain, "{name}: {holds}");
    }
    // Where any bytes are held it is delivered.
    let reply = app.fetch(&token, "/api/v1/auth-json").await;
    assert_eq!(reply.deliveries().len(), 1);
    assert_eq!(uses(&app).await, 1);
}

#[tokio::test]
async fn what_signs_its_requests_is_not_said_to_have_bytes_either() {
    let app = App::new().await;
    let id = no_text(&app, "bytes", "ghcr.io").await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    for (path, reply) in Servers::of(&app, pipeline).await.ask(&app).await {
        assert_eq!(reply.status, 204, "{path}: {}", reply.text());
        assert!(reply.header("regcred-left-out").ends_with(Lost::NotText.label()), "{path}");
        let receipt = last(&app, pipeline).await;
        assert_eq!(receipt.outcome, Outcome::Refused, "{path}");
        assert_eq!(receipt.reason.as_deref(), Some(Lost::NotText.label()), "{path}");
    }
    assert_eq!(uses(&app).await, 0);
}

#[tokio::test]
async fn nothing_is_booked_that_did_not_leave() {
    let app = App::new().await;
    let plain = app.credential(&app.owner, "acme", "plain", "ghcr.io", "s").await;
    let narrow = app.credential(&app.owner, "acme", "narrow", "quay.io", "s").await;
    let (pipeline, token) = app.bare_pipeline("ci").await;
    app.grant(pipeline, plain, &[]).await;
    app.grant(pipeline, narrow, &[("form[is_narrow]", "true")]).await;
    // This vault reaches no registry, so it has no token for the second one.
    for path in [
        "/api/v1/buildx?repository=ghcr.io%2Facme%2Fapi&repository=quay.io%2Facme%2Fapi",
        "/api/v1/buildx?repository=quay.io%2Facme%2Fapi&repository=ghcr.io%2Facme%2Fapi",
    ] {
        let reply = app.fetch(&token, path).await;
        assert_eq!(reply.status, 503, "{path}");
        assert!(reply.lines("regcred-delivery").is_empty(), "{path}");
    }
    let receipts = app.receipts_of(pipeline).await;
    assert!(receipts.iter().all(|one| one.outcome == Outcome::Refused), "{receipts:?}");
    assert!(receipts.iter().all(|one| one.credential.as_deref() == Some("narrow")));
    assert_eq!(uses(&app).await, 0);
    // What is only refused for one leaves the others as they are.
    let path = "/api/v1/buildx?repository=ghcr.io%2Facme%2Fapi&repository=docker.io%2Facme%2Fapi";
    assert_eq!(app.fetch(&token, path).await.deliveries().len(), 1);
}

#[tokio::test]
async fn the_kubelet_gets_no_more_than_its_plugin_reads_and_the_rest_is_refused() {
    let app = App::new().await;
    let long = "x".repeat(64 * 1024 - 1);
    let mut ids = Vec::new();
    for number in 0..18 {
        let (name, host) = (format!("c{number:02}"), format!("r{number}.example.com:5000"));
        ids.push(app.credential(&app.owner, "acme", &name, &host, &long).await);
    }
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "node", &ids, "pull").await;
    let path = "/api/v1/kubelet?image=r17.example.com%3A5000%2Facme%2Fapi&cache=global";
    let reply = app.fetch(&token, path).await;
    assert_eq!(reply.status, 200, "{}", reply.headers.len());
    assert!(reply.body.len() <= 1024 * 1024);
    let held = reply.json()["auth"].as_object().unwrap().len();
    assert!(held < 18 && reply.json()["auth"]["r17.example.com:5000"].is_object());
    assert_eq!(
        (reply.deliveries().len(), reply.lines("regcred-left-out").len()),
        (held, 18 - held)
    );
    let receipts = app.receipts_of(pipeline).await;
    let of = |outcome| receipts.iter().filter(move |one| one.outcome == outcome);
    assert_eq!((of(Outcome::Delivered).count(), of(Outcome::Refused).count()), (held, 18 - held));
    let is_told = |one: &Receipt| one.reason.as_deref() == Some(Lost::TooLong.label());
    assert!(of(Outcome::Refused).all(is_told));
    // Only what the image is pulled with is known to be used.
    let named: Vec<&Receipt> = receipts.iter().filter(|one| one.image.is_some()).collect();
    assert_eq!(named.len(), 1);
    assert_eq!(named[0].image.as_deref(), Some("r17.example.com:5000/acme/api"));
    assert_eq!(app.counted_i64("SELECT CAST(SUM(used) AS BIGINT) FROM usage").await, 1);
}

#[tokio::test]
async fn an_identity_token_is_handed_out_as_one_or_not_at_all() {
    let app = App::new().await;
    let (by, user) = (&app.owner, [("username", "<token>")]);
    let id = app.credential_with(by, "acme", "identity", "ghcr.io", "hunter2-token", &user).await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    for path in ["/api/v1/docker-config", "/api/v1/auth-json"] {
        let file = app.fetch(&token, path).await.json();
        assert_eq!(file["auths"]["ghcr.io"]["identitytoken"], "hunter2-token", "{path}");
    }
    // Docker's own helpers say it in the same way.
    let reply = app.fetch(&token, "/api/v1/credential?server=ghcr.io").await.json();
    assert_eq!(reply["username"], "<token>");
    assert_eq!(reply["secret"], "hunter2-token");
    for path in ["/api/v1/docker-auth-config", "/api/v1/kubernetes-secret"] {
        let reply = app.fetch(&token, path).await;
        let told = reply.header("regcred-left-out");
        assert!(told.ends_with(Lost::IdentityToken.label()), "{path}: {told}");
        assert_eq!(last(&app, pipeline).await.outcome, Outcome::Refused, "{path}");
    }
    let path = "/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi";
    assert_eq!(app.fetch(&token, path).await.status, 409);
    // It is no password, so the registry is not asked for a short-lived token with it.
    let path = "/api/v1/registry-token?image=ghcr.io%2Facme%2Fapi";
    assert_eq!(app.fetch(&token, path).await.status, 409);
    assert_eq!(last(&app, pipeline).await.reason.as_deref(), Some(Lost::IdentityToken.label()));
}
