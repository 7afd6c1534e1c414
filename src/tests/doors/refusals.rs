//! What the doors refuse: nobody, parameters they do not know, a choice between two alike; and how
//! they say that there is nothing.

use super::Scene;
use crate::app::App;
use crate::asking::DOORS;
use axum::body::Body;
use axum::http::{Method, Request};
use regcred::domain::delivery::Outcome;
use regcred::domain::matching::Lost;
use uuid::Uuid;

/// The doors for one short-lived token and for what asks and is given no secret.
const OTHERS: [&str; 3] = [
    "/api/v1/registry-token?image=ghcr.io%2Facme%2Fapi",
    "/api/v1/credentials",
    "/api/v1/match?image=ghcr.io%2Facme%2Fapi",
];

#[tokio::test]
async fn a_token_in_the_address_and_any_unknown_parameter_are_refused_at_every_door() {
    let scene = Scene::new().await;
    let (app, token) = (&scene.app, scene.token.as_str());
    for door in DOORS.iter().chain(&OTHERS) {
        let join = if door.contains('?') { '&' } else { '?' };
        for more in [
            format!("token={token}"),
            format!("access_token={token}"),
            "zebra=1".to_owned(),
            "Intent=pull".to_owned(),
            "intent=zebra".to_owned(),
            "intent=".to_owned(),
            "image=zebra%FF".to_owned(),
        ] {
            // Those that know no intent and no image refuse these for that.
            let path = format!("{door}{join}{more}");
            let reply = app.fetch(token, &path).await;
            assert_eq!((reply.status.as_u16(), &*reply.code()), (400, "bad_request"), "{path}");
            let said = String::from_utf8_lossy(&reply.everything()).into_owned();
            assert!(!said.contains(token) && !said.contains("zebra"), "{path}: {said}");
        }
    }
    for path in [
        "/api/v1/docker-config?intent=pull&intent=pull",
        "/api/v1/auth-json?image=ghcr.io%2Fa&image=ghcr.io%2Fa",
        "/api/v1/credential?server=ghcr.io&server=quay.io",
        "/api/v1/credential?server=ghcr.io&image=ghcr.io%2Facme%2Fapi",
        "/api/v1/credential?repository=acme%2Fapi",
        "/api/v1/credential",
        "/api/v1/registry-token",
        "/api/v1/match?image=ghcr.io%2Facme%2Fapi&fork=perhaps",
    ] {
        let reply = app.fetch(token, path).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (400, "bad_request"), "{path}");
    }
    assert_eq!(app.count_receipts().await, 0);
}

#[tokio::test]
async fn nobody_is_given_anything_at_any_door() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let unknown = regcred::crypto::token::generate_token().unwrap();
    for door in DOORS.iter().chain(&OTHERS) {
        for token in ["", "hunter2", unknown.text.as_str()] {
            let reply = app.fetch(token, door).await;
            assert_eq!((reply.status.as_u16(), &*reply.code()), (401, "unauthenticated"), "{door}");
            assert!(reply.header("www-authenticate").starts_with("Bearer"), "{door}");
            assert_eq!(reply.header("cache-control"), "no-store", "{door}");
        }
        assert_eq!(app.owner.get(door).await.status, 401, "{door}: a session is no token");
    }
    assert_eq!(app.count_receipts().await, 0);
}

#[tokio::test]
async fn a_public_image_is_not_found_in_the_word_that_clients_act_on_and_without_a_receipt() {
    let scene = Scene::new().await;
    for path in [
        "/api/v1/credential?server=quay.io",
        "/api/v1/credential?server=quay.io&repository=acme%2Fapi",
        "/api/v1/credential?image=quay.io%2Facme%2Fapi",
        "/api/v1/kubelet?image=quay.io%2Facme%2Fapi&cache=image",
        "/api/v1/registry-token?image=quay.io%2Facme%2Fapi",
        "/api/v1/buildx?repository=quay.io%2Facme%2Fapi",
    ] {
        let reply = scene.app.fetch(&scene.token, path).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (404, "not_found"), "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
    }
    assert_eq!(scene.app.count_receipts().await, 0);
    // The same for who has a credential for another path of the registry only.
    let app = App::new().await;
    let path = [("paths", "acme/api")];
    let by = &app.owner;
    let api = app.credential_with(by, "acme", "api", "ghcr.io", "s", &path).await;
    let (_, token) = app.pipeline(by, "acme", "api only", &[api], "pull").await;
    let path = "/api/v1/credential?server=ghcr.io&repository=public%2Ftool";
    let reply = app.fetch(&token, path).await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (404, "not_found"));
    // A file without any credential comes with the reason.
    for path in ["docker-config", "auth-json"] {
        let path = format!("/api/v1/{path}?image=ghcr.io%2Fpublic%2Ftool");
        let reply = app.fetch(&token, &path).await;
        assert_eq!((reply.status.as_u16(), reply.text()), (200, "{\"auths\":{}}".into()), "{path}");
        let told = format!("{api}; ghcr.io; {}", Lost::OtherRepository.label());
        assert_eq!(reply.lines("regcred-left-out"), [told], "{path}");
    }
    assert_eq!(app.count_receipts().await, 0);
}

