//! The door for what pipelines declare: whose it is, and what it refuses.

use super::Scene;
use crate::app::{App, Reply};
use crate::definitions::{SELF, json, report};
use axum::body::Body;
use axum::http::Method;
use regcred_scan::{Report, What, scan_text};
use uuid::Uuid;

async fn kept(app: &App) -> i64 {
    app.scalar_i64("SELECT COUNT(*) FROM definition").await
}

fn of(id: impl std::fmt::Display) -> String {
    format!("/api/v1/pipelines/{id}/definitions")
}

/// Sends the body with PUT.
async fn put(app: &App, token: &str, path: &str, body: Vec<u8>) -> Reply {
    let browser = app.nobody();
    let request = browser.request(Method::PUT, path, "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    let request = request.header("content-length", body.len());
    browser.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_pipeline_declares_for_itself_by_its_id_or_by_no_name_and_for_no_other() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let body = report("Dockerfile", "FROM nginx\n");
    let (other, _) = app.bare_pipeline("other").await;
    for path in [of(other), of(Uuid::nil()), of("zebra")] {
        let reply = app.nobody().tell(&scene.token, &path, &body).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (404, "not_found"), "{path}");
    }
    assert_eq!(kept(app).await, 0);
    for path in [SELF.to_owned(), of(scene.pipeline)] {
        let bytes = body.clone().into_bytes();
        for reply in [
            app.nobody().tell(&scene.token, &path, &body).await,
            put(app, &scene.token, &path, bytes).await,
        ] {
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            assert_eq!(reply.json()["references"], 1, "{path}");
        }
    }
    assert_eq!(kept(app).await, 1);
}

#[tokio::test]
async fn nobody_declares_without_a_token_that_works() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let body = report("Dockerfile", "FROM nginx\n");
    for path in [SELF.to_owned(), of(scene.pipeline)] {
        for token in ["", "hunter2"] {
            let reply = app.nobody().tell(token, &path, &body).await;
            assert_eq!((reply.status.as_u16(), &*reply.code()), (401, "unauthenticated"), "{path}");
        }
        assert_eq!(app.owner.tell("", &path, &body).await.status, 401, "a session is no token");
    }
    app.raw("UPDATE pipeline_token SET expires_on = '2020-01-01'").await;
    assert_eq!(app.nobody().tell(&scene.token, SELF, &body).await.status, 401);
    assert_eq!(kept(app).await, 0);
}

#[tokio::test]
async fn what_is_no_report_is_refused_and_not_repeated() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let with = |change: fn(&mut Report)| {
        let mut report = scan_text("Dockerfile", "FROM nginx\n");
        change(&mut report);
        json(&report)
    };
    let bodies = [
        String::new(),
        "zebra".to_owned(),
        "[]".to_owned(),
        "{\"version\":1,\"zebra\":[]}".to_owned(),
        with(|report| report.version = 7),
        with(|report| report.files[0].file = "zebra\u{1b}[2J".to_owned()),
        with(|report| report.files[0].file = "zebra\u{202e}yml".to_owned()),
        with(|report| report.files[0].file = "../zebra/Dockerfile".to_owned()),
        with(|report| report.found[0].place.file = "zebra/".repeat(200)),
        with(|report| report.found[0].what = What::Registry("zebra@ghcr.io".to_owned())),
    ];
    for body in bodies {
        let reply = app.nobody().tell(&scene.token, SELF, &body).await;
        let said = reply.text();
        assert_eq!((reply.status.as_u16(), &*reply.code()), (400, "bad_request"), "{body}: {said}");
        assert!(!said.contains("zebra"), "{body}: {said}");
    }
    let path = format!("{SELF}?zebra=1");
    let good = report("Dockerfile", "FROM nginx\n");
    assert_eq!(app.nobody().tell(&scene.token, &path, &good).await.status, 400);
    assert_eq!(app.fetch(&scene.token, SELF).await.status, 405);
    assert_eq!(kept(app).await, 0);
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn a_report_has_256_kib_at_most() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let mut body = report("Dockerfile", "FROM nginx\n").into_bytes();
    // White space at the end changes nothing.
    body.resize(256 * 1024, b' ');
    assert_eq!(put(app, &scene.token, SELF, body.clone()).await.status, 200);
    body.push(b' ');
    assert_eq!(put(app, &scene.token, SELF, body.clone()).await.status, 413);
    // And where nobody says how long it is.
    let text = String::from_utf8(body).unwrap();
    assert_eq!(app.nobody().tell(&scene.token, SELF, &text).await.status, 400);
    // Other doors take as much as before.
    let report = "/api/v1/deliveries/0/outcome";
    let reply = put(app, &scene.token, report, vec![b' '; 65 * 1024]).await;
    assert_eq!(reply.status, 413);
}

#[tokio::test]
async fn control_characters_are_written_out_and_a_password_of_an_address_is_not_kept() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let mut said = scan_text("Dockerfile", "FROM nginx\n");
    said.found[0].place.job = Some("a\u{7}\u{202e}<b>".to_owned());
    said.found[0].place.path = "https://bot:zebra@ghcr.io".to_owned();
    let reply = app.nobody().tell(&scene.token, SELF, &json(&said)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let path = format!("/p/acme/pipelines/{}/definitions", scene.pipeline);
    let page = app.owner.get(&path).await.text();
    assert!(page.contains("a\\u{7}\\u{202e}&lt;b&gt;"), "{page}");
    assert!(page.contains("https://…@ghcr.io") && !page.contains("zebra"), "{page}");
    assert!(!page.contains('\u{7}') && !page.contains('\u{202e}'));
}
