//! A build pulls from many registries and pushes to one: one request that names what it pushes
//! serves it, and each receipt says what its credential was asked for.

use super::auths_of;
use crate::app::{App, auths};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regcred::domain::credential::Access;
use regcred::domain::delivery::{Outcome, Receipt};
use regcred::domain::listing::percent;
use regcred::domain::matching::Lost;
use serde_json::Value;
use uuid::Uuid;

const HUB: &str = "https://index.docker.io/v1/";
const OWN: &str = "registry.example.com:5000";
const ONLY_PULLS: &str = "delivered for pulling only";

/// A pipeline that may push to `ghcr.io` with two credentials that only an image tells apart, and to
/// the part `team` of a registry of its own, and that may pull from Docker Hub. The secret of each is
/// its name with `-secret` behind.
struct Scene {
    app: App,
    pipeline: Uuid,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        let app = App::new().await;
        let (pipeline, token) = app.bare_pipeline("build").await;
        let scene = Self { app, pipeline, token };
        for (name, host, paths, access) in [
            ("acme", "ghcr.io", "acme", "pull_push"),
            ("beta", "ghcr.io", "beta", "pull_push"),
            ("hub", "docker.io", "", "pull"),
            ("own", OWN, "team", "pull_push"),
        ] {
            scene.granted(name, host, paths, access).await;
        }
        scene
    }

    async fn granted(&self, name: &str, host: &str, paths: &str, access: &str) {
        let secret = format!("{name}-secret");
        self.granted_with(&secret, name, host, &[("paths", paths), ("access", access)]).await;
    }

    /// The last of `more` is the access.
    async fn granted_with(&self, secret: &str, name: &str, host: &str, more: &[(&str, &str)]) {
        let app = &self.app;
        let access = more.last().unwrap().1;
        let id = app.credential_with(&app.owner, "acme", name, host, secret, more).await;
        app.grant(self.pipeline, id, &[("form[intent]", access)]).await;
    }

    /// The credential's receipt of the last fetch.
    async fn receipt(&self, name: &str) -> Receipt {
        let receipts = self.app.receipts_of(self.pipeline).await;
        let found = receipts.into_iter().find(|one| one.credential.as_deref() == Some(name));
        found.unwrap_or_else(|| panic!("{name} has a receipt"))
    }

    /// It was delivered to pull, and for no image.
    async fn assert_pulled(&self, name: &str) {
        let receipt = self.receipt(name).await;
        let Receipt { outcome, intent, image, .. } = receipt;
        assert_eq!((outcome, intent, image), (Outcome::Delivered, Access::Pull, None), "{name}");
        assert!(receipt.reason.unwrap().contains(ONLY_PULLS), "{name}");
    }
}

fn pushing(format: &str, image: &str) -> String {
    format!("/api/v1/{format}?intent=push&also=pull&image={}", percent(image))
}

#[tokio::test]
async fn an_image_tells_apart_what_ties_and_the_other_registries_are_pulled_from() {
    let scene = Scene::new().await;
    let (app, token) = (&scene.app, scene.token.as_str());
    let tied = app.fetch(token, "/api/v1/docker-config?intent=push&also=pull").await;
    assert_eq!(tied.text(), auths_of(&[(HUB, "hub"), (OWN, "own")]));
    for format in ["docker-config", "docker-auth-config"] {
        let reply = app.fetch(token, &pushing(format, "ghcr.io/beta/api:1.2")).await;
        assert_eq!(reply.status, 200, "{format}: {}", reply.text());
        let all = [("ghcr.io", "beta"), (HUB, "hub"), (OWN, "own")];
        assert_eq!(reply.text(), auths_of(&all), "{format}");
        let pushed = scene.receipt("beta").await;
        let expected = (Outcome::Delivered, Access::PullAndPush, Some("ghcr.io/beta/api"));
        assert_eq!((pushed.outcome, pushed.intent, pushed.image.as_deref()), expected, "{format}");
        assert_eq!(pushed.reason, None, "{format}");
        for name in ["hub", "own"] {
            scene.assert_pulled(name).await;
        }
        let lines = reply.lines("regcred-left-out");
        assert_eq!(lines.len(), 2, "{format}: {lines:?}");
        assert!(lines.iter().all(|line| line.contains(ONLY_PULLS)), "{format}: {lines:?}");
        // What the others are for is said as without an image.
        assert_eq!(reply.lines("regcred-note").len(), 1, "{format}");
    }
    // buildx names every repository, so it has nothing more to ask for.
    let path = "/api/v1/buildx?intent=push&also=pull&repository=ghcr.io%2Fbeta%2Fapi";
    assert_eq!(app.fetch(token, path).await.status, 400);
}

