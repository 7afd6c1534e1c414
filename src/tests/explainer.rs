//! The explainer: what it says is what a delivery does, it hands out nothing, and what it is asked
//! to suppose proves nothing.

mod formats;
mod offers;
mod unreadable;

use crate::app::{App, Reply};
use regcred::Error;
use regcred::domain::listing::percent;
use regcred::domain::matching::{ExplainForm, Explanation, Lost};
use regcred::domain::permission::of;
use regcred::domain::user::Role;
use uuid::Uuid;

/// An instance with credentials of `ghcr.io` for different paths and access, and one that is not
/// granted. The secret of each is `hunter2-` and its name.
struct Scene {
    app: App,
    pipeline: Uuid,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        let app = App::new().await;
        let mut granted = Vec::new();
        for (name, host, paths, access) in [
            ("whole", "ghcr.io", "", "pull"),
            ("team-reads", "ghcr.io", "acme", "pull"),
            ("team-writes", "ghcr.io", "acme", "pull_push"),
            ("api", "ghcr.io", "acme/api", "pull_push"),
            ("twin-one", "quay.io", "", "pull"),
            ("twin-two", "quay.io", "", "pull"),
            ("stopped", "stopped.example.com", "", "pull"),
            ("not-granted", "ghcr.io", "acme/api/v2", "pull"),
        ] {
            let more = [("paths", paths), ("access", access)];
            let secret = format!("hunter2-{name}");
            let id = app.credential_with(&app.owner, "acme", name, host, &secret, &more).await;
            granted.push((id, access));
        }
        granted.pop();
        let (pipeline, token) = app.bare_pipeline("build").await;
        for (id, access) in &granted {
            app.grant(pipeline, *id, &[("form[intent]", *access)]).await;
        }
        let stopped = granted[6].0.to_string();
        let form = [("project", "acme"), ("id", stopped.as_str())];
        assert_eq!(app.owner.post_json_accept("/rpc/credentials/disable", &form).await.status, 200);
        Self { app, pipeline, token }
    }

    /// As the page of the explainer asks.
    async fn explain(
        &self,
        image: &str,
        intent: &str,
        pipeline: &str,
    ) -> Result<Explanation, Error> {
        let member = self.app.evidence(&self.app.owner, "acme").await;
        let (image, intent, pipeline) = (image.to_owned(), intent.to_owned(), pipeline.to_owned());
        let form = ExplainForm { image, intent, pipeline, ..ExplainForm::default() };
        self.app.vault.explain(&member.can::<of::PipelineRead>().unwrap(), &form).await
    }

    async fn explained(&self, image: &str, intent: &str) -> Explanation {
        let said = self.explain(image, intent, &self.pipeline.to_string()).await.unwrap();
        assert!(!serde_json::to_string(&said).unwrap().contains("hunter2"));
        said
    }
}

fn read(reply: &Reply) -> Explanation {
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(!reply.text().contains("hunter2"));
    serde_json::from_slice(&reply.body).unwrap()
}

/// The name of the one that wins.
fn winner(explanation: &Explanation) -> Option<&str> {
    let won = explanation.verdicts.iter().find(|verdict| verdict.lost.is_none());
    won.map(|verdict| verdict.name.as_str())
}

fn lost(explanation: &Explanation, name: &str) -> Option<Lost> {
    explanation.verdicts.iter().find(|verdict| verdict.name == name).and_then(|found| found.lost)
}

