//! The key for fingerprints: after a new one equal secrets are told as before, and the old one is retired
//! and destroyed.

use super::{REFUSED, admin, keys_for, tend};
use crate::app::{App, PASSWORD, auths};
use regcred::domain::audit::Action;
use regcred::domain::key::KeyPurpose::{Fingerprint, Secret};
use regcred::domain::key::KeyState;
use regcred::store::Tampered;
use regcred::vault::INSTANCE;
use uuid::Uuid;

const ROTATE: &str = "/rpc/keys/rotate";

async fn rotate(app: &App) {
    app.vault.rotate_data_key(&admin(app).await, Fingerprint).await.unwrap();
}

/// The new key becomes active, and the job has done nothing yet.
async fn activate_alone(app: &App) {
    for (version, state) in [(1, "archived"), (2, "active")] {
        app.raw(&format!(
            "UPDATE crypto_key SET state = '{state}' WHERE purpose = 'fingerprint' AND version = {version}"
        ))
        .await;
    }
    app.vault.ask_for_work().await.unwrap();
}

async fn fingerprint_keys(app: &App) -> Vec<(u32, KeyState, u64)> {
    keys_for(app, Fingerprint).await
}

/// The other credentials of which the page says that they hold the same secret.
async fn same(app: &App, id: Uuid) -> Vec<(Uuid, String)> {
    app.credential_page("acme", id).await.same_secret
}

/// Two credentials with the same secret and one with another, and the ids of the first two.
async fn with_shared() -> (App, Uuid, Uuid) {
    let app = App::new().await;
    let one = app.credential(&app.owner, "acme", "one", "ghcr.io", "shared").await;
    let two = app.credential(&app.owner, "acme", "two", "quay.io", "shared").await;
    app.credential(&app.owner, "acme", "other", "quay.io", "different").await;
    (app, one, two)
}

#[tokio::test]
async fn equal_secrets_are_told_after_a_rotation_as_before() {
    let (app, one, two) = with_shared().await;
    let before = app.scalar_i64("SELECT COUNT(DISTINCT fingerprint) FROM secret_version").await;
    assert_eq!((before, same(&app, one).await), (2, vec![(two, "two".to_owned())]));
    rotate(&app).await;
    assert_eq!(fingerprint_keys(&app).await[1], (2, KeyState::Pending, 0));
    tend(&app).await;
    let expected = [(1, KeyState::Archived, 0), (2, KeyState::Active, 3)];
    assert_eq!(fingerprint_keys(&app).await, expected);
    assert_eq!(same(&app, one).await, [(two, "two".to_owned())]);
    assert_eq!(same(&app, two).await, [(one, "one".to_owned())]);
    // The secrets are under the key that they were under, and every row and link is ours.
    assert_eq!(keys_for(&app, Secret).await, [(1, KeyState::Active, 3)]);
    assert_eq!(app.vault.store().tampered_rows().await.unwrap(), Tampered::default());
    let report = app.vault.data_keys(&admin(&app).await).await.unwrap();
    assert_eq!((report.rewrap, report.unreadable, report.fingerprints_left), (None, 0, 0));
}

#[tokio::test]
async fn a_secret_saved_after_a_rotation_is_told_from_one_of_before_once_the_job_has_run() {
    let app = App::new().await;
    let one = app.credential(&app.owner, "acme", "one", "ghcr.io", "shared").await;
    rotate(&app).await;
    activate_alone(&app).await;
    let two = app.credential(&app.owner, "acme", "two", "quay.io", "shared").await;
    let expected = [(1, KeyState::Archived, 1), (2, KeyState::Active, 1)];
    assert_eq!(fingerprint_keys(&app).await, expected);
    let report = app.vault.data_keys(&admin(&app).await).await.unwrap();
    assert_eq!(report.fingerprints_left, 1);
    assert!(same(&app, one).await.is_empty());
    let shown = app.owner.get("/admin/keys").await.text();
    assert!(shown.contains("1 secret still has a fingerprint from an older data key."));
    tend(&app).await;
    assert_eq!(same(&app, one).await, [(two, "two".to_owned())]);
}

