//! Identity tokens that an issuer really signed: what is refused and written down, and what may be
//! asked for again.

use super::issuer::{AUDIENCE, Issuer};
use crate::app::App;
use regcred::domain::delivery::{Door, Outcome};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;
use uuid::Uuid;

const HERE: &[&str] = &["127.0.0.0/8"];

/// A pipeline of an instance that takes the word of one issuer.
struct Scene {
    app: App,
    issuer: Issuer,
    pipeline: Uuid,
}

impl Scene {
    async fn new(provider: &str, claims: &[(&str, &str)]) -> Self {
        let (app, issuer) = (App::reaching(HERE).await, Issuer::start().await);
        let (pipeline, _) = app.bare_pipeline("build").await;
        app.add_rule(pipeline, provider, &issuer.url, claims).await;
        Self { app, issuer, pipeline }
    }

    async fn github() -> Self {
        let ids = [("repository_id", "74"), ("repository_owner_id", "65")];
        Self::new("github", &[ids[0], ids[1], ("ref", "refs/heads/main")]).await
    }

    async fn gitlab() -> Self {
        Self::new("gitlab", &[("project_id", "20"), ("ref_path", "refs/heads/main")]).await
    }

    /// The answer to a token of a job that says this: its status and its sentence.
    async fn told(&self, claims: &Value) -> (u16, String) {
        let reply = self.app.show(self.pipeline, &self.issuer.token(claims)).await;
        let told = reply.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        (reply.status.as_u16(), told)
    }

    /// The reason in the last receipt.
    async fn reason(&self) -> String {
        let receipt = self.app.receipts_of(self.pipeline).await.remove(0);
        assert_eq!((receipt.door, receipt.outcome), (Door::Token, Outcome::Refused));
        receipt.reason.unwrap()
    }

    /// Lets the moment pass in which a lost answer may be asked for again.
    async fn later(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let sql = format!("DELETE FROM used_assertion WHERE expires_at < {}", now + 60_000);
        assert!(self.app.raw(&sql).await > 0);
    }
}

fn github() -> Value {
    json!({
        "repository_id": "74", "repository_owner_id": "65", "repository": "acme/api",
        "ref": "refs/heads/main", "event_name": "push", "run_id": "9",
    })
}

fn gitlab() -> Value {
    json!({
        "project_id": "20", "project_path": "acme/api", "ref": "main", "ref_type": "branch",
        "ref_path": "refs/heads/main", "pipeline_source": "push", "pipeline_id": "574",
    })
}

#[tokio::test]
async fn a_refused_audience_is_written_down_with_the_one_that_was_asked_for() {
    let scene = Scene::gitlab().await;
    let mut claims = gitlab();
    claims["aud"] = json!(["https://elsewhere.example.com", "x"]);
    let (status, told) = scene.told(&claims).await;
    assert_eq!(status, 403, "{told}");
    let reason = scene.reason().await;
    for part in ["https://elsewhere.example.com or x", AUDIENCE, "id_tokens:"] {
        assert!(told.contains(part) && reason.contains(part), "{part}: {told} {reason}");
    }
    let receipt = scene.app.receipts_of(scene.pipeline).await.remove(0);
    assert_eq!(receipt.proof.subject.as_deref(), Some("acme/api"));
    assert_eq!(receipt.proof.rule, None);
    // Nothing of a token that is not the issuer's, or whose time is over, is written down.
    let stranger = Issuer::start().await;
    claims["iss"] = json!(scene.issuer.url);
    let forged = scene.app.show(scene.pipeline, &stranger.token(&claims)).await;
    claims["exp"] = json!(1_700_000_000);
    let expired = scene.app.show(scene.pipeline, &scene.issuer.token(&claims)).await;
    for reply in [forged, expired] {
        assert_eq!(reply.status, 403);
        assert!(!reply.text().contains("elsewhere"), "{}", reply.text());
    }
    assert_eq!(scene.app.receipts_of(scene.pipeline).await.len(), 1);
}

#[tokio::test]
async fn a_claim_that_is_not_there_is_told_with_how_to_ask_for_it() {
    let id = "0184990a-4782-42b5-afc1-16715b10b8ff";
    let rule = [("organization_id", id), ("pipeline_id", id), ("build_branch", "main")];
    let scene = Scene::new("buildkite", &rule).await;
    let mut claims = json!({
        "pipeline_slug": "api", "build_branch": "main", "build_number": 1, "step_key": null,
    });
    let (status, told) = scene.told(&claims).await;
    let reason = scene.reason().await;
    let asked = "organization_id, pipeline_id are absent (request them with buildkite-agent oidc request-token --claim organization_id --claim pipeline_id)";
    assert_eq!((status, reason.as_str()), (403, asked));
    assert_eq!(told, format!("The token was not accepted: {asked}."));
    claims["organization_id"] = json!(id);
    claims["pipeline_id"] = json!(id);
    assert_eq!(scene.told(&claims).await.0, 200);
    claims["build_tag"] = json!("main");
    let (status, told) = scene.told(&claims).await;
    assert!(status == 403 && told.contains("a tag is not a branch"), "{told}");
}

