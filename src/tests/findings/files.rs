//! What files name beside what was delivered.

use super::{App, Scene, in_days, none, one};
use crate::definitions::{SELF, report};
use regcred::domain::finding::FindingKind;
use regcred::domain::permission::of;
use regcred::vault::told_at;

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

/// What the Dockerfile of the pipeline says after so many days, each time.
async fn declared(scene: &Scene, texts: &[(i64, &str)]) {
    for (days, text) in texts {
        told_at(in_days(*days), scene.declare("Dockerfile", text)).await;
    }
}

#[tokio::test]
async fn the_week_to_fetch_runs_on_whatever_else_changes_in_the_file() {
    let scene = Scene::new().await;
    let texts = [
        (0, "FROM ghcr.io/acme/base\n"),
        (3, "# A comment.\nFROM ghcr.io/acme/base\n"),
        (6, "# Another one.\nFROM ghcr.io/acme/base:2\nRUN true\n"),
    ];
    declared(&scene, &texts).await;
    assert_eq!(scene.found(6).await, none());
    assert_eq!(scene.found(8).await, one(FindingKind::NotDelivered, "ghcr", "build"));
}

#[tokio::test]
async fn what_was_named_no_more_for_a_while_has_a_new_week() {
    let scene = Scene::new().await;
    let texts =
        [(0, "FROM ghcr.io/acme/base\n"), (3, "FROM scratch\n"), (6, "FROM ghcr.io/acme/base\n")];
    declared(&scene, &texts).await;
    assert_eq!(scene.found(12).await, none());
    assert_eq!(scene.found(14).await, one(FindingKind::NotDelivered, "ghcr", "build"));
}

#[tokio::test]
async fn what_was_off_for_a_while_has_a_new_week() {
    let scene = Scene::new().await;
    declared(&scene, &[(0, "FROM ghcr.io/acme/base\n")]).await;
    let editor = scene.app.evidence(&scene.app.owner, "acme").await;
    let editor = editor.can::<of::RegistryWrite>().unwrap();
    for (days, is_disabled) in [(1, true), (6, false)] {
        let switching = scene.app.vault.set_disabled(&editor, scene.ghcr, is_disabled);
        told_at(in_days(days), switching).await.unwrap();
    }
    assert_eq!(scene.found(12).await, none());
    assert_eq!(scene.found(14).await, one(FindingKind::NotDelivered, "ghcr", "build"));
}

#[tokio::test]
async fn what_no_file_names_stays_found_whatever_else_changes_in_the_files() {
    let scene = Scene::new().await;
    declared(&scene, &[(0, "FROM ghcr.io/acme/base\n")]).await;
    for image in ["acme/base", "acme/web"] {
        let path = format!("/api/v1/docker-config?image=ghcr.io/{image}");
        let reply = told_at(in_days(1), scene.app.fetch(&scene.token, &path)).await;
        assert_eq!(reply.status, 200);
    }
    let web = one(FindingKind::NotDeclared, "ghcr", "build");
    assert_eq!(scene.found(1).await, web);
    declared(&scene, &[(2, "# A comment.\nFROM ghcr.io/acme/base\n")]).await;
    assert_eq!(scene.found(2).await, web);
}

#[tokio::test]
async fn of_a_file_that_a_server_of_before_wrote_the_week_runs_from_its_last_change() {
    let scene = Scene::new().await;
    declared(&scene, &[(0, "FROM ghcr.io/acme/base\n")]).await;
    scene.app.raw("UPDATE definition_statement SET named_since = NULL").await;
    scene.app.raw("UPDATE definition SET names_changed_at = NULL").await;
    declared(&scene, &[(3, "# A comment.\nFROM ghcr.io/acme/base\n")]).await;
    assert_eq!(scene.found(6).await, none());
    assert_eq!(scene.found(8).await, one(FindingKind::NotDelivered, "ghcr", "build"));
}