#[tokio::test]
async fn what_a_server_that_has_not_heard_of_the_new_key_saves_is_told_as_well() {
    let (app, one, two) = with_shared().await;
    let mut other = app.another_server().await;
    other.cookie.clone_from(&app.owner.cookie);
    other.person = app.owner.person;
    rotate(&app).await;
    tend(&app).await;
    // Not even the old key is needed.
    let admin = admin(&app).await;
    app.vault.retire_data_key(&admin, Fingerprint, 1).await.unwrap();
    app.vault.destroy_data_key(&admin, Fingerprint, 1).await.unwrap();
    let three = app.credential(&other, "acme", "three", "r.example.com", "shared").await;
    assert_eq!(
        fingerprint_keys(&app).await,
        [(1, KeyState::Destroyed, 1), (2, KeyState::Active, 3)]
    );
    tend(&app).await;
    assert_eq!(
        fingerprint_keys(&app).await,
        [(1, KeyState::Destroyed, 0), (2, KeyState::Active, 4)]
    );
    let names: Vec<Uuid> = same(&app, one).await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(names, [three, two]);
}

#[tokio::test]
async fn a_key_is_retired_once_no_fingerprint_is_of_it_and_then_destroyed() {
    let (app, one, two) = with_shared().await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[one], "pull").await;
    let admin = admin(&app).await;
    app.vault.retire_data_key(&admin, Fingerprint, 1).await.expect_err(REFUSED);
    rotate(&app).await;
    assert!(app.vault.rotate_data_key(&admin, Fingerprint).await.is_err(), "one at a time");
    activate_alone(&app).await;
    let refused = app.vault.retire_data_key(&admin, Fingerprint, 1).await.expect_err(REFUSED);
    assert!(refused.to_string().contains("3 stored secrets"), "{refused}");
    tend(&app).await;
    app.vault.destroy_data_key(&admin, Fingerprint, 1).await.expect_err(REFUSED);
    app.vault.retire_data_key(&admin, Fingerprint, 1).await.unwrap();
    app.vault.destroy_data_key(&admin, Fingerprint, 1).await.unwrap();
    let left = "SELECT CAST(LENGTH(wrapped) AS BIGINT) FROM crypto_key WHERE purpose = 'fingerprint' AND version = 1";
    assert_eq!(app.scalar_i64(left).await, 0);
    assert_eq!(same(&app, one).await, [(two, "two".to_owned())]);
    // The key for secrets with the same number is another one, and a server starts without this one.
    assert_eq!(keys_for(&app, Secret).await, [(1, KeyState::Active, 3)]);
    let other = app.another_server().await;
    assert_eq!(auths(&other.docker_config(&token, "", &[]).await).len(), 1);
    let events = app.vault.store().chain().newest(INSTANCE, 4).await.unwrap();
    let said: Vec<(Action, &str)> =
        events.iter().map(|event| (event.action, event.subject.as_str())).collect();
    assert_eq!(said[0], (Action::KeyDestroyed, "1 for fingerprints"));
    assert_eq!(said[1], (Action::KeyRetired, "1 for fingerprints"));
}

#[tokio::test]
async fn both_keys_are_rotated_at_once() {
    let (app, one, two) = with_shared().await;
    rotate(&app).await;
    app.vault.rotate_data_key(&admin(&app).await, Secret).await.unwrap();
    tend(&app).await;
    let expected = [(1, KeyState::Archived, 0), (2, KeyState::Active, 3)];
    assert_eq!(fingerprint_keys(&app).await, expected);
    assert_eq!(keys_for(&app, Secret).await, expected);
    assert_eq!(same(&app, one).await, [(two, "two".to_owned())]);
}

#[tokio::test]
async fn a_secret_that_was_never_compared_is_not_after_a_rotation_either() {
    let (app, one, two) = with_shared().await;
    let id = app.database.id(two);
    app.raw(&format!("UPDATE secret_version SET fingerprint = NULL WHERE credential_id = {id}"))
        .await;
    rotate(&app).await;
    app.vault.rotate_data_key(&admin(&app).await, Secret).await.unwrap();
    tend(&app).await;
    assert_eq!(fingerprint_keys(&app).await[1], (2, KeyState::Active, 2));
    assert!(same(&app, one).await.is_empty());
}

