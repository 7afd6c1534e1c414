//! What is granted, enabled or made current signs in with a stored secret: what is known against that is said.

use super::Scene;

#[tokio::test]
async fn a_secret_that_cannot_be_read_or_looked_wrong_is_doubted_when_it_is_granted() {
    for (change, sentence) in [
        ("secret_unreadable_at = 1", "The stored secret of the credential cannot be read"),
        (
            "secret_doubt = 'This is short.'",
            "The secret of the credential looks wrong: This is short.",
        ),
    ] {
        let scene = Scene::new().await;
        let app = &scene.app;
        let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
        assert_eq!(app.raw(&format!("UPDATE credential SET {change}")).await, 1);
        let page = scene.page_after_a_grant(id, &[]).await;
        scene.assert_doubted(&page, sentence, &format!("/p/acme/credentials/{id}/secret")).await;
    }
}