#[tokio::test]
async fn a_fork_is_not_the_repository() {
    let project = "5bc9ccc2-0f9f-4a0e-8f1a-9b1a5d8e7f00";
    let rule = [
        ("oidc.circleci.com/project-id", project),
        ("oidc.circleci.com/vcs-origin", "github.com/acme/api"),
        ("oidc.circleci.com/vcs-ref", "refs/heads/main"),
    ];
    let scene = Scene::new("circleci", &rule).await;
    let mut claims = json!({
        "oidc.circleci.com/project-id": project, "oidc.circleci.com/vcs-ref": "refs/heads/main",
        "oidc.circleci.com/vcs-origin": "github.com/somebody/api",
    });
    let (status, told) = scene.told(&claims).await;
    assert!(status == 403 && told.contains("a fork is not the repository"), "{told}");
    assert!(!told.contains("somebody"), "{told}");
    claims["oidc.circleci.com/vcs-origin"] = json!("github.com/acme/api");
    assert_eq!(scene.told(&claims).await.0, 200);
}

#[tokio::test]
async fn a_token_for_ten_years_is_refused_whatever_its_provider() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let account = json!({"sub": "system:serviceaccount:ci:builder"});
    let cluster = [("sub", "system:serviceaccount:ci:builder")];
    for (scene, said) in [
        (Scene::gitlab().await, gitlab()),
        (Scene::new("kubernetes", &cluster).await, account.clone()),
        (Scene::new("oidc", &cluster).await, account),
    ] {
        let mut claims = said.clone();
        claims["exp"] = json!(now + 315_360_000);
        let (status, told) = scene.told(&claims).await;
        assert!(status == 403 && told.contains("more than 24 hours"), "{status} {told}");
        assert_eq!(scene.told(&said).await.0, 200);
    }
}

#[tokio::test]
async fn a_single_use_token_must_have_an_id() {
    let scene = Scene::github().await;
    for id in [json!(""), json!(null), json!(["a"]), json!({})] {
        let mut claims = github();
        claims["jti"] = id.clone();
        let (status, told) = scene.told(&claims).await;
        assert!(status == 403 && told.contains("it has no jti"), "{id}: {told}");
    }
    let used = "SELECT COUNT(*) FROM used_assertion";
    assert_eq!(scene.app.scalar_i64(used).await, 0);
}

#[tokio::test]
async fn a_lost_answer_may_be_asked_for_again_for_a_moment() {
    let scene = Scene::github().await;
    let app = &scene.app;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2-hunter2").await;
    app.grant(scene.pipeline, id, &[]).await;
    let token = scene.issuer.token(&github());
    let mut given = Vec::new();
    for _ in 0..2 {
        let reply = scene.app.show(scene.pipeline, &token).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        given.push(reply.json()["token"].as_str().unwrap().to_owned());
    }
    assert_ne!(given[0], given[1]);
    // What is fetched with the second says that it was one.
    for (token, is_repeated) in given.iter().zip([false, true]) {
        assert_eq!(app.fetch(token, "/api/v1/docker-config").await.status, 200);
        let receipt = app.receipts_of(scene.pipeline).await.remove(0);
        assert_eq!(receipt.proof.is_repeated, is_repeated);
        assert_eq!(receipt.proof.run.as_deref(), Some("9"));
    }
    // Only for the same pipeline.
    let (other, _) = scene.app.bare_pipeline("other").await;
    let ids = [("repository_id", "74"), ("repository_owner_id", "65"), ("ref", "refs/heads/main")];
    scene.app.add_rule(other, "github", &scene.issuer.url, &ids).await;
    let reply = scene.app.show(other, &token).await;
    assert_eq!(reply.status, 403, "{}", reply.text());
    scene.later().await;
    let reply = scene.app.show(scene.pipeline, &token).await;
    assert_eq!(reply.status, 403, "{}", reply.text());
    assert_eq!(scene.reason().await, "the token was already used");
    assert_eq!(scene.told(&github()).await.0, 200, "a fresh one is taken");
}

#[tokio::test]
async fn a_token_that_is_shown_many_times_at_once_is_one_run_and_later_nobodys() {
    let scene = Scene::github().await;
    let token = scene.issuer.token(&github());
    let mut shown = JoinSet::new();
    for _ in 0..8 {
        let (browser, pipeline, token) = (scene.app.nobody(), scene.pipeline, token.clone());
        shown.spawn(async move {
            let body = json!({ "pipeline": pipeline, "token": token }).to_string();
            browser.tell("", "/api/v1/token", &body).await.status.as_u16()
        });
    }
    assert_eq!(shown.join_all().await, [200; 8]);
    let first = "SELECT COUNT(*) FROM pipeline_token WHERE proof NOT LIKE '%is_repeated%'";
    assert_eq!(scene.app.scalar_i64(first).await, 1);
    scene.later().await;
    assert_eq!(scene.app.show(scene.pipeline, &token).await.status, 403);
    // Who takes the mark away changes nothing at the server that took the token.
    assert!(scene.app.tamper("DELETE FROM used_assertion").await > 0);
    assert_eq!(scene.app.show(scene.pipeline, &token).await.status, 403);
}
