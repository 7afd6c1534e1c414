//! A rejection is for what stood on the page of who rejects, and comes in time. A grant that was rejected is
//! never said to wait, wherever somebody asks why nothing comes.

use super::pending::pending;
use super::{PUSH, Scene};
use crate::app::{Browser, PASSWORD, Reply};
use regcred::domain::matching::{ExplainForm, Explanation, Lost};
use regcred::domain::permission::of;
use regcred::domain::pipeline::PipelineDetail;
use regcred::domain::user::Role;

const CHANGED: &str = "Something changed while this page was open: ";
const OTHERS: &str = "a token or trust rule was added";

impl Scene {
    pub(super) async fn reject(&self, by: &Browser, reason: &str) -> Reply {
        let seen = self.page(&self.app.owner).await;
        self.reject_as(by, &seen, reason).await
    }

    /// Rejects the only grant as it stood on the page.
    pub(super) async fn reject_as(
        &self,
        by: &Browser,
        seen: &PipelineDetail,
        reason: &str,
    ) -> Reply {
        let form = rejected(seen, reason);
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        by.post_json_accept("/rpc/grants/reject", &form).await
    }
}

/// The form that rejects the first grant of the page.
pub(super) fn rejected(seen: &PipelineDetail, reason: &str) -> [(&'static str, String); 6] {
    [
        ("project", "acme".to_owned()),
        ("pipeline", seen.summary.id.to_string()),
        ("id", seen.grants[0].id.to_string()),
        ("epoch", seen.epoch.to_string()),
        ("revision", seen.grants[0].revision.to_string()),
        ("reason", reason.to_owned()),
    ]
}

/// Somebody more acts as the pipeline: by another token, or by a trust rule.
async fn widen(scene: &Scene, is_rule: bool) {
    let owner = &scene.app.owner;
    if !is_rule {
        scene.another_token(owner).await;
        return;
    }
    let fields = [("form[provider]", "drone"), ("form[claims][repo.id]", "7")];
    let reply = scene.app.ask_rule(owner, scene.pipeline, &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn nobody_says_no_to_a_token_or_rule_that_was_not_on_the_page() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    for is_rule in [false, true] {
        let before = scene.page(&maintainer).await;
        widen(&scene, is_rule).await;
        let late = scene.reject_as(&maintainer, &before, "No.").await;
        assert_eq!(late.status, 409, "{}", late.text());
        assert!(late.text().contains(&format!("{CHANGED}{OTHERS}")), "{}", late.text());
        assert_eq!(pending(&scene.app, &maintainer).await.len(), 1, "it asks as before");
        assert!(scene.seen_by(&maintainer).await.rejection.is_none());
        assert_eq!(scene.reject(&maintainer, "No.").await.status, 200, "on the page of now");
        assert!(pending(&scene.app, &maintainer).await.is_empty());
    }
    scene.assert_waits(Lost::Rejected).await;
}

#[tokio::test]
async fn a_rejection_that_is_sent_again_changes_nothing() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    let seen = scene.page(&maintainer).await;
    assert_eq!(scene.reject_as(&maintainer, &seen, "No.").await.status, 200);
    let again = scene.reject_as(&maintainer, &seen, "Never.").await;
    assert_eq!(again.status, 409, "{}", again.text());
    assert!(again.text().contains(&format!("{CHANGED}the grant was approved")), "{}", again.text());
    assert_eq!(scene.seen_by(&maintainer).await.rejection.unwrap().reason, "No.");
    // Nor does it silence what is asked for afterwards.
    scene.another_token(&scene.app.owner).await;
    assert_eq!(scene.reject_as(&maintainer, &seen, "Never.").await.status, 409);
    assert_eq!(pending(&scene.app, &maintainer).await.len(), 1);
    scene.app.assert_chain_holds().await;
}

#[tokio::test]
async fn a_page_that_is_out_of_date_says_so_and_keeps_the_reason() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    let before = scene.page(&maintainer).await;
    widen(&scene, false).await;
    let form = rejected(&before, "Ask for one repository.");
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let reply = maintainer.post_form("/rpc/grants/reject", &form).await;
    let page = maintainer.follow(reply).await.text();
    assert!(page.contains(CHANGED) && page.contains("Ask for one repository."), "{page}");
    // What stands there now can be rejected as it is.
    let now = scene.page(&maintainer).await.epoch;
    assert_eq!(page.matches(&format!("name=\"epoch\" value=\"{now}\"")).count(), 2, "{page}");
}

