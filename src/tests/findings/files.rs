//! What files name beside what was delivered.

use super::{App, Scene, none, one};
use crate::definitions::{SELF, report};
use regcred::domain::finding::FindingKind;

#[tokio::test]
async fn an_image_that_no_file_names_is_found_until_one_does() {
    let scene = Scene::new().await;
    scene.declare("Dockerfile", "FROM ghcr.io/acme/base\n").await;
    for (image, expected) in
        [("acme/base", none()), ("acme/web", one(FindingKind::NotDeclared, "ghcr", "build"))]
    {
        let path = format!("/api/v1/docker-config?image=ghcr.io/{image}");
        assert_eq!(scene.app.fetch(&scene.token, &path).await.status, 200);
        assert_eq!(scene.found(0).await, expected, "{image}");
    }
    let page = super::listed(&scene.app, super::FindingState::Open).await;
    assert_eq!(page.rows[0].found.about, "ghcr.io/acme/web");
    scene.declare("web.Dockerfile", "FROM ghcr.io/acme/web\n").await;
    assert_eq!(scene.found(0).await, none());
}

/// Lets GitHub's runs of one repository prove that they are the pipeline.
async fn trust_github(app: &App, pipeline: uuid::Uuid) {
    let rule = [
        ("form[provider]", "github"),
        ("form[issuer]", "https://token.actions.githubusercontent.com"),
        ("form[audience]", "https://regcred.example.com"),
        ("form[claims][repository_id]", "7"),
        ("form[claims][repository_owner_id]", "8"),
        ("form[claims][ref]", "refs/heads/*"),
    ];
    assert_eq!(app.ask_rule(&app.owner, pipeline, &rule).await.status, 200);
}

#[tokio::test]
async fn credentials_that_tie_on_a_branch_are_found_and_those_of_two_branches_are_not() {
    for (branch, expected) in [("main", one(FindingKind::Tie, "", "deploy")), ("dev", none())] {
        let app = App::new().await;
        let (deploy, token) = app.bare_pipeline("deploy").await;
        trust_github(&app, deploy).await;
        for (name, branch) in [("one", "main"), ("two", branch)] {
            let more = [("access", "pull")];
            let id = app.credential_with(&app.owner, "acme", name, "ghcr.io", name, &more).await;
            app.grant(deploy, id, &[("form[branches]", branch)]).await;
        }
        let text = report("Dockerfile", "FROM ghcr.io/acme/base\n");
        assert_eq!(app.nobody().tell(&token, SELF, &text).await.status, 200);
        assert_eq!(super::found(&app, 0).await, expected, "{branch}");
    }
}

#[tokio::test]
async fn what_a_run_of_a_branch_may_have_and_never_fetches_is_found() {
    let app = App::new().await;
    let (deploy, token) = app.bare_pipeline("deploy").await;
    trust_github(&app, deploy).await;
    let more = [("access", "pull")];
    let id = app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", "first", &more).await;
    app.grant(deploy, id, &[("form[branches]", "main")]).await;
    let text = report("Dockerfile", "FROM ghcr.io/acme/base\n");
    assert_eq!(app.nobody().tell(&token, SELF, &text).await.status, 200);
    assert_eq!(super::found(&app, 8).await, one(FindingKind::NotDelivered, "ghcr", "deploy"));
}
