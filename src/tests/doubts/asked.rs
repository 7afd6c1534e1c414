//! A grant that takes something away is asked about before it is saved, and saved when it is meant.

use super::Scene;
use crate::app::{App, auths};

#[tokio::test]
async fn a_grant_that_takes_a_registry_away_is_asked_about_and_saved_when_it_is_meant() {
    let app = App::new().await;
    let (pipeline, token) = app.bare_pipeline("build").await;
    let owner = &app.owner;
    let of = async |name: &str, path: &str| {
        app.credential_with(owner, "acme", name, "ghcr.io", name, &[("paths", path)]).await
    };
    let (push, packages) = (of("push", "acme/api").await, of("packages", "acme/web").await);
    let unsure = [("form[is_sure]", "false")];
    let first = app.ask_grant(owner, pipeline, push, &unsure).await;
    assert_eq!(first.status, 200, "{}", first.text());
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot:push");
    let second = app.ask_grant(owner, pipeline, packages, &unsure).await;
    assert_eq!(second.status, 422);
    let question = second.asked("credentials").unwrap();
    assert!(question.contains("would hold nothing for ghcr.io"), "{question}");
    // Nothing was saved, and what was delivered still is.
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM access_grant").await, 1);
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot:push");
    let scene = Scene { app, pipeline };
    let page = scene.page_after_a_grant(packages, &[("form[is_sure]", "true")]).await;
    // What was asked is true.
    assert!(auths(&scene.app.docker_config(&token, "", &[]).await).is_empty());
    scene.assert_doubted(&page, "leave all of them out.", "Edit the credential").await;
}