#[tokio::test]
async fn what_it_says_is_what_a_delivery_does() {
    let scene = Scene::new().await;
    for image in [
        "ghcr.io/acme/api:1.2",
        "ghcr.io/acme/api/v2",
        "ghcr.io/acme/web@sha256:0a",
        "ghcr.io/acmeco/web",
        "ghcr.io/zebra",
        "quay.io/acme/api",
        "stopped.example.com/acme/api",
        "nothing.example.com/acme/api",
        "nginx",
    ] {
        for (word, intent) in [("pull", "pull"), ("pull_push", "push")] {
            let said = scene.explained(image, word).await;
            let path = format!("/api/v1/credential?image={}&intent={intent}", percent(image));
            let reply = scene.app.fetch(&scene.token, &path).await;
            let case = format!("{image} to {intent}: {}", said.summary);
            match winner(&said) {
                Some(name) => {
                    assert_eq!(reply.status, 200, "{case}: {}", reply.text());
                    assert_eq!(reply.json()["secret"], format!("hunter2-{name}"), "{case}");
                    assert!(said.summary.contains(name), "{case}");
                }
                None => {
                    assert!(matches!(reply.status.as_u16(), 403 | 404 | 409), "{case}");
                    assert!(!reply.text().contains("hunter2"), "{case}");
                    let is_absent = reply.status == 404;
                    let without = if intent == "pull" {
                        "anonymously"
                    } else {
                        "the registry denies the push"
                    };
                    assert_eq!(said.summary.contains(without), is_absent, "{case}");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_comes_of_no_credential_is_said_of_a_pull_and_of_a_push() {
    let scene = Scene::new().await;
    let said = scene.explained("unknown.example.com/acme/api", "pull").await;
    assert!(said.summary.ends_with("no credential and pull anonymously."), "{}", said.summary);
    let said = scene.explained("unknown.example.com/acme/api", "pull_push").await;
    let denied = "no credential, and the registry denies the push.";
    assert!(said.summary.ends_with(denied), "{}", said.summary);
}

#[tokio::test]
async fn each_that_lost_is_told_why() {
    let scene = Scene::new().await;
    let said = scene.explained("ghcr.io/acme/api/v2", "pull").await;
    assert_eq!((said.host.as_str(), said.repository.as_str()), ("ghcr.io", "acme/api/v2"));
    assert_eq!((said.verdicts.len(), winner(&said)), (5, Some("api")));
    assert_eq!(said.verdicts[0].name, "api", "the winner stands first");
    for (name, why) in [
        ("whole", Lost::ShorterPrefix),
        ("team-reads", Lost::ShorterPrefix),
        ("team-writes", Lost::ShorterPrefix),
        ("not-granted", Lost::NotGranted),
    ] {
        assert_eq!(lost(&said, name), Some(why), "{name}");
    }
    let said = scene.explained("ghcr.io/acme/web", "pull").await;
    assert_eq!(winner(&said), Some("team-reads"));
    assert_eq!(lost(&said, "team-writes"), Some(Lost::Wider), "the narrowest that is enough");
    assert_eq!(lost(&said, "api"), Some(Lost::OtherRepository));
    let said = scene.explained("ghcr.io/acme/web", "pull_push").await;
    assert_eq!(winner(&said), Some("team-writes"));
    assert_eq!(lost(&said, "team-reads"), Some(Lost::WrongIntent));
    let said = scene.explained("quay.io/acme/api", "pull").await;
    assert_eq!(lost(&said, "twin-one"), Some(Lost::Tie));
    assert!(said.summary.contains("twin-one") && said.summary.contains("twin-two"));
    let said = scene.explained("stopped.example.com/acme/api", "pull").await;
    assert_eq!(lost(&said, "stopped"), Some(Lost::Disabled));
    assert!(!said.formats.is_empty());
    assert!(said.formats.iter().all(|format| format.holds.contains(Lost::Disabled.label())));
}

#[tokio::test]
async fn asking_hands_out_nothing_and_leaves_no_receipt() {
    let scene = Scene::new().await;
    let mut said = scene.explained("ghcr.io/acme/api", "pull").await;
    let path = "/api/v1/match?image=ghcr.io%2Facme%2Fapi&intent=pull";
    let reply = scene.app.fetch(&scene.token, path).await;
    // What else the project has is not the pipeline's business.
    let all = said.verdicts.len();
    said.verdicts.retain(|verdict| verdict.lost != Some(Lost::NotGranted));
    assert_eq!((said.verdicts.len(), reply.text().contains("not-granted")), (all - 1, false));
    assert_eq!(read(&reply), said, "of its own grants the pipeline is told the same");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert!(reply.lines("regcred-delivery").is_empty());
    assert_eq!(scene.app.count_receipts().await, 0);
    assert_eq!(scene.app.counted_i64("SELECT COUNT(*) FROM usage").await, 0);
}

#[tokio::test]
async fn what_it_is_asked_to_suppose_proves_nothing() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let guarded = app.credential(&app.owner, "acme", "guarded", "reg.example.com", "s").await;
    let terms = [("form[branches]", "main"), ("form[events]", "push")];
    app.grant(scene.pipeline, guarded, &terms).await;
    let path = "/api/v1/match?image=reg.example.com%2Facme%2Fapi";
    for (more, why) in [
        ("", Some(Lost::BranchNotProved)),
        ("&branch=main", Some(Lost::EventNotProved)),
        ("&branch=dev&event=push", Some(Lost::Branch)),
        ("&branch=refs%2Ftags%2Fmain&event=push", Some(Lost::Branch)),
        ("&branch=main&event=schedule", Some(Lost::Event)),
        ("&branch=main&event=push&fork=true", Some(Lost::Fork)),
        ("&branch=main&event=push&fork=false", None),
        ("&branch=refs%2Fheads%2Fmain&event=push", None),
    ] {
        let reply = app.fetch(&scene.token, &format!("{path}{more}")).await;
        assert_eq!(lost(&read(&reply), "guarded"), why, "{more}");
    }
    let reply = app.fetch(&scene.token, "/api/v1/credential?server=reg.example.com").await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (403, "forbidden"));
    assert!(reply.text().contains(Lost::BranchNotProved.label()));
}

#[tokio::test]
async fn an_invalid_image_pipeline_or_intent_is_refused_at_its_field() {
    let scene = Scene::new().await;
    let (known, unknown) = (scene.pipeline.to_string(), Uuid::now_v7().to_string());
    let (known, unknown) = (known.as_str(), unknown.as_str());
    for (image, intent, pipeline, at) in [
        ("", "pull", known, "image"),
        ("ghcr.io/", "pull", known, "image"),
        ("zebra@ghcr.io/x", "pull", known, "image"),
        ("ghcr.io/acme/api", "push", known, "intent"),
        ("ghcr.io/acme/api", "", "zebra", "pipeline"),
        ("ghcr.io/acme/api", "", unknown, "pipeline"),
    ] {
        let case = format!("{image} {intent} {pipeline}");
        let error = scene.explain(image, intent, pipeline).await.unwrap_err();
        let Error::Invalid(fields) = error else { panic!("{case}: {error}") };
        assert!(fields.iter().any(|field| field.field == at), "{case}: {fields:?}");
        assert!(fields.iter().all(|field| !field.message.contains("zebra")), "{case}");
    }
    // All at once, so that nobody mends one to be told of the next.
    let Err(Error::Invalid(fields)) = scene.explain("", "push", "zebra").await else {
        panic!("all of it is wrong")
    };
    let fields: Vec<&str> = fields.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["image", "intent", "pipeline"]);
    let reply = scene.app.fetch(&scene.token, "/api/v1/match?image=zebra%40ghcr.io%2Fx").await;
    assert!(reply.status == 400 && !reply.text().contains("zebra"));
    assert_eq!(scene.app.fetch("", "/api/v1/match?image=nginx").await.status, 401);
}

#[tokio::test]
async fn the_page_grants_what_is_not_granted_and_folds_formats_that_would_hold_nothing() {
    let scene = Scene::new().await;
    let pipeline = scene.pipeline;
    let ask = |image: &str| {
        format!("/p/acme/match?image={}&pipeline={pipeline}&intent=pull", percent(image))
    };
    let (path, folded) = (ask("ghcr.io/acme/api/v2"), "<summary>What each format");
    let page = scene.app.owner.get(&path).await.text();
    assert_eq!(page.matches("Grant it").count(), 1, "{page}");
    assert!(page.contains(&format!("/grant?pipeline={pipeline}")) && !page.contains(folded));
    // Who may not grant is told what to do instead.
    let viewer = scene.app.member(Role::Viewer, "acme").await;
    let page = viewer.get(&path).await.text();
    assert!(page.contains("It is not granted to this pipeline.") && !page.contains("Grant it"));
    let page = scene.app.owner.get(&ask("stopped.example.com/acme/api")).await.text();
    assert!(page.contains(folded), "{page}");
}
