//! A token that is shown although no grant of its pipeline is for tokens.

use super::Scene;
use crate::app::PASSWORD;

const DOUBT: &str = "so this token receives nothing until a grant has no conditions.";

/// The page that shows a new token.
async fn page_with_a_token(scene: &Scene, name: &str) -> String {
    let pipeline = scene.pipeline.to_string();
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("token_name", name),
        ("token_days", "30"),
        ("password", PASSWORD),
    ];
    let reply = scene.app.owner.post_form("/rpc/tokens/create", &form).await;
    assert!(reply.location().contains("once="), "{} {}", reply.location(), reply.text());
    scene.app.owner.follow(reply).await.text()
}

#[tokio::test]
async fn a_token_that_meets_the_conditions_of_no_grant_is_shown_with_a_doubt() {
    let scene = Scene::new().await;
    let (app, owner) = (&scene.app, &scene.app.owner);
    // A pipeline without grants says that it has none.
    assert!(!page_with_a_token(&scene, "none").await.contains(DOUBT));
    let one = app.credential(owner, "acme", "one", "ghcr.io", "hunter2").await;
    app.grant(scene.pipeline, one, &[("form[branches]", "main")]).await;
    let page = page_with_a_token(&scene, "conditions").await;
    assert!(page.contains("New token") && page.contains(DOUBT), "{page}");
    assert!(page.contains("See the grants"), "{page}");
    let other = app.credential(owner, "acme", "other", "quay.io", "hunter3").await;
    app.grant(scene.pipeline, other, &[]).await;
    assert!(!page_with_a_token(&scene, "plain").await.contains(DOUBT));
}