#[tokio::test]
async fn a_secret_that_does_not_open_keeps_its_fingerprint_and_the_key_stays() {
    let (app, one, two) = with_shared().await;
    let (one, two) = (app.database.id(one), app.database.id(two));
    app.raw(&format!(
        "UPDATE secret_version SET sealed = (SELECT sealed FROM secret_version WHERE credential_id = {two}) WHERE credential_id = {one}"
    ))
    .await;
    rotate(&app).await;
    tend(&app).await;
    let expected = [(1, KeyState::Archived, 1), (2, KeyState::Active, 2)];
    assert_eq!(fingerprint_keys(&app).await, expected);
    let report = app.vault.data_keys(&admin(&app).await).await.unwrap();
    assert_eq!((report.unreadable, report.fingerprints_left), (1, 0));
    app.vault.retire_data_key(&admin(&app).await, Fingerprint, 1).await.expect_err(REFUSED);
}

#[tokio::test]
async fn what_keeps_a_key_from_going_is_counted_by_kind() {
    let (app, one, two) = with_shared().await;
    rotate(&app).await;
    activate_alone(&app).await;
    let (one, two) = (app.database.id(one), app.database.id(two));
    for (what, id) in [("data_key = NULL", &one), ("sealed = NULL", &two)] {
        let sql = format!("UPDATE secret_version SET {what} WHERE credential_id = {id}");
        assert_eq!(app.tamper(&sql).await, 1, "{sql}");
    }
    let refused = async || {
        let admin = admin(&app).await;
        let refused = app.vault.retire_data_key(&admin, Fingerprint, 1).await;
        refused.expect_err(REFUSED).to_string()
    };
    let said = refused().await;
    for part in [
        "3 stored secrets still use data key 1 for fingerprints. Wait until 1 secret uses the new key.",
        "1 row does not say which data key its secret is encrypted with",
        "1 row has no ciphertext",
        "`regcred doctor` names",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    tend(&app).await;
    let said = refused().await;
    assert!(said.contains("2 stored secrets") && !said.contains("Wait until"), "{said}");
    // And the page says the same.
    let form = [("version", "1"), ("purpose", "fingerprint"), ("password", PASSWORD)];
    let reply = app.owner.post_json_accept("/rpc/keys/retire", &form).await;
    assert_eq!(reply.error().to_string(), said);
}

#[tokio::test]
async fn the_page_rotates_each_key_and_no_other() {
    let app = App::new().await;
    let page = app.owner.get("/admin/keys").await.text();
    assert!(page.contains("Rotate data key for fingerprints"));
    for purpose in ["other", "Secret"] {
        let reply = app.owner.post_json_accept(ROTATE, &[("purpose", purpose)]).await;
        assert_eq!(reply.status, 404, "{purpose}");
    }
    let reply = app.owner.post_json_accept(ROTATE, &[("purpose", "fingerprint")]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(fingerprint_keys(&app).await[1], (2, KeyState::Pending, 0));
    assert_eq!(keys_for(&app, Secret).await.len(), 1);
    let page = app.owner.get("/admin/keys").await.text();
    assert!(!page.contains("Rotate data key for fingerprints"), "one at a time");
    tend(&app).await;
    let form = [("version", "1"), ("purpose", "fingerprint"), ("password", PASSWORD)];
    for action in ["retire", "destroy"] {
        let wrong = [form[0], form[1], ("password", "wrong")];
        let path = format!("/rpc/keys/{action}");
        assert_eq!(app.owner.post_json_accept(&path, &wrong).await.status, 422, "{action}");
        assert_eq!(app.owner.post_json_accept(&path, &form).await.status, 200, "{action}");
    }
    assert_eq!(fingerprint_keys(&app).await[0].1, KeyState::Destroyed);
    assert_eq!(keys_for(&app, Secret).await[0].1, KeyState::Active);
}
