//! What is taken back is refused by the next request at every server (security T15, figure F17): no
//! server remembers what another one has changed.

use crate::app::{App, Browser, PASSWORD, soak};
use crate::asking::DOORS;
use crate::canary::search::{Canary, Search};
use regcred::crypto::token::parse_token;
use regcred::domain::permission::of;
use regcred::domain::proof::Proof;
use regcred::domain::trust_rule::Provider;
use uuid::Uuid;

/// Fetches before it is taken back, so that a memory would have something to remember.
const WARM: usize = 3;

/// An instance with two servers, and a pipeline with a token of a person's and one of a run's.
struct Scene {
    app: App,
    second: Browser,
    credential: Uuid,
    pipeline: Uuid,
    token: String,
    short: String,
    search: Search,
}

impl Scene {
    async fn new() -> Self {
        let secret = Canary::text();
        let app = App::new().await;
        let credential =
            app.credential(&app.owner, "acme", "ghcr", "ghcr.io", secret.as_str()).await;
        let (pipeline, token) =
            app.pipeline(&app.owner, "acme", "build", &[credential], "pull").await;
        let short = app.proved(pipeline, &Proof::of(Provider::GitHub)).await;
        let second = app.another_server().await;
        let search = Search::new([&secret]);
        let scene = Self { app, second, credential, pipeline, token, short, search };
        for _ in 0..WARM {
            for token in [&scene.token, &scene.short] {
                for door in DOORS {
                    let reply = scene.second.fetch(token, door, &[]).await;
                    assert_eq!(reply.status, 200, "{door}: {}", reply.text());
                    assert_eq!(reply.deliveries().len(), 1, "{door}");
                }
            }
        }
        scene
    }

    /// Does something at the first server, and it works.
    async fn at_the_first(&self, path: &str, more: &[(&str, &str)]) {
        let pipeline = self.pipeline.to_string();
        let mut form = vec![("project", "acme"), ("pipeline", pipeline.as_str())];
        form.extend_from_slice(more);
        let reply = self.app.owner.post_json_accept(path, &form).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    }

    /// The next request at the second server, at each door, is answered with one of these statuses
    /// and without the secret.
    async fn assert_gone(&self, token: &str, statuses: &[u16]) {
        for door in DOORS {
            let reply = self.second.fetch(token, door, &[]).await;
            let status = reply.status.as_u16();
            assert!(statuses.contains(&status), "{door}: {status} {}", reply.text());
            self.search.assert_absent(door, &reply.everything());
            assert!(reply.lines("regcred-delivery").is_empty(), "{door}");
        }
    }

    async fn assert_works(&self, token: &str) {
        let reply = self.second.fetch(token, DOORS[0], &[]).await;
        assert_eq!((reply.status.as_u16(), reply.deliveries().len()), (200, 1));
    }
}

#[tokio::test]
async fn a_token_that_one_server_revokes_is_refused_by_the_next_request_at_another() {
    for _ in 0..soak(1, 20) {
        let scene = Scene::new().await;
        let id = parse_token(&scene.token).unwrap().id;
        scene.at_the_first("/rpc/tokens/revoke", &[("id", id.as_str())]).await;
        scene.assert_gone(&scene.token, &[401]).await;
        scene.assert_works(&scene.short).await;
    }
}

#[tokio::test]
async fn a_grant_that_one_server_takes_back_is_gone_from_the_next_request_at_another() {
    let scene = Scene::new().await;
    let reader =
        scene.app.evidence(&scene.app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let page = scene.app.vault.pipeline_page(&reader, scene.pipeline).await.unwrap();
    let grant = page.pipeline.grants[0].id.to_string();
    scene.at_the_first("/rpc/grants/delete", &[("id", grant.as_str())]).await;
    // Files are empty, and one credential is not found.
    for token in [&scene.token, &scene.short] {
        scene.assert_gone(token, &[200, 404]).await;
    }
}

#[tokio::test]
async fn a_rule_that_one_server_deletes_ends_its_short_lived_tokens_at_another() {
    let scene = Scene::new().await;
    let fields = [
        ("form[provider]", "github"),
        ("form[issuer]", "https://token.actions.githubusercontent.com"),
        ("form[audience]", "https://regcred.example.com"),
        ("form[claims][repository_id]", "7"),
        ("form[claims][repository_owner_id]", "8"),
        ("form[claims][ref]", "refs/heads/main"),
    ];
    let reply = scene.app.ask_rule(&scene.app.owner, scene.pipeline, &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reader =
        scene.app.evidence(&scene.app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let page = scene.app.vault.pipeline_page(&reader, scene.pipeline).await.unwrap();
    let rule = page.pipeline.rules[0].id.to_string();
    scene.at_the_first("/rpc/trust-rules/delete", &[("id", rule.as_str())]).await;
    scene.assert_gone(&scene.short, &[401]).await;
    scene.assert_works(&scene.token).await;
}

#[tokio::test]
async fn a_credential_that_one_server_disables_is_kept_back_at_another() {
    let scene = Scene::new().await;
    let id = scene.credential.to_string();
    scene.at_the_first("/rpc/credentials/disable", &[("id", id.as_str())]).await;
    scene.assert_gone(&scene.token, &[200, 403]).await;
    scene.at_the_first("/rpc/credentials/enable", &[("id", id.as_str())]).await;
    scene.assert_works(&scene.token).await;
}

#[tokio::test]
async fn a_pipeline_that_one_server_deletes_is_nobody_at_another() {
    let scene = Scene::new().await;
    let id = scene.pipeline.to_string();
    let form = [("id", id.as_str()), ("typed_name", "build"), ("password", PASSWORD)];
    scene.at_the_first("/rpc/pipelines/delete", &form).await;
    for token in [&scene.token, &scene.short] {
        scene.assert_gone(token, &[401]).await;
    }
}

#[tokio::test]
async fn terms_that_change_hold_from_the_next_request_at_another_server() {
    let scene = Scene::new().await;
    assert_eq!(scene.app.raw("UPDATE access_grant SET expires_on = '2020-01-31'").await, 1);
    scene.assert_gone(&scene.token, &[200, 403]).await;
    assert_eq!(scene.app.raw("UPDATE access_grant SET expires_on = NULL").await, 1);
    scene.assert_works(&scene.token).await;
}