#[tokio::test]
async fn a_file_with_paths_has_the_repository_of_the_image_and_the_paths_of_the_others() {
    let scene = Scene::new().await;
    let (app, token) = (&scene.app, scene.token.as_str());
    let team = format!("{OWN}/team");
    let reply = app.fetch(token, &pushing("auth-json", "ghcr.io/beta/api")).await;
    let all = [("docker.io", "hub"), ("ghcr.io/beta/api", "beta"), (team.as_str(), "own")];
    assert_eq!(reply.text(), auths_of(&all));
    scene.assert_pulled("own").await;
    let reply = app.fetch(token, &pushing("kubernetes-secret", "ghcr.io/beta/api")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let manifest = reply.json();
    let file = STANDARD.decode(manifest["data"][".dockerconfigjson"].as_str().unwrap()).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let keys: Vec<&str> = file["auths"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["ghcr.io/beta/api", "ghcr.io:443/beta/api", HUB, team.as_str()]);
}

#[tokio::test]
async fn an_image_that_may_not_be_pushed_gets_nothing_and_the_others_are_delivered() {
    let scene = Scene::new().await;
    let (app, token) = (&scene.app, scene.token.as_str());
    // No credential of its registry is for it.
    let reply = app.fetch(token, &pushing("docker-config", "ghcr.io/gamma/api")).await;
    assert_eq!(reply.text(), auths_of(&[(HUB, "hub"), (OWN, "own")]));
    // The one of its registry only pulls.
    let reply = app.fetch(token, &pushing("docker-config", "docker.io/acme/api")).await;
    assert_eq!(reply.text(), auths_of(&[(OWN, "own")]));
    scene.assert_pulled("own").await;
    let refused = scene.receipt("hub").await;
    assert_eq!((refused.outcome, refused.intent), (Outcome::Refused, Access::PullAndPush));
    assert_eq!(refused.image.as_deref(), Some("docker.io/acme/api"));
    // The line says so in words, with the reason.
    let page = format!("/p/acme/pipelines/{}/deliveries", scene.pipeline);
    let page = app.owner.get(&page).await.text();
    for said in [
        "Image refused, 1 other delivered",
        "hub, version 1: refused · ",
        "acme, version 1: left out · ",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let reason = format!("title=\"{}\"", refused.reason.unwrap());
    assert!(page.contains(&reason), "{reason}: {page}");
    // To pull, an image of another registry tells nothing apart.
    for name in ["acme", "beta"] {
        let Receipt { outcome, intent, image, reason, .. } = scene.receipt(name).await;
        assert_eq!((outcome, intent, image), (Outcome::Refused, Access::Pull, None), "{name}");
        assert!(reason.unwrap().contains("different repositories of ghcr.io"), "{name}");
    }
}

#[tokio::test]
async fn what_ties_for_the_image_itself_is_left_out_and_an_error_where_there_is_nothing_else() {
    let scene = Scene::new().await;
    scene.granted("twin", "ghcr.io", "beta", "pull_push").await;
    let app = &scene.app;
    let path = pushing("docker-config", "ghcr.io/beta/api");
    let reply = app.fetch(&scene.token, &path).await;
    assert_eq!(reply.text(), auths_of(&[(HUB, "hub"), (OWN, "own")]));
    let named = reply.lines("regcred-left-out");
    let named = named.iter().filter(|line| line.contains("beta and twin serve ghcr.io"));
    assert_eq!(named.count(), 2);
    for name in ["beta", "twin"] {
        let tied = scene.receipt(name).await;
        assert_eq!((tied.outcome, tied.intent), (Outcome::Refused, Access::PullAndPush), "{name}");
    }
    let mut both = Vec::new();
    for name in ["beta", "twin"] {
        both.push(app.find_credential(&app.owner, "acme", name).await);
    }
    let (_, token) = app.pipeline(&app.owner, "acme", "alone", &both, "pull_push").await;
    let reply = app.fetch(&token, &path).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("beta and twin"), "{}", reply.text());
}

#[tokio::test]
async fn a_refusal_says_what_the_credential_was_asked_for() {
    let scene = Scene::new().await;
    scene.granted("other-hub", "docker.io", "", "pull").await;
    let path = "/api/v1/docker-config?intent=push&also=pull";
    let reply = scene.app.fetch(&scene.token, path).await;
    assert_eq!(auths(&reply).keys().collect::<Vec<_>>(), [OWN]);
    for (name, intent) in [
        ("acme", Access::PullAndPush),
        ("beta", Access::PullAndPush),
        ("hub", Access::Pull),
        ("other-hub", Access::Pull),
    ] {
        let refused = scene.receipt(name).await;
        assert_eq!((refused.outcome, refused.intent), (Outcome::Refused, intent), "{name}");
    }
    // Without `also`, nothing of Docker Hub was asked for to pull.
    scene.app.fetch(&scene.token, "/api/v1/docker-config?intent=push").await;
    assert_eq!(scene.receipt("hub").await.intent, Access::PullAndPush);
}

#[tokio::test]
async fn where_not_all_fit_what_the_image_is_pushed_with_is_held_and_what_is_pulled_is_left_out() {
    let app = App::new().await;
    let (pipeline, token) = app.bare_pipeline("build").await;
    let scene = Scene { app, pipeline, token };
    // Each fits into the variable alone. By name, what the job builds on comes first.
    let long = "x".repeat(60 * 1024);
    scene.granted_with(&long, "base", OWN, &[("access", "pull")]).await;
    scene.granted_with(&long, "image", "ghcr.io", &[("access", "pull_push")]).await;
    let without_image = "/api/v1/docker-auth-config?intent=push&also=pull".to_owned();
    for path in [pushing("docker-auth-config", "ghcr.io/acme/api"), without_image] {
        let reply = scene.app.fetch(&scene.token, &path).await;
        assert_eq!(auths(&reply).keys().collect::<Vec<_>>(), ["ghcr.io"], "{path}");
        assert_eq!(scene.receipt("image").await.outcome, Outcome::Delivered, "{path}");
        let left_out = scene.receipt("base").await;
        assert_eq!((left_out.outcome, left_out.intent), (Outcome::Refused, Access::Pull), "{path}");
        assert_eq!(left_out.reason.as_deref(), Some(Lost::TooLong.label()), "{path}");
    }
    // What only pulls has the room when nothing is pushed.
    let reply = scene.app.fetch(&scene.token, "/api/v1/docker-auth-config").await;
    assert_eq!(auths(&reply).keys().collect::<Vec<_>>(), [OWN]);
}
