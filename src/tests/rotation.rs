//! Data keys: a new one seals everything again, an old one is retired and destroyed, and no
//! delivery notices.

mod asleep;
mod audit;
mod fingerprints;
mod meddling;

use crate::app::{App, auths};
use crate::jobs::Runner;
use regcred::domain::actor::InstanceAdmin;
use regcred::domain::job::{JobKind, JobResult};
use regcred::domain::key::KeyPurpose::Secret;
use regcred::domain::key::{DataKey, KeyPurpose, KeyState};
use regcred::domain::user::Role;

const REFUSED: &str = "it is refused";

async fn admin(app: &App) -> InstanceAdmin {
    let person = app.vault.person(app.owner.person.unwrap()).await.unwrap();
    person.instance_admin().unwrap()
}

/// Lets the server do everything that is to do.
async fn tend(app: &App) {
    while app.vault.tend_keys_once().await.unwrap() {}
}

/// The job is another server's until then, and has come some way.
async fn held_by_another(app: &App, until: i64) {
    let (id, server) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
    app.raw(&format!(
        "INSERT INTO job (id, kind, job_key, due_at, attempts, locked_until, locked_by, last_started_at, progress)
         VALUES ({}, 'tend_keys', '', 1, 1, {until}, {}, 1, '1 1')",
        app.database.id(id),
        app.database.id(server)
    ))
    .await;
}

/// The keys for secrets: version, state, secrets under it.
async fn keys(app: &App) -> Vec<(u32, KeyState, u64)> {
    keys_for(app, Secret).await
}

/// The same of the keys for that.
async fn keys_for(app: &App, purpose: KeyPurpose) -> Vec<(u32, KeyState, u64)> {
    let report = app.vault.data_keys(&admin(app).await).await.unwrap();
    let shown = |key: &DataKey| (key.version, key.state, key.rows);
    report.keys.iter().filter(|key| key.purpose == purpose.word()).map(shown).collect()
}

/// An instance with so many credentials and a pipeline's token for the first of them.
async fn with_secrets(count: usize) -> (App, String) {
    let app = App::new().await;
    let mut ids = Vec::new();
    for number in 0..count {
        let (name, secret) = (format!("c{number}"), format!("secret-{number}"));
        let host = format!("r{number}.example.com");
        ids.push(app.credential(&app.owner, "acme", &name, &host, &secret).await);
    }
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &ids[..1], "pull").await;
    (app, token)
}

#[tokio::test]
async fn everything_is_sealed_again_under_a_new_key() {
    let (app, token) = with_secrets(3).await;
    let before = app.docker_config(&token, "", &[]).await.body;
    let admin = admin(&app).await;
    assert_eq!(app.vault.rotate_data_key(&admin, Secret).await.unwrap(), 2);
    assert_eq!(keys(&app).await[1], (2, KeyState::Pending, 0));
    assert!(app.vault.rotate_data_key(&admin, Secret).await.is_err(), "one at a time");
    tend(&app).await;
    assert_eq!(keys(&app).await, [(1, KeyState::Archived, 0), (2, KeyState::Active, 3)]);
    assert_eq!(app.docker_config(&token, "", &[]).await.body, before);
    // What is saved from now on is under it as well.
    app.credential(&app.owner, "acme", "new", "ghcr.io", "another").await;
    assert_eq!(keys(&app).await[1].2, 4);
    let report = app.vault.data_keys(&admin).await.unwrap();
    assert_eq!((report.rewrap, report.unreadable), (None, 0));
}

#[tokio::test]
async fn a_server_that_has_not_heard_of_the_new_key_delivers_all_the_same() {
    let (app, token) = with_secrets(1).await;
    let other = app.another_server().await;
    let before = app.docker_config(&token, "", &[]).await.body;
    app.vault.rotate_data_key(&admin(&app).await, Secret).await.unwrap();
    tend(&app).await;
    assert_eq!(other.docker_config(&token, "", &[]).await.body, before);
}

#[tokio::test]
async fn a_server_that_stopped_in_the_middle_leaves_the_rest_to_the_next() {
    let (app, token) = with_secrets(2).await;
    app.vault.rotate_data_key(&admin(&app).await, Secret).await.unwrap();
    // It made the key active and is gone.
    app.raw("UPDATE crypto_key SET state = 'archived' WHERE purpose = 'secret' AND version = 1")
        .await;
    app.raw("UPDATE crypto_key SET state = 'active' WHERE purpose = 'secret' AND version = 2")
        .await;
    held_by_another(&app, 1).await;
    let runner = Runner::start(&app);
    runner.until(JobKind::TendKeys, JobResult::Succeeded).await;
    runner.stop().await;
    assert_eq!(keys(&app).await, [(1, KeyState::Archived, 0), (2, KeyState::Active, 2)]);
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await).len(), 1);
}

#[tokio::test]
async fn while_another_server_does_it_this_one_does_not() {
    let (app, _) = with_secrets(1).await;
    app.vault.rotate_data_key(&admin(&app).await, Secret).await.unwrap();
    held_by_another(&app, i64::MAX).await;
    let runner = Runner::start(&app);
    // It is due after the other one, so that one was passed over.
    runner.until(JobKind::Sweep, JobResult::Succeeded).await;
    runner.stop().await;
    assert_eq!(keys(&app).await[1], (2, KeyState::Pending, 0));
}

