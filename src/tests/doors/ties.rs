//! One tie spoils one host, never the file: what can be told apart is delivered, and what cannot is
//! left out and named in the header, on the page and in the receipt.

use super::servers::Servers;
use crate::app::{App, Reply, auths};
use regcred::domain::delivery::Outcome;
use std::collections::BTreeSet;
use uuid::Uuid;

/// An instance where `ghcr.io` has one credential for `acme` and one for `beta`, and Docker Hub one.
struct Scene {
    app: App,
    pipeline: Uuid,
    token: String,
    tied: [Uuid; 2],
}

impl Scene {
    async fn new() -> Self {
        let app = App::new().await;
        let by = &app.owner;
        let acme = [("paths", "acme")];
        let acme = app.credential_with(by, "acme", "key-acme", "ghcr.io", "s-acme", &acme).await;
        let beta = [("paths", "beta")];
        let beta = app.credential_with(by, "acme", "key-beta", "ghcr.io", "s-beta", &beta).await;
        let hub = app.credential(by, "acme", "hub", "docker.io", "s-hub").await;
        let (pipeline, token) = app.pipeline(by, "acme", "ci", &[acme, beta, hub], "pull").await;
        Self { app, pipeline, token, tied: [acme, beta] }
    }

    /// Both are named with the host in the header, and each has a receipt that says the same.
    async fn assert_told(&self, case: &str, reply: &Reply) {
        let lines = reply.lines("regcred-left-out");
        assert_eq!(lines.len(), 2, "{case}: {lines:?}");
        let receipts = self.app.receipts_of(self.pipeline).await;
        for id in self.tied {
            let line = lines.iter().find(|line| line.starts_with(&id.to_string())).unwrap();
            for word in ["key-acme", "key-beta", "ghcr.io"] {
                assert!(line.contains(word), "{case}: {line}");
            }
            let reason = line.splitn(3, "; ").nth(2).unwrap();
            let is_its = receipts.iter().take(3).any(|receipt| {
                receipt.outcome == Outcome::Refused && receipt.reason.as_deref() == Some(reason)
            });
            assert!(is_its, "{case}: {receipts:?}");
        }
        assert!(!reply.text().contains("s-acme") && !reply.text().contains("s-beta"), "{case}");
    }
}

#[tokio::test]
async fn every_format_of_hosts_has_the_other_hosts() {
    let scene = Scene::new().await;
    for path in ["/api/v1/docker-config", "/api/v1/docker-auth-config"] {
        let reply = scene.app.fetch(&scene.token, path).await;
        let held = auths(&reply);
        assert_eq!(held.keys().collect::<Vec<_>>(), ["https://index.docker.io/v1/"], "{path}");
        assert_eq!(reply.deliveries().len(), 1, "{path}");
        scene.assert_told(path, &reply).await;
    }
    let reply = scene.app.fetch(&scene.token, "/api/v1/buildx").await;
    assert_eq!((reply.status.as_u16(), reply.deliveries().len()), (200, 1), "{}", reply.text());
    scene.assert_told("buildx", &reply).await;
    // Where paths are known there is nothing to choose.
    let reply = scene.app.fetch(&scene.token, "/api/v1/auth-json").await;
    assert_eq!(reply.deliveries().len(), 3);
    assert!(reply.lines("regcred-left-out").is_empty());
    // And with an image it is told apart everywhere.
    let path = "/api/v1/docker-config?image=ghcr.io%2Fbeta%2Fapi";
    assert_eq!(auths(&scene.app.fetch(&scene.token, path).await)["ghcr.io"], "acme-bot:s-beta");
}

#[tokio::test]
async fn doors_that_cannot_name_an_image_recover_without_one() {
    let scene = Scene::new().await;
    let (app, pipeline) = (&scene.app, scene.pipeline);
    for (path, reply) in Servers::of(app, pipeline).await.ask(app).await {
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        assert!(reply.text().contains("s-hub") && reply.deliveries().len() == 1, "{path}");
        scene.assert_told(path, &reply).await;
    }
}

#[tokio::test]
async fn the_list_names_what_it_leaves_out() {
    let scene = Scene::new().await;
    let reply = scene.app.fetch(&scene.token, "/api/v1/credentials").await;
    assert_eq!(reply.status, 200);
    let rows = reply.json()["credentials"].as_array().unwrap().len();
    let lines = reply.lines("regcred-left-out");
    assert_eq!((rows, lines.len()), (1, 2), "{lines:?}");
    for id in scene.tied {
        let line = lines.iter().find(|line| line.starts_with(&id.to_string())).unwrap();
        assert!(line.contains("key-acme") && line.contains("ghcr.io"), "{line}");
    }
    assert!(lines.iter().all(|line| line.is_ascii()));
    assert_eq!(scene.app.count_receipts().await, 0);
    assert!(reply.lines("regcred-fetch").is_empty(), "nothing was handed out");
}

