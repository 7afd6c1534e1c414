//! A grant that was rejected is never said to wait, wherever somebody asks why nothing comes.

use super::{PUSH, Scene};
use regcred::domain::matching::{ExplainForm, Explanation, Lost};
use regcred::domain::permission::of;
use regcred::domain::user::Role;

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