#[tokio::test]
async fn what_the_project_has_and_the_pipeline_was_not_granted_is_not_found_and_has_a_receipt() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let (id, token) = app.pipeline(&app.owner, "acme", "api only", &[scene.api], "pull").await;
    for (path, receipts) in [
        ("/api/v1/credential?server=docker.io", 1),
        ("/api/v1/credential?server=ghcr.io&repository=acme%2Fother", 2),
        ("/api/v1/credential?image=docker.io%2Facme%2Fapi", 3),
        ("/api/v1/credential?server=quay.io", 3),
    ] {
        let reply = app.fetch(&token, path).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (404, "not_found"), "{path}");
        let found = app.receipts_of(id).await;
        assert_eq!(found.len(), receipts, "{path}");
        assert!(found.iter().all(|receipt| receipt.outcome == Outcome::Refused), "{path}");
        assert!(found.iter().all(|receipt| receipt.credential.is_none()), "{path}");
    }
    // Nor is it in a file for an image.
    for (path, status, receipts, refused) in [
        ("/api/v1/docker-config?image=docker.io%2Facme%2Fapi", 200, 4, 4),
        ("/api/v1/docker-auth-config?image=ghcr.io%2Facme%2Fother", 200, 5, 5),
        ("/api/v1/kubelet?image=docker.io%2Facme%2Fapi&cache=registry", 404, 6, 6),
        ("/api/v1/auth-json?image=quay.io%2Facme%2Fapi", 200, 6, 6),
        // Beside it there is what is only pulled.
        ("/api/v1/auth-json?image=docker.io%2Facme%2Fapi&intent=push&also=pull", 200, 8, 7),
        ("/api/v1/auth-json", 200, 9, 7),
    ] {
        let reply = app.fetch(&token, path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
        let found = app.receipts_of(id).await;
        let of = found.iter().filter(|receipt| receipt.outcome == Outcome::Refused);
        assert_eq!((found.len(), of.count()), (receipts, refused), "{path}");
    }
}

#[tokio::test]
async fn two_that_serve_equally_well_are_an_error_that_names_both_and_hands_out_neither() {
    let app = App::new().await;
    let by = &app.owner;
    let one = app.credential(by, "acme", "build-key", "ghcr.io", "hunter2-one").await;
    let other = app.credential(by, "acme", "deploy-key", "ghcr.io", "hunter2-other").await;
    let (pipeline, token) = app.pipeline(by, "acme", "build", &[one, other], "pull").await;
    let mut before = 0;
    for door in DOORS.iter().chain(&OTHERS[..1]) {
        let reply = app.fetch(&token, door).await;
        // A file has the other hosts; who asked for this one only is told so.
        let is_whole = !door.contains("ghcr.io") || door.ends_with("cache=global");
        let expected = if is_whole { 200 } else { 409 };
        assert_eq!(reply.status, expected, "{door}: {}", reply.text());
        assert_eq!(reply.code(), if is_whole { "" } else { "conflict" }, "{door}");
        let said = String::from_utf8_lossy(&reply.everything()).into_owned();
        assert!(said.contains("build-key") && said.contains("deploy-key"), "{door}: {said}");
        assert!(said.contains("ghcr.io") && !said.contains("hunter2"), "{door}: {said}");
        assert!(reply.lines("regcred-delivery").is_empty(), "{door}");
        if is_whole {
            let lines = reply.lines("regcred-left-out");
            let is_told = |id: Uuid| lines.iter().any(|line| line.starts_with(&id.to_string()));
            assert!(is_told(one) && is_told(other), "{door}: {lines:?}");
        }
        let receipts = app.receipts_of(pipeline).await;
        assert_eq!(receipts.len(), before + 2, "{door}");
        assert!(receipts.iter().all(|receipt| receipt.outcome == Outcome::Refused), "{door}");
        before = receipts.len();
    }
    // By host alone, two with different paths cannot be told apart either.
    let scene = Scene::new().await;
    let reply = scene.app.fetch(&scene.token, "/api/v1/credential?server=ghcr.io").await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("whole") && reply.text().contains("api"));
    assert!(!reply.text().contains("-secret"));
}

#[tokio::test]
async fn an_unknown_address_of_the_api_answers_with_an_error_for_machines() {
    let scene = Scene::new().await;
    for path in ["/api/v1/docker-config/", "/api/v1/secrets", "/api/v1/Credential"] {
        let reply = scene.app.fetch(&scene.token, path).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (404, "not_found"), "{path}");
    }
    let reply = scene.app.nobody().tell(&scene.token, "/api/v1/docker-config", "{}").await;
    assert_eq!(reply.status, 405);
}

#[tokio::test]
async fn who_is_refused_before_a_door_is_told_why_in_json() {
    const HOST: (&str, &str) = ("host", "localhost:3000");
    let (token, other) = (("authorization", "Bearer x"), ("host", "evil.example.com"));
    let app = App::new().await;
    let long = "x".repeat(70 * 1024);
    let length = long.len().to_string();
    for (method, path, lines, status, code) in [
        (Method::GET, "/api/v1/docker-config", vec![other], 421, "misdirected"),
        (Method::GET, "/api/v1/docker-config", vec![HOST, HOST], 400, "bad_request"),
        (Method::GET, "/api/v1/docker-config", vec![HOST, token, token], 400, "bad_request"),
        (
            Method::POST,
            "/api/v1/token",
            vec![HOST, ("content-length", length.as_str())],
            413,
            "too_large",
        ),
        (Method::POST, "/api/v1/drone/%FF", vec![HOST], 400, "bad_request"),
    ] {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in lines {
            request = request.header(name, value);
        }
        let body = if status == 413 { Body::from(long.clone()) } else { Body::empty() };
        let reply = app.nobody().send(request.body(body).unwrap()).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (status, code), "{path}");
        assert_eq!(reply.header("content-type"), "application/json", "{path}");
        let message = reply.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(!message.is_empty() && !message.ends_with('\n'), "{path}: {message}");
    }
}
