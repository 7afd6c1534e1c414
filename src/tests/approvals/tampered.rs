//! Who can write to the database, and has no key, does not get an approval round a second person.

use super::{PUSH, Scene};
use crate::app::PASSWORD;
use crate::edits::save;
use crate::trust::drone_rule;
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
        identities = (SELECT kept.identities FROM kept WHERE kept.id = pipeline.id),
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

/// Moves the moment at which each row of the table was made, by hand.
async fn move_by(scene: &Scene, table: &str, milliseconds: i64) {
    let sql = format!("UPDATE {table} SET created_at = created_at + {milliseconds}");
    assert!(scene.app.tamper(&sql).await > 0, "{sql}");
}

#[tokio::test]
async fn nobody_approves_while_who_acts_as_the_pipeline_is_hidden() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    drone_rule(&scene.app, scene.pipeline, "7").await;
    // One who made a token does not approve it as if it were not there.
    let other = scene.app.new_member("another", Role::Maintainer).await;
    scene.another_token(&maintainer).await;
    assert_eq!(scene.approve(&maintainer).await.status, 409);
    for table in ["pipeline_token", "trust_rule"] {
        move_by(&scene, table, 1).await;
        for by in [&maintainer, &other] {
            let reply = scene.approve(by).await;
            assert_eq!(reply.status, 409, "{table}: {}", reply.text());
            assert!(reply.text().contains("regcred doctor"), "{table}: {}", reply.text());
        }
        move_by(&scene, table, -1).await;
    }
    assert_eq!(scene.approve(&maintainer).await.status, 409);
    assert_eq!(scene.approve(&other).await.status, 200);
}

#[tokio::test]
async fn the_secret_for_drone_is_not_renewed_while_a_rule_is_hidden() {
    let scene = Scene::new().await;
    drone_rule(&scene.app, scene.pipeline, "7").await;
    let pipeline = scene.pipeline.to_string();
    let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("password", PASSWORD)];
    let renew = "/rpc/trust-rules/renew-secret";
    move_by(&scene, "trust_rule", 1).await;
    let reply = scene.app.owner.post_json_accept(renew, &form).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("regcred doctor"), "{}", reply.text());
    move_by(&scene, "trust_rule", -1).await;
    assert_eq!(scene.app.owner.post_json_accept(renew, &form).await.status, 200);
}

#[tokio::test]
async fn nobody_approves_while_who_acts_as_the_pipeline_was_taken_away() {
    let scene = Scene::new().await;
    let maintainer = scene.app.member(Role::Maintainer, "acme").await;
    drone_rule(&scene.app, scene.pipeline, "7").await;
    let hidden = scene.another_token(&maintainer).await;
    for table in ["pipeline_token", "trust_rule"] {
        scene.app.tamper(&format!("CREATE TABLE kept AS SELECT * FROM {table}")).await;
        scene.app.tamper(&format!("DELETE FROM {table}")).await;
        let reply = scene.approve(&maintainer).await;
        assert_eq!(reply.status, 409, "{table}: {}", reply.text());
        assert!(reply.text().contains("regcred doctor"), "{table}: {}", reply.text());
        scene.app.tamper(&format!("INSERT INTO {table} SELECT * FROM kept")).await;
        scene.app.tamper("DROP TABLE kept").await;
    }
    assert_eq!(scene.app.fetch(&hidden, PUSH).await.status, 403);
    // A rule that is deleted on its page is not missed.
    let rule = scene.page(&maintainer).await.rules[0].id.to_string();
    let pipeline = scene.pipeline.to_string();
    let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", rule.as_str())];
    let reply = maintainer.post_json_accept("/rpc/trust-rules/delete", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let other = scene.app.new_member("another", Role::Maintainer).await;
    assert_eq!(scene.approve(&other).await.status, 200);
}

#[tokio::test]
async fn who_was_shown_the_secret_for_drone_is_known_without_the_row_that_says_so() {
    let scene = Scene::new().await;
    let shown = scene.app.member(Role::Maintainer, "acme").await;
    let maker = scene.app.new_member("maker", Role::Maintainer).await;
    let (elsewhere, _) = scene.app.bare_pipeline("elsewhere").await;
    for (by, pipeline, repository) in [(&shown, elsewhere, "8"), (&maker, scene.pipeline, "7")] {
        let fields = [("form[provider]", "drone"), ("form[claims][repo.id]", repository)];
        let reply = scene.app.ask_rule(by, pipeline, &fields).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    assert_eq!(scene.app.tamper("DELETE FROM shared_secret_view").await, 1);
    let reply = scene.approve(&shown).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("You have seen the shared secret"), "{}", reply.text());
    let other = scene.app.new_member("another", Role::Maintainer).await;
    assert_eq!(scene.approve(&other).await.status, 200);
}
