//! A grant to push is told in green only where something pushes.

use super::Scene;
use crate::trust::drone_rule;

#[tokio::test]
async fn a_grant_to_push_that_only_drone_can_use_is_doubted_until_something_pushes() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    drone_rule(app, scene.pipeline, "7").await;
    let terms = [("form[intent]", "pull_push"), ("form[branches]", "main")];
    let page = scene.page_after_a_grant(id, &terms).await;
    let sentence = "Whatever can use this grant only pulls";
    scene.assert_doubted(&page, sentence, "Change the grant").await;
    let main = [
        ("form[provider]", "github"),
        ("form[issuer]", "https://token.actions.githubusercontent.com"),
        ("form[audience]", "https://regcred.example.com"),
        ("form[claims][repository_id]", "1"),
        ("form[claims][repository_owner_id]", "2"),
        ("form[claims][ref]", "refs/heads/main"),
    ];
    scene.page_after("/rpc/trust-rules/create", &main).await;
    assert!(!app.owner.get(&scene.path()).await.text().contains(sentence));
}
