//! What the headers of an answer say: until when it is good, how its readers treat paths, and what is
//! known to be used.

use super::Scene;
use crate::app::App;
use regcred::domain::delivery::{Outcome, Receipt, Use};
use regcred::domain::matching::Note;

#[tokio::test]
async fn an_answer_tells_when_the_first_of_its_entries_ends() {
    let app = App::new().await;
    let by = &app.owner;
    let late = [("expires_on", "9999-12-31")];
    let late = app.credential_with(by, "acme", "late", "ghcr.io", "s", &late).await;
    let plain = app.credential(by, "acme", "plain", "quay.io", "s").await;
    let (pipeline, token) = app.bare_pipeline("ci").await;
    let ends = async |path: &str| app.fetch(&token, path).await.lines("regcred-ends");
    app.grant(pipeline, plain, &[]).await;
    assert!(ends("/api/v1/docker-config").await.is_empty(), "nothing ends");
    app.grant(pipeline, late, &[]).await;
    assert_eq!(ends("/api/v1/docker-config").await, ["9999-12-31T23:59:59Z"]);
    assert!(ends("/api/v1/credential?server=quay.io").await.is_empty());
    // The grant ends before the credential does.
    let until = app.credential(by, "acme", "until", "docker.io", "s").await;
    app.grant(pipeline, until, &[("form[expires_on]", "9998-01-31")]).await;
    for path in [
        "/api/v1/docker-config",
        "/api/v1/auth-json",
        "/api/v1/kubernetes-secret",
        "/api/v1/credential?server=docker.io",
        "/api/v1/kubelet?image=nginx",
        "/api/v1/buildx",
    ] {
        assert_eq!(ends(path).await, ["9998-01-31T23:59:59Z"], "{path}");
    }
    // What is not in the answer says nothing about it.
    assert!(ends("/api/v1/credential?server=quay.io").await.is_empty());
}

#[tokio::test]
async fn an_answer_with_paths_says_how_clients_read_them() {
    let scene = Scene::new().await;
    let note = async |path: &str| {
        scene.app.fetch(&scene.token, path).await.header("regcred-note").to_owned()
    };
    for path in [
        "/api/v1/auth-json",
        "/api/v1/kubernetes-secret",
        "/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi&cache=registry",
        "/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi&cache=global",
    ] {
        assert_eq!(note(path).await, Note::PathKeys.label(), "{path}");
    }
    for path in [
        "/api/v1/docker-config",
        "/api/v1/kubernetes-secret?image=ghcr.io%2Facme%2Fapi",
        "/api/v1/auth-json?image=ghcr.io%2Facme%2Fapi",
        "/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi&cache=image",
    ] {
        assert_eq!(note(path).await, "", "{path}");
    }
    // Where only hosts are named, what is for a part of one is used for the whole.
    let (_, token) =
        scene.app.pipeline(&scene.app.owner, "acme", "api only", &[scene.api], "pull").await;
    for path in ["/api/v1/docker-config", "/api/v1/credential?server=ghcr.io"] {
        let reply = scene.app.fetch(&token, path).await;
        assert_eq!(reply.header("regcred-note"), Note::HostOnly.label(), "{path}");
    }
}

#[tokio::test]
async fn with_an_image_a_file_of_paths_is_for_that_repository_only() {
    let scene = Scene::new().await;
    for (image, name) in [("ghcr.io/acme/api/v2", "api"), ("ghcr.io/other/x", "whole")] {
        let path = format!("/api/v1/auth-json?image={}", image.replace('/', "%2F"));
        let reply = scene.app.fetch(&scene.token, &path).await;
        assert_eq!(reply.text(), super::auths_of(&[(image, name)]), "{image}");
    }
}

#[tokio::test]
async fn what_was_only_asked_for_is_not_called_used() {
    let scene = Scene::new().await;
    let (app, token) = (&scene.app, scene.token.as_str());
    let known = async || -> Vec<Use> {
        let receipts = app.receipts_of(scene.pipeline).await;
        let delivered = receipts.iter().filter(|one| one.outcome == Outcome::Delivered);
        delivered.map(Receipt::use_of).collect()
    };
    // As podman's remote mode does: for each registry that it knows.
    for server in ["docker.io", "registry.example.com:5000"] {
        app.fetch(token, &format!("/api/v1/credential?server={server}")).await;
    }
    app.fetch(token, "/api/v1/docker-config").await;
    assert!(known().await.iter().all(|one| *one == Use::Asked));
    assert_eq!(app.counted_i64("SELECT CAST(SUM(used) AS BIGINT) FROM usage").await, 0);
    for path in [
        "/api/v1/credential?server=ghcr.io&repository=acme%2Fapi",
        "/api/v1/docker-config?image=nginx",
        "/api/v1/kubelet?image=nginx",
        "/api/v1/buildx?repository=ghcr.io%2Facme%2Fweb",
    ] {
        app.fetch(token, path).await;
        assert_eq!(known().await[0], Use::Used, "{path}");
    }
    assert_eq!(app.counted_i64("SELECT CAST(SUM(used) AS BIGINT) FROM usage").await, 4);
    let page = app.credential_page("acme", scene.hub).await;
    assert_eq!((page.dependents[0].deliveries, page.dependents[0].used), (4, 2));
    let text = app.owner.get(&format!("/p/acme/credentials/{}", scene.hub)).await.text();
    assert!(text.contains("Used 2 times"), "{text}");
    let text = app.owner.get(&format!("/p/acme/credentials/{}/deliveries", scene.hub)).await.text();
    assert!(text.contains("delivered · used") && text.contains("delivered · asked for"), "{text}");
}

#[tokio::test]
async fn losers_of_a_choice_leave_no_receipt() {
    let scene = Scene::new().await;
    let app = &scene.app;
    for path in [
        "/api/v1/docker-config",
        "/api/v1/docker-config?image=ghcr.io%2Facme%2Fapi",
        "/api/v1/credential?image=ghcr.io%2Facme%2Fapi",
        "/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi",
        "/api/v1/buildx?repository=ghcr.io%2Facme%2Fapi",
    ] {
        let reply = app.fetch(&scene.token, path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(!reply.lines("regcred-left-out").is_empty(), "{path}: the header names them");
    }
    let refused = "SELECT COUNT(*) FROM receipt WHERE outcome = 'refused'";
    assert_eq!(app.scalar_i64(refused).await, 0);
}
