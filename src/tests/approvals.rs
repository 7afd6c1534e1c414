//! Approvals: using a protected credential that can push takes a second person, and not for ever.

mod changed;
mod counted;
mod newer;
mod paged;
pub mod pending;
mod rejected;
mod settled;
mod tampered;

use crate::app::{App, Browser, PASSWORD, Reply, token_in};
use regcred::domain::audit::Action;
use regcred::domain::credential::Access;
use regcred::domain::matching::Lost;
use regcred::domain::permission::of;
use regcred::domain::pipeline::{Grant, PipelineDetail};
use regcred::domain::user::Role;
use uuid::Uuid;

const PUSH: &str = "/api/v1/credential?server=ghcr.io&repository=acme%2Fapi&intent=push";
const PULL: &str = "/api/v1/credential?server=ghcr.io&repository=acme%2Fapi";

/// An instance with a protected credential that the owner has granted for pushing.
struct Scene {
    app: App,
    credential: Uuid,
    pipeline: Uuid,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        let app = App::new().await;
        let more = [("is_protected", "true")];
        let credential = app
            .credential_with(&app.owner, "acme", "release", "ghcr.io", "hunter2-hunter2", &more)
            .await;
        let (pipeline, token) = app.bare_pipeline("build").await;
        let scene = Self { app, credential, pipeline, token };
        scene.grant().await;
        scene
    }

    async fn grant(&self) {
        let push = [("form[intent]", "pull_push")];
        self.app.grant(self.pipeline, self.credential, &push).await;
    }

    /// The only grant, as this person sees it.
    async fn seen_by(&self, by: &Browser) -> Grant {
        self.page(by).await.grants.into_iter().next().unwrap()
    }

    async fn page(&self, by: &Browser) -> PipelineDetail {
        let reader = self.app.evidence(by, "acme").await.can::<of::PipelineRead>().unwrap();
        self.app.vault.pipeline_page(&reader, self.pipeline).await.unwrap().pipeline
    }

    /// Another token, made by that person.
    async fn another_token(&self, by: &Browser) -> String {
        let pipeline = self.pipeline.to_string();
        let form = [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("token_days", "30"),
            ("password", PASSWORD),
        ];
        let reply = by.post_form("/rpc/tokens/create", &form).await;
        token_in(&by.follow(reply).await.text()).unwrap()
    }

    async fn approve_with(&self, by: &Browser, more: &[(&str, &str)]) -> Reply {
        let page = self.page(&self.app.owner).await;
        let (grant, revision) =
            (page.grants[0].id.to_string(), page.grants[0].revision.to_string());
        let (pipeline, epoch) = (self.pipeline.to_string(), page.epoch.to_string());
        let mut form = vec![
            ("epoch", epoch.as_str()),
            ("revision", revision.as_str()),
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("id", grant.as_str()),
            ("days", "30"),
            ("password", PASSWORD),
        ];
        form.retain(|(field, _)| !more.iter().any(|(other, _)| other == field));
        form.extend_from_slice(more);
        by.post_json_accept("/rpc/grants/approve", &form).await
    }

    async fn approve(&self, by: &Browser) -> Reply {
        self.approve_with(by, &[]).await
    }

    /// The pipeline receives nothing, for this reason, which is on record: what it would pull with
    /// can push.
    async fn assert_waits(&self, because: Lost) {
        let reply = self.app.fetch(&self.token, PUSH).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (403, "forbidden"));
        assert!(reply.text().contains(because.label()), "{}", reply.text());
        assert!(!reply.text().contains("hunter2"));
        let receipt = self.app.receipts_of(self.pipeline).await.remove(0);
        assert_eq!(receipt.reason.as_deref(), Some(because.label()));
        assert_eq!(receipt.intent, Access::PullAndPush);
        assert_eq!(self.app.fetch(&self.token, PULL).await.status, 403);
    }

    async fn assert_pushes(&self) {
        let reply = self.app.fetch(&self.token, PUSH).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.json()["secret"], "hunter2-hunter2");
    }
}

#[tokio::test]
async fn pushing_with_a_protected_credential_waits_for_another_person() {
    let scene = Scene::new().await;
    scene.assert_waits(Lost::NotApproved).await;
    let own = scene.approve(&scene.app.owner).await;
    assert_eq!(own.status, 409, "who gave it cannot approve it: {}", own.text());
    scene.assert_waits(Lost::NotApproved).await;

    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    assert!(scene.seen_by(&scene.app.owner).await.is_own);
    assert!(!scene.seen_by(&maintainer).await.is_own);
    let reply = scene.approve(&maintainer).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    scene.assert_pushes().await;
    let approval = scene.seen_by(&scene.app.owner).await.terms.approval.unwrap();
    assert_eq!(approval.by, "maintainer");
    assert_eq!(approval.until.days_after(approval.at.day()), 30);
}

#[tokio::test]
async fn an_approval_and_what_it_approves_are_in_the_audit() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    scene.approve(&scene.app.owner).await;
    scene.approve(&maintainer).await;
    let project = scene.app.evidence(&scene.app.owner, "acme").await.project().id;
    let events = scene.app.vault.store().chain().about(project, scene.pipeline, 50).await.unwrap();
    let done: Vec<(Action, &str)> =
        events.iter().map(|event| (event.action, event.actor.as_str())).take(2).collect();
    assert_eq!(
        done,
        [(Action::GrantApproved, "maintainer"), (Action::GrantCreated, "Olga Owner")],
        "and nothing of what was refused"
    );
    let until = scene.seen_by(&maintainer).await.terms.approval.unwrap().until.to_text();
    let detail = events[0].detail.to_text();
    assert!(detail.contains("release") && detail.contains(&until), "{detail}");
    scene.app.assert_chain_holds().await;
}

