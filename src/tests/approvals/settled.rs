//! The marks that say where to look for what waits are put right by the sweep.

use super::Scene;
use super::pending::pending;
use regcred::domain::user::Role;

const LOOKED_AT: &str = "SELECT COUNT(*) FROM access_grant WHERE settled_until = ''";

#[tokio::test]
async fn what_an_older_server_did_not_mark_is_found_after_the_next_sweep() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let found = async || {
        app.vault.sweep().await.unwrap();
        pending(app, &maintainer).await.len()
    };
    // Its credential became protected there.
    assert_eq!(app.raw("UPDATE access_grant SET settled_until = '9999-12-31'").await, 1);
    assert!(pending(app, &maintainer).await.is_empty());
    assert_eq!(found().await, 1);
    assert_eq!(scene.approve(&maintainer).await.status, 200);
    assert_eq!(found().await, 0);
    // Somebody made a token there.
    scene.another_token(&app.owner).await;
    let unmarked = "UPDATE access_grant SET settled_until = approved_until";
    assert_eq!(app.raw(unmarked).await, 1);
    assert!(pending(app, &maintainer).await.is_empty());
    assert_eq!(found().await, 1);
    // What was rejected asks nobody.
    assert_eq!(app.raw(&format!("{unmarked}, rejected_at = 1")).await, 1);
    assert_eq!(found().await, 0);
    assert_eq!(app.scalar_i64(LOOKED_AT).await, 0);
}

#[tokio::test]
async fn a_grant_is_looked_at_no_more_once_the_newer_token_is_gone() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    assert_eq!(scene.approve(&maintainer).await.status, 200);
    scene.another_token(&app.owner).await;
    app.vault.sweep().await.unwrap();
    assert_eq!(app.scalar_i64(LOOKED_AT).await, 1, "it waits");
    let newest = "UPDATE pipeline_token SET revoked_at = 1
        WHERE identity_epoch = (SELECT MAX(identity_epoch) FROM pipeline_token)";
    assert_eq!(app.raw(newest).await, 1);
    assert!(pending(app, &maintainer).await.is_empty());
    assert_eq!(app.scalar_i64(LOOKED_AT).await, 1);
    app.vault.sweep().await.unwrap();
    assert_eq!(app.scalar_i64(LOOKED_AT).await, 0);
    scene.another_token(&app.owner).await;
    assert_eq!(pending(app, &maintainer).await.len(), 1);
}
