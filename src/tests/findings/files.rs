//! What files name beside what was delivered.

use super::{Scene, none, one};
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