#[tokio::test]
async fn an_approval_ends_and_can_be_given_again() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    scene.approve(&maintainer).await;
    scene.assert_pushes().await;
    let ended = "UPDATE access_grant SET approved_until = '2020-01-31'";
    assert_eq!(scene.app.raw(ended).await, 1);
    scene.assert_waits(Lost::ApprovalEnded).await;
    assert_eq!(scene.approve(&scene.app.owner).await.status, 409, "nor does who gave it renew it");
    assert_eq!(scene.approve(&maintainer).await.status, 200);
    scene.assert_pushes().await;
    // What cannot be read is no approval.
    scene.app.raw("UPDATE access_grant SET approved_until = 'always'").await;
    scene.assert_waits(Lost::NotApproved).await;
}

#[tokio::test]
async fn an_approval_is_for_one_grant_and_ends_with_it() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    scene.approve(&maintainer).await;
    scene.assert_pushes().await;
    let (pipeline, grant) =
        (scene.pipeline.to_string(), scene.seen_by(&maintainer).await.id.to_string());
    let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", grant.as_str())];
    assert_eq!(maintainer.post_json_accept("/rpc/grants/delete", &form).await.status, 200);
    assert_eq!(scene.app.fetch(&scene.token, PUSH).await.status, 404);
    let gone = maintainer
        .post_json_accept(
            "/rpc/grants/approve",
            &[form.as_slice(), &[("days", "30"), ("password", PASSWORD)]].concat(),
        )
        .await;
    assert_eq!(gone.status, 404);
    scene.grant().await;
    scene.assert_waits(Lost::NotApproved).await;
}

#[tokio::test]
async fn approving_takes_permission_ones_own_password_and_a_number_of_days() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    for role in [Role::Viewer, Role::Auditor] {
        let member = scene.app.member(role, "acme").await;
        assert_eq!(scene.approve(&member).await.status, 403, "{role:?}");
    }
    assert_eq!(scene.approve(&scene.app.nobody()).await.status, 401);
    let beta = scene.app.project("beta").await;
    assert_eq!(scene.approve(&beta).await.status, 404);
    for password in ["", "wrong password"] {
        let reply = scene.approve_with(&maintainer, &[("password", password)]).await;
        assert_eq!(reply.status, 422, "{password}");
        assert!(reply.at("password").is_some());
    }
    for days in ["", "0", "-1", "366", "x", "1.5", "99999999999999999999"] {
        let reply = scene.approve_with(&maintainer, &[("days", days)]).await;
        assert_eq!(reply.status, 422, "{days}");
        assert!(reply.at("days").is_some(), "{days}");
    }
    let both = [("days", "0"), ("password", "wrong password")];
    let reply = scene.approve_with(&maintainer, &both).await;
    assert!(reply.at("days").is_some() && reply.at("password").is_some(), "{}", reply.text());
    let elsewhere = Uuid::now_v7().to_string();
    for field in ["id", "pipeline"] {
        let reply = scene.approve_with(&maintainer, &[(field, elsewhere.as_str())]).await;
        assert_eq!(reply.status, 404, "{field}");
    }
    scene.assert_waits(Lost::NotApproved).await;
}

#[tokio::test]
async fn an_approval_says_that_a_pipeline_can_use_a_credential_only_where_and_while_it_can() {
    let mut scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    let end = (time::OffsetDateTime::now_utc() + time::Duration::days(3)).date().to_string();
    let earlier = format!("can use release until {end}.");
    for (name, branches, ends, told) in [
        ("any", "", "", "can use release until "),
        ("main", "main", "", "is approved until "),
        ("short", "", end.as_str(), earlier.as_str()),
    ] {
        (scene.pipeline, scene.token) = scene.app.bare_pipeline(name).await;
        let terms = [
            ("form[intent]", "pull_push"),
            ("form[branches]", branches),
            ("form[expires_on]", ends),
        ];
        scene.app.grant(scene.pipeline, scene.credential, &terms).await;
        let page = scene.page(&maintainer).await;
        let (pipeline, id) = (scene.pipeline.to_string(), page.grants[0].id.to_string());
        let (epoch, revision) = (page.epoch.to_string(), page.grants[0].revision.to_string());
        let form = [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("id", id.as_str()),
            ("epoch", epoch.as_str()),
            ("revision", revision.as_str()),
            ("days", "30"),
            ("password", PASSWORD),
        ];
        let reply = maintainer.post_form("/rpc/grants/approve", &form).await;
        let said = maintainer.follow(reply).await.text();
        assert!(said.contains(told), "{name}: {said}");
        let is_met = said.contains("can use release until ");
        assert_ne!(is_met, said.contains("is approved until "), "{name}: {said}");
    }
}

#[tokio::test]
async fn a_grant_that_needs_no_approval_takes_none() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    let app = &scene.app;
    let plain = app.credential(&app.owner, "acme", "plain", "quay.io", "s").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "other", &[plain], "pull_push").await;
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let page = app.vault.pipeline_page(&reader, pipeline).await.unwrap();
    let (pipeline, grant) = (pipeline.to_string(), page.pipeline.grants[0].id.to_string());
    let other = [("pipeline", pipeline.as_str()), ("id", grant.as_str())];
    assert_eq!(scene.approve_with(&maintainer, &other).await.status, 409);
    let push = "/api/v1/credential?server=quay.io&intent=push";
    assert_eq!(app.fetch(&token, push).await.status, 200);
    // A grant to pull hands out the same secret, so it waits as well.
    let (pipeline, token) = app.bare_pipeline("reader").await;
    app.grant(pipeline, scene.credential, &[]).await;
    let reply = app.fetch(&token, PULL).await;
    assert_eq!(reply.status, 403);
    assert!(reply.text().contains(Lost::NotApproved.label()));
}
