//! What depends on what was changed, and on what was received last before it.

use super::{PASSWORD, Scene, none, one};
use regcred::domain::finding::FindingKind;

#[tokio::test]
async fn a_version_that_was_received_before_the_last_switch_is_not_the_one_in_use() {
    let scene = Scene::new().await;
    let (owner, id) = (&scene.app.owner, scene.ghcr.to_string());
    let form =
        [("project", "acme"), ("id", id.as_str()), ("revision", "1"), ("password", "second")];
    let reply = owner.post_multipart_json_accept("/rpc/credentials/replace-secret", &form, None);
    assert_eq!(reply.await.status, 200);
    for version in ["1", "2"] {
        scene.fetch(0).await;
        let form = [
            ("project", "acme"),
            ("id", id.as_str()),
            ("version", version),
            ("password", PASSWORD),
        ];
        assert_eq!(owner.post_json_accept("/rpc/versions/switch", &form).await.status, 200);
    }
    assert_eq!(scene.found(6).await, none());
    assert_eq!(scene.found(8).await, one(FindingKind::OldVersion, "ghcr", "build"));
    scene.fetch(1).await;
    assert_eq!(scene.found(8).await, none());
}