#[tokio::test]
async fn an_expired_one_and_a_disabled_one_tie_with_nobody() {
    let app = App::new().await;
    let by = &app.owner;
    let past = [("expires_on", "2020-01-31")];
    let old = app.credential_with(by, "acme", "old", "ghcr.io", "s-old", &past).await;
    let new = app.credential(by, "acme", "new", "ghcr.io", "s-new").await;
    let off = app.credential(by, "acme", "off", "ghcr.io", "s-off").await;
    let id = off.to_string();
    let form = [("project", "acme"), ("id", id.as_str())];
    assert_eq!(by.post_json_accept("/rpc/credentials/disable", &form).await.status, 200);
    let (pipeline, token) = app.pipeline(by, "acme", "ci", &[old, new, off], "pull").await;
    for path in [
        "/api/v1/docker-config",
        "/api/v1/auth-json",
        "/api/v1/credential?server=ghcr.io",
        "/api/v1/credential?image=ghcr.io%2Facme%2Fapi",
        "/api/v1/kubelet?image=ghcr.io%2Facme%2Fapi",
    ] {
        let reply = app.fetch(&token, path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        assert_eq!(reply.deliveries().len(), 1, "{path}");
        let told = app.receipts_of(pipeline).await;
        let delivered = told.iter().find(|one| one.outcome == Outcome::Delivered).unwrap();
        assert_eq!(delivered.credential.as_deref(), Some("new"), "{path}");
        assert!(told.iter().all(|one| one.credential.as_deref() != Some("old")), "{path}");
    }
}

#[tokio::test]
async fn every_door_hands_out_the_valid_one_of_what_it_cannot_tell_apart() {
    let by_host = [
        "/api/v1/docker-config",
        "/api/v1/docker-auth-config",
        "/api/v1/credential?server=ghcr.io",
    ];
    let by_path = ["/api/v1/auth-json", "/api/v1/credential?image=ghcr.io%2Facme%2Fapi"];
    let wide = ("access", "pull_push");
    // One that allows more, also where the expired one has the longer path, and one for a part of the
    // registry.
    for (valid, paths, is_for_all) in
        [(wide, "", true), (wide, "acme", true), (("paths", "acme"), "", false)]
    {
        let app = App::new().await;
        let by = &app.owner;
        let past = [("expires_on", "2020-01-31"), ("access", "pull"), ("paths", paths)];
        let old = app.credential_with(by, "acme", "old", "ghcr.io", "s-old", &past).await;
        let new = app.credential_with(by, "acme", "new", "ghcr.io", "s-new", &[valid]).await;
        let (pipeline, token) = app.pipeline(by, "acme", "ci", &[old, new], "pull").await;
        let more = by_path.iter().filter(|_| is_for_all);
        for path in by_host.iter().chain(more) {
            let reply = app.fetch(&token, path).await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.text());
            let told = reply.deliveries();
            assert_eq!(told.len(), 1, "{path}");
            let receipts = app.receipts_of(pipeline).await;
            let delivered = receipts.iter().find(|one| one.id == told[0]).unwrap();
            assert_eq!(delivered.credential.as_deref(), Some("new"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_tie_for_one_path_takes_that_key_only_and_everybody_is_told() {
    let app = App::new().await;
    let by = &app.owner;
    let both = [("paths", "acme, beta")];
    let both = app.credential_with(by, "acme", "both", "ghcr.io", "s-both", &both).await;
    let acme = [("paths", "acme")];
    let acme = app.credential_with(by, "acme", "only", "ghcr.io", "s-only", &acme).await;
    let (pipeline, token) = app.pipeline(by, "acme", "ci", &[both, acme], "pull").await;
    for path in [
        "/api/v1/auth-json",
        "/api/v1/kubernetes-secret",
        "/api/v1/kubelet?image=ghcr.io%2Fbeta%2Fapi&cache=registry",
    ] {
        let reply = app.fetch(&token, path).await;
        assert_eq!((reply.status.as_u16(), reply.deliveries().len()), (200, 1), "{path}");
        let lines = reply.lines("regcred-left-out");
        let told: BTreeSet<&str> = lines.iter().map(|line| &line[..36]).collect();
        assert_eq!(told.len(), 2, "{path}: {lines:?}");
        assert!(lines.iter().all(|line| line.contains("ghcr.io/acme")), "{path}: {lines:?}");
        let receipts = app.receipts_of(pipeline).await;
        let last: Vec<Outcome> = receipts.iter().take(2).map(|one| one.outcome).collect();
        assert!(last.contains(&Outcome::Delivered) && last.contains(&Outcome::Refused), "{path}");
        let reasons = receipts.iter().take(2).map(|one| one.reason.clone().unwrap());
        assert!(reasons.into_iter().all(|reason| reason.contains("both and only")), "{path}");
    }
    let file = app.fetch(&token, "/api/v1/auth-json").await.json();
    let keys: Vec<&String> = file["auths"].as_object().map(|map| map.keys().collect()).unwrap();
    assert_eq!(keys, ["ghcr.io/beta", "ghcr.io:443/beta"]);
    // The page says so of the formats that know paths.
    let said = app.fetch(&token, "/api/v1/match?image=ghcr.io%2Fbeta%2Fapi").await.json();
    let held = |name: &str| -> String {
        let formats = said["formats"].as_array().unwrap();
        let found = formats.iter().find(|format| format["format"] == name).unwrap();
        found["holds"].as_str().unwrap().to_owned()
    };
    assert!(held("auth.json").contains("ghcr.io/beta: both"), "{}", held("auth.json"));
    assert!(held("auth.json").contains("ghcr.io/acme equally well"), "{}", held("auth.json"));
    assert!(held("docker config.json").contains("different repositories"));
}
