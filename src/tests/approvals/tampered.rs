//! Who can write to the database, and has no key, does not get an approval round a second person.

use super::{PUSH, Scene};
use crate::edits::save;
use regcred::domain::matching::Lost;
use regcred::domain::user::Role;
use uuid::Uuid;

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

#[tokio::test]
async fn a_grant_that_was_not_there_when_its_credential_became_protected_waits_when_it_is_back() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let secret = "hunter3-hunter3";
    let plain = app.credential(&app.owner, "acme", "plain", "quay.io", secret).await;
    let (_, token) = app.pipeline(&app.owner, "acme", "other", &[plain], "pull_push").await;
    let path = "/api/v1/credential?server=quay.io&intent=push";
    assert_eq!(app.fetch(&token, path).await.json()["secret"], secret);
    let (of, elsewhere) = (app.database.id(plain), app.database.id(Uuid::now_v7()));
    let moved = async |from: &str, to: &str| {
        let sql =
            format!("UPDATE access_grant SET credential_id = {to} WHERE credential_id = {from}");
        assert_eq!(app.tamper(&sql).await, 1);
    };
    moved(&of, &elsewhere).await;
    let revision = app.stored("acme", plain).await.revision.to_string();
    let protect = [("name", "plain"), ("registry_url", "quay.io"), ("is_protected", "true")];
    let reply = save(app, plain, &revision, &protect).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(app.stored("acme", plain).await.is_protected);
    moved(&elsewhere, &of).await;
    let reply = app.fetch(&token, path).await;
    assert_eq!(reply.status, 403, "{}", reply.text());
    assert!(reply.text().contains(Lost::NotApproved.label()), "{}", reply.text());
}
