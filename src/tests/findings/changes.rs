//! What depends on what was changed, and on what was received last before it.

use super::{App, CONFIG, PASSWORD, Scene, none, one};
use regcred::domain::finding::{FindingKind, FindingState};
use uuid::Uuid;

const GHCR: &str = "/api/v1/credential?server=ghcr.io";
const QUAY: &str = "/api/v1/credential?server=quay.io";
const API: &str = "/api/v1/credential?server=ghcr.io&repository=acme%2Fapi";
const WEB: &str = "/api/v1/credential?server=ghcr.io&repository=acme%2Fweb";
const BASE: &str = "/api/v1/credential?server=ghcr.io&repository=acme%2Fbase";

/// Revokes what the pipeline was granted of the credential with that name.
async fn revoke(app: &App, pipeline: Uuid, credential: &str) {
    let of_it = format!("credential_id = (SELECT id FROM credential WHERE name = '{credential}')");
    let sql = format!("SELECT id FROM access_grant WHERE {of_it}");
    let (grant, pipeline) = (app.database.scalar::<Uuid>(&sql).await, pipeline.to_string());
    let grant = grant.to_string();
    let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", grant.as_str())];
    let reply = app.owner.post_json_accept("/rpc/grants/delete", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn a_version_that_was_received_before_the_last_switch_is_not_the_one_in_use() {
    let scene = Scene::new().await;
    let (owner, id) = (&scene.app.owner, scene.ghcr.to_string());
    let form =
        [("project", "acme"), ("id", id.as_str()), ("revision", "1"), ("password", "second")];
    let reply = owner.post_multipart_json_accept("/rpc/credentials/replace-secret", &form, None);
    assert_eq!(reply.await.status, 200);
    for version in ["1", "2"] {
        scene.fetch(0).await;
        let form = [
            ("project", "acme"),
            ("id", id.as_str()),
            ("version", version),
            ("password", PASSWORD),
        ];
        assert_eq!(owner.post_json_accept("/rpc/versions/switch", &form).await.status, 200);
    }
    assert_eq!(scene.found(6).await, none());
    assert_eq!(scene.found(8).await, one(FindingKind::OldVersion, "ghcr", "build"));
    let page = owner.get("/p/acme/usage").await.text();
    assert!(page.contains("1 to 2") && page.contains(">older"), "{page}");
    scene.fetch(1).await;
    assert_eq!(scene.found(8).await, none());
    let page = owner.get("/p/acme/usage").await.text();
    assert!(page.contains("1 to 2") && !page.contains(">older"), "{page}");
}

#[tokio::test]
async fn what_is_refused_of_one_registry_is_found_while_another_one_is_received() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let more = [("access", "pull")];
    let quay = app.credential_with(&app.owner, "acme", "quay", "quay.io", "another", &more).await;
    app.grant(scene.build, quay, &[]).await;
    scene.fetch(0).await;
    revoke(app, scene.build, "ghcr").await;
    for times in 0..4 {
        let expected = if times < 3 { none() } else { one(FindingKind::RefusedSince, "", "build") };
        assert_eq!(scene.found(0).await, expected, "{times} times");
        assert_ne!(app.fetch(&scene.token, GHCR).await.status, 200);
        assert_eq!(app.fetch(&scene.token, QUAY).await.status, 200);
    }
    let page = super::listed(app, FindingState::Open).await;
    assert_eq!(page.rows[0].found.about, "ghcr.io");
    app.grant(scene.build, scene.ghcr, &[]).await;
    assert_eq!(app.fetch(&scene.token, GHCR).await.status, 200);
    assert_eq!(scene.found(0).await, none());
}

#[tokio::test]
async fn what_is_refused_is_still_found_when_the_pipeline_has_another_name() {
    let scene = Scene::new().await;
    scene.fetch(0).await;
    revoke(&scene.app, scene.build, "ghcr").await;
    for _ in 0..3 {
        assert_ne!(scene.app.fetch(&scene.token, GHCR).await.status, 200);
    }
    assert_eq!(scene.found(0).await, one(FindingKind::RefusedSince, "", "build"));
    scene.app.raw("UPDATE pipeline SET name = 'renamed'").await;
    assert_eq!(scene.found(0).await, one(FindingKind::RefusedSince, "", "renamed"));
}

#[tokio::test]
async fn what_a_new_grant_ties_with_is_found_once_it_is_refused_again_and_again() {
    let scene = Scene::new().await;
    let app = &scene.app;
    scene.fetch(0).await;
    let more = [("access", "pull")];
    let twin = app.credential_with(&app.owner, "acme", "twin", "ghcr.io", "another", &more).await;
    app.grant(scene.build, twin, &[]).await;
    for times in 0..4 {
        let expected =
            if times < 3 { none() } else { one(FindingKind::RefusedSince, "ghcr", "build") };
        assert_eq!(scene.found(0).await, expected, "{times} times");
        app.fetch(&scene.token, CONFIG).await;
    }
}

#[tokio::test]
async fn a_credential_of_another_registry_that_was_deleted_is_not_why_one_is_refused() {
    for (host, expected) in
        [("quay.io", none()), ("ghcr.io", one(FindingKind::RefusedSince, "", "build"))]
    {
        let app = App::new().await;
        let by = &app.owner;
        let gone = app.credential(by, "acme", "gone", host, "first").await;
        let kept = app.credential(by, "acme", "kept", "r.example.com", "second").await;
        app.credential(by, "acme", "withheld", "ghcr.io", "third").await;
        let (_, token) = app.pipeline(by, "acme", "build", &[gone, kept], "pull").await;
        assert_eq!(app.fetch(&token, CONFIG).await.status, 200);
        let id = gone.to_string();
        let form = [
            ("project", "acme"),
            ("id", id.as_str()),
            ("typed_name", "gone"),
            ("password", PASSWORD),
        ];
        let reply = by.post_json_accept("/rpc/credentials/delete", &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        for _ in 0..3 {
            assert_ne!(app.fetch(&token, GHCR).await.status, 200);
        }
        assert_eq!(super::found(&app, 0).await, expected, "{host}");
    }
}

/// An image is refused again and again, and another one of the registry is received each time.
async fn assert_found_by_image(scene: &Scene, credential: &str) {
    for times in 0..4 {
        let found = one(FindingKind::RefusedSince, credential, "build");
        let expected = if times < 3 { none() } else { found };
        assert_eq!(scene.found(0).await, expected, "{times} times");
        assert_ne!(scene.app.fetch(&scene.token, API).await.status, 200);
        assert_eq!(scene.app.fetch(&scene.token, WEB).await.status, 200);
    }
    let page = super::listed(&scene.app, FindingState::Open).await;
    assert_eq!(page.rows[0].found.about, "ghcr.io/acme/api");
}

#[tokio::test]
async fn an_image_that_is_refused_is_found_while_others_of_the_same_credential_are_received() {
    let scene = Scene::new().await;
    let app = &scene.app;
    for image in [API, WEB] {
        assert_eq!(app.fetch(&scene.token, image).await.status, 200);
    }
    revoke(app, scene.build, "ghcr").await;
    app.grant(scene.build, scene.ghcr, &[("form[repositories]", "acme/web")]).await;
    assert_found_by_image(&scene, "ghcr").await;
    revoke(app, scene.build, "ghcr").await;
    app.grant(scene.build, scene.ghcr, &[]).await;
    assert_eq!(app.fetch(&scene.token, API).await.status, 200);
    assert_eq!(scene.found(0).await, none());
}

#[tokio::test]
async fn of_two_images_that_are_refused_since_a_change_each_is_found() {
    let scene = Scene::new().await;
    let app = &scene.app;
    for image in [API, BASE, WEB] {
        assert_eq!(app.fetch(&scene.token, image).await.status, 200);
    }
    revoke(app, scene.build, "ghcr").await;
    app.grant(scene.build, scene.ghcr, &[("form[repositories]", "acme/web")]).await;
    for _ in 0..3 {
        for image in [API, BASE] {
            assert_ne!(app.fetch(&scene.token, image).await.status, 200);
        }
        assert_eq!(app.fetch(&scene.token, WEB).await.status, 200);
    }
    let each = one(FindingKind::RefusedSince, "ghcr", "build");
    assert_eq!(scene.found(0).await, [each.clone(), each].concat());
    let page = super::listed(app, FindingState::Open).await;
    let mut images: Vec<&str> = page.rows.iter().map(|row| row.found.about.as_str()).collect();
    images.sort_unstable();
    assert_eq!(images, ["ghcr.io/acme/api", "ghcr.io/acme/base"]);
}

#[tokio::test]
async fn an_image_that_was_never_received_is_not_found_however_often_it_is_refused() {
    let scene = Scene::new().await;
    let app = &scene.app;
    assert_eq!(app.fetch(&scene.token, WEB).await.status, 200);
    revoke(app, scene.build, "ghcr").await;
    app.grant(scene.build, scene.ghcr, &[("form[repositories]", "acme/web")]).await;
    assert_eq!(app.fetch(&scene.token, WEB).await.status, 200);
    for _ in 0..4 {
        assert_ne!(app.fetch(&scene.token, API).await.status, 200);
    }
    assert_eq!(app.fetch(&scene.token, WEB).await.status, 200);
    assert_eq!(scene.found(0).await, none());
}

#[tokio::test]
async fn an_image_of_a_revoked_grant_is_found_while_another_credential_serves_the_registry() {
    let scene = Scene::with(&[("access", "pull"), ("paths", "acme/api")], "pull").await;
    let app = &scene.app;
    let more = [("access", "pull"), ("paths", "acme/web")];
    let web = app.credential_with(&app.owner, "acme", "web", "ghcr.io", "another", &more).await;
    app.grant(scene.build, web, &[]).await;
    for image in [API, WEB] {
        assert_eq!(app.fetch(&scene.token, image).await.status, 200);
    }
    revoke(app, scene.build, "ghcr").await;
    assert_found_by_image(&scene, "").await;
}