#[tokio::test]
async fn who_decides_too_late_is_told_so() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    assert_eq!(scene.approve(&maintainer).await.status, 200);
    let (id, of) = (scene.seen_by(&maintainer).await.id.to_string(), scene.pipeline.to_string());
    let form = [("project", "acme"), ("pipeline", &*of), ("id", &*id), ("reason", "No.")];
    let reply = maintainer.post_form("/rpc/grants/reject", &form).await;
    let page = maintainer.follow(reply).await.text();
    assert!(page.contains("This grant does not wait for an approval."), "{page}");
    // The change of guards was withdrawn meanwhile.
    let (of, gone) = (scene.credential.to_string(), scene.pipeline.to_string());
    let on = [("project", "acme"), ("credential", &*of), ("id", &*gone)];
    for (action, more) in [
        ("/rpc/guard-changes/reject", ("reason", "No.")),
        ("/rpc/guard-changes/approve", ("password", PASSWORD)),
    ] {
        let form: Vec<_> = on.into_iter().chain([more]).collect();
        let reply = maintainer.post_form(action, &form).await;
        let page = maintainer.follow(reply).await.text();
        assert!(page.contains("was deleted while the form was open"), "{action}: {page}");
    }
}

impl Scene {
    /// What the explainer says to the owner.
    async fn explained(&self) -> Explanation {
        let member = self.app.evidence(&self.app.owner, "acme").await;
        let (image, pipeline) = ("ghcr.io/acme/api".to_owned(), self.pipeline.to_string());
        let form = ExplainForm { image, pipeline, ..ExplainForm::default() };
        self.app.vault.explain(&member.can::<of::PipelineRead>().unwrap(), &form).await.unwrap()
    }
}

#[tokio::test]
async fn who_asks_why_nothing_comes_is_told_that_it_was_rejected_and_by_whom() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    assert_eq!(scene.reject(&maintainer, "Ask for one repository.").await.status, 200);
    scene.assert_waits(Lost::Rejected).await;
    let label = Lost::Rejected.label();
    let file = app.docker_config(&scene.token, "", &[]).await;
    assert!(file.header("regcred-left-out").contains(label));
    let said = scene.explained().await;
    assert_eq!(said.verdicts[0].lost, Some(Lost::Rejected));
    assert!(said.summary.contains(label), "{}", said.summary);

    let pipeline = format!("/p/acme/pipelines/{}", scene.pipeline);
    let asked = format!("pipeline={}&intent=pull&image=ghcr.io%2Facme%2Fapi", scene.pipeline);
    for path in [format!("{pipeline}/deliveries"), format!("/p/acme/match?{asked}")] {
        let page = app.owner.get(&path).await.text();
        assert!(page.contains(&format!("href=\"{pipeline}#grants\"")), "{path}: {page}");
        assert!(!page.to_lowercase().contains("waiting for approval"), "{path}: {page}");
    }
    // A receipt of an older version says it in other words.
    let before = "UPDATE receipt SET reason = 'the approval of the grant was rejected'";
    assert!(app.tamper(before).await > 0);
    let page = app.owner.get(&format!("{pipeline}/deliveries")).await.text();
    assert!(page.contains(&format!("href=\"{pipeline}#grants\"")), "{page}");
    let grant = scene.seen_by(&app.owner).await.id;
    let approval = format!("href=\"{pipeline}/grants/{grant}/approve\"");
    let page = app.owner.get(&pipeline).await.text();
    assert!(page.contains(&approval) && page.contains("Ask for one repository."), "{page}");
    // Who may not grant has no page for it, and reads the reason here.
    let page = app.member(Role::Viewer, "acme").await.get(&pipeline).await.text();
    assert!(!page.contains(&approval) && page.contains("Ask for one repository."), "{page}");
}

#[tokio::test]
async fn a_rejection_of_newer_tokens_is_told_to_those_alone() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    assert_eq!(scene.approve(&maintainer).await.status, 200);
    let newer = scene.another_token(&app.owner).await;
    let answer = async || app.fetch(&newer, PUSH).await.text();
    assert!(answer().await.contains(Lost::NewerThanApproval.label()));
    assert_eq!(scene.reject(&maintainer, "One token is enough.").await.status, 200);
    assert!(answer().await.contains(Lost::Rejected.label()));
    scene.assert_pushes().await;
    let said = scene.explained().await;
    assert_eq!(said.verdicts[0].lost, None);
    assert!(said.summary.contains("newer than the approval"), "{}", said.summary);
}
