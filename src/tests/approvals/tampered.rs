//! Who can write to the database, and has no key, does not get an approval round a second person.

use super::{PUSH, Scene};
use regcred::domain::matching::Lost;
use regcred::domain::user::Role;

#[tokio::test]
async fn an_older_copy_of_the_pipeline_makes_no_new_token_as_old_as_an_approval() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    scene.app.tamper("CREATE TABLE kept AS SELECT * FROM pipeline").await;
    scene.another_token(&scene.app.owner).await;
    scene.another_token(&scene.app.owner).await;
    assert_eq!(scene.approve(&maintainer).await.status, 200);
    let back = "UPDATE pipeline SET
        identity_epoch = (SELECT kept.identity_epoch FROM kept WHERE kept.id = pipeline.id),
        mac = (SELECT kept.mac FROM kept WHERE kept.id = pipeline.id)";
    assert_eq!(scene.app.tamper(back).await, 1);
    let newer = scene.another_token(&scene.app.owner).await;
    let reply = scene.app.fetch(&newer, PUSH).await;
    assert_eq!(reply.status, 403, "{}", reply.text());
    assert!(reply.text().contains(Lost::NewerThanApproval.label()), "{}", reply.text());
    scene.assert_pushes().await;
}