#[tokio::test]
async fn a_key_is_retired_once_nothing_is_under_it_and_then_destroyed() {
    let (app, token) = with_secrets(1).await;
    let admin = admin(&app).await;
    app.vault.retire_data_key(&admin, Secret, 1).await.expect_err(REFUSED);
    app.vault.rotate_data_key(&admin, Secret).await.unwrap();
    app.raw("UPDATE crypto_key SET state = 'archived' WHERE purpose = 'secret' AND version = 1")
        .await;
    let refused =
        app.vault.retire_data_key(&admin, Secret, 1).await.expect_err(REFUSED).to_string();
    assert!(refused.contains("1 stored secret still uses"), "{refused}");
    app.raw("UPDATE crypto_key SET state = 'active' WHERE purpose = 'secret' AND version = 2")
        .await;
    tend(&app).await;
    app.vault.destroy_data_key(&admin, Secret, 1).await.expect_err(REFUSED);
    app.vault.retire_data_key(&admin, Secret, 1).await.unwrap();
    app.vault.destroy_data_key(&admin, Secret, 1).await.unwrap();
    assert_eq!(keys(&app).await, [(1, KeyState::Destroyed, 0), (2, KeyState::Active, 1)]);
    let left = "SELECT CAST(LENGTH(wrapped) AS BIGINT) FROM crypto_key WHERE purpose = 'secret' AND version = 1";
    assert_eq!(app.scalar_i64(left).await, 0);
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await).len(), 1);
    // And it starts without that key.
    assert_eq!(auths(&app.another_server().await.docker_config(&token, "", &[]).await).len(), 1);
    app.vault.retire_data_key(&admin, Secret, 9).await.expect_err(REFUSED);
}

#[tokio::test]
async fn no_key_goes_while_a_ciphertext_is_under_it_whatever_the_rows_say() {
    let (app, token) = with_secrets(2).await;
    let admin = admin(&app).await;
    let sealed = "SELECT sealed FROM secret_version ORDER BY id LIMIT 1";
    let before: Vec<u8> = app.database.scalar(sealed).await;
    app.vault.rotate_data_key(&admin, Secret).await.unwrap();
    app.tamper("UPDATE secret_version SET data_key = 2").await;
    tend(&app).await;
    assert_eq!(keys(&app).await, [(1, KeyState::Archived, 0), (2, KeyState::Active, 2)]);
    let refused =
        app.vault.retire_data_key(&admin, Secret, 1).await.expect_err(REFUSED).to_string();
    assert!(refused.contains("2 stored secrets"), "{refused}");
    // From now on they are due again.
    assert_eq!(keys(&app).await, [(1, KeyState::Archived, 2), (2, KeyState::Active, 0)]);
    tend(&app).await;
    app.vault.retire_data_key(&admin, Secret, 1).await.unwrap();
    // One comes back after that, and its key can still be brought back, too.
    let after: Vec<u8> = app.database.scalar(sealed).await;
    let put = async |blob: &[u8]| {
        let blob = app.database.bytes(blob);
        let first = "(SELECT id FROM secret_version ORDER BY id LIMIT 1)";
        let sql = format!("UPDATE secret_version SET sealed = {blob} WHERE id = {first}");
        assert_eq!(app.tamper(&sql).await, 1);
    };
    put(&before[..]).await;
    let refused =
        app.vault.destroy_data_key(&admin, Secret, 1).await.expect_err(REFUSED).to_string();
    assert!(refused.contains("1 stored secret still uses"), "{refused}");
    put(&after[..]).await;
    // It names its key again, as the job would have it.
    app.tamper("UPDATE secret_version SET data_key = 2").await;
    app.vault.destroy_data_key(&admin, Secret, 1).await.unwrap();
    assert_eq!(keys(&app).await, [(1, KeyState::Destroyed, 0), (2, KeyState::Active, 2)]);
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await).len(), 1);
}

#[tokio::test]
async fn a_secret_that_does_not_open_is_marked_and_the_rest_goes_on() {
    let (app, _) = with_secrets(3).await;
    let id = app.find_credential(&app.owner, "acme", "c1").await;
    app.raw(&format!(
        "UPDATE secret_version SET sealed = (SELECT sealed FROM secret_version WHERE credential_id <> {0} LIMIT 1) WHERE credential_id = {0}",
        app.database.id(id)
    ))
    .await;
    app.vault.rotate_data_key(&admin(&app).await, Secret).await.unwrap();
    tend(&app).await;
    assert_eq!(keys(&app).await, [(1, KeyState::Archived, 1), (2, KeyState::Active, 2)]);
    assert!(app.stored("acme", id).await.summary.unreadable_at.is_some());
    let report = app.vault.data_keys(&admin(&app).await).await.unwrap();
    assert_eq!((report.rewrap, report.unreadable), (None, 1));
    app.vault.retire_data_key(&admin(&app).await, Secret, 1).await.expect_err(REFUSED);
}

#[tokio::test]
async fn the_keys_are_for_instance_admins_only() {
    let app = App::new().await;
    let page = app.owner.get("/admin/keys").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Rotate data key"));
    let member = app.member(Role::Owner, "acme").await;
    assert_eq!(member.get("/admin/keys").await.status, 403);
    for path in ["rotate", "retire", "destroy"] {
        let path = format!("/rpc/keys/{path}");
        let reply = member.post_json_accept(&path, &[("version", "1")]).await;
        assert_eq!(reply.status, 403, "{path}");
    }
    assert_eq!(keys(&app).await.len(), 1);
}
