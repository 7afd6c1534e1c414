//! The first steps of a project stand above its credentials until a pipeline has received something, or
//! until a member puts them away.

use crate::app::App;
use regcred::domain::user::Role;

const LIST: &str = "/p/acme/credentials";

async fn steps(app: &App) -> Option<(bool, bool, bool)> {
    let member = app.evidence(&app.owner, "acme").await;
    let steps = app.vault.first_steps(&member.can().unwrap()).await.unwrap();
    steps.map(|steps| (steps.has_credential, steps.has_pipeline, steps.has_receipt))
}

#[tokio::test]
async fn each_step_is_done_by_what_it_says_and_then_they_go() {
    let app = App::new().await;
    assert_eq!(steps(&app).await, Some((false, false, false)));
    let page = app.owner.get(LIST).await.text();
    assert!(
        page.contains("No registry credentials yet") && !page.contains("First steps"),
        "{page}"
    );
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    assert_eq!(steps(&app).await, Some((true, false, false)));
    let page = app.owner.get(LIST).await.text();
    assert!(page.contains("First steps") && page.contains("/p/acme/pipelines/new"), "{page}");
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    assert_eq!(steps(&app).await, Some((true, true, false)));
    assert!(app.owner.get(LIST).await.text().contains("Fetch the credential in a CI job"));
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 200);
    assert_eq!(steps(&app).await, None);
    assert!(!app.owner.get(LIST).await.text().contains("First steps"));
}

#[tokio::test]
async fn a_member_who_can_do_them_puts_them_away_for_all_and_others_never_see_them() {
    let app = App::new().await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let viewer = app.member(Role::Viewer, "acme").await;
    assert!(!viewer.get(LIST).await.text().contains("First steps"));
    let form = [("project", "acme")];
    let hide = "/rpc/first-steps/hide";
    assert_eq!(viewer.post_json_accept(hide, &form).await.status, 403);
    let maintainer = app.member(Role::Maintainer, "acme").await;
    assert!(maintainer.get(LIST).await.text().contains("First steps"));
    let reply = maintainer.post_form(hide, &form).await;
    assert!(reply.location().starts_with(LIST), "{}", reply.location());
    let page = maintainer.follow(reply).await.text();
    assert!(page.contains("hidden for every member"), "{page}");
    assert_eq!(steps(&app).await, None);
    assert!(!app.owner.get(LIST).await.text().contains("First steps"));
    // Those of another project stay.
    let beta = app.project("beta").await;
    app.credential(&beta, "beta", "ghcr", "ghcr.io", "hunter2").await;
    assert!(beta.get("/p/beta/credentials").await.text().contains("First steps"));
}

#[tokio::test]
async fn steps_that_are_over_are_not_asked_for_again() {
    let app = App::new().await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let times = async || {
        let (reply, asked) = app.watch.asked_by(app.owner.get(LIST)).await;
        assert_eq!(reply.status, 200);
        asked.iter().filter(|sql| sql.contains("has_receipt")).count()
    };
    assert_eq!((times().await, times().await), (1, 1));
    let reply = app.owner.post_form("/rpc/first-steps/hide", &[("project", "acme")]).await;
    assert!(reply.location().starts_with(LIST), "{}", reply.location());
    // Once, to find out.
    assert_eq!((times().await, times().await), (1, 0));
    // Those of another project are asked for.
    let beta = app.project("beta").await;
    app.credential(&beta, "beta", "ghcr", "ghcr.io", "hunter2").await;
    assert!(beta.get("/p/beta/credentials").await.text().contains("First steps"));
}

#[tokio::test]
async fn steps_that_are_done_are_not_asked_for_again() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 200);
    for expected in [1, 0] {
        let (reply, asked) = app.watch.asked_by(app.owner.get(LIST)).await;
        assert_eq!(reply.status, 200);
        let times = asked.iter().filter(|sql| sql.contains("has_receipt")).count();
        assert_eq!(times, expected);
    }
}

#[tokio::test]
async fn nothing_of_a_project_is_asked_for_who_does_not_belong_to_it() {
    let app = App::new().await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let beta = app.project("beta").await;
    let (reply, asked) = app.watch.asked_by(beta.get(LIST)).await;
    assert_eq!(reply.status, 404);
    for part in ["credential", "access_grant", "has_receipt"] {
        assert!(!asked.iter().any(|sql| sql.contains(part)), "{part}: {asked:?}");
    }
}
