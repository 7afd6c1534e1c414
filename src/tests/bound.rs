//! A secret opens for its credential and its user name. Those of an older version of the program are
//! bound by the job that seals everything under a new key, and then nobody puts an older one back.

mod invented;
mod older;
mod waiting;

use crate::app::{App, auths};
use crate::backup::file::{dump, empty, load};
use crate::edits::save;
use crate::jobs::Runner;
use axum::http::StatusCode;
use older::{formats, started, stored};
use regcred::crypto::blob::Format::{Bound, Unbound};
use regcred::domain::job::{JobKind, JobResult};
use regcred::domain::permission::of;
use regcred::store::{SealedRow, Store};
use regcred::vault::{StartProblem, unlock};
use uuid::Uuid;

/// An instance with a credential `ghcr`, and a pipeline's token for it.
async fn with_one() -> (App, Uuid, String) {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    (app, id, token)
}

/// What the pipeline receives for ghcr.io.
async fn delivered(app: &App, token: &str) -> String {
    auths(&app.docker_config(token, "", &[]).await)["ghcr.io"].clone()
}

async fn assert_withheld(app: &App, token: &str) {
    let reply = app.docker_config(token, "", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT, "{}", reply.text());
}

/// Lets the server do everything that is to do.
async fn tend(app: &App) {
    while app.vault.tend_keys_once().await.unwrap() {}
}

/// How often it is on record that every secret is bound.
async fn ends_on_record(app: &App) -> i64 {
    app.scalar_i64("SELECT COUNT(*) FROM audit_event WHERE action = 'secrets.bound'").await
}

/// The stored secret of that credential.
async fn stored_of(app: &App, id: Uuid) -> SealedRow {
    stored(app).await.into_iter().find(|row| row.credential_id == id && row.is_current).unwrap()
}

#[tokio::test]
async fn a_sealed_row_moved_to_another_credential_of_the_host_gives_it_nothing() {
    let (app, low, token) = with_one().await;
    let high = app.credential(&app.owner, "acme", "release", "ghcr.io", "secret").await;
    let (low, high) = (app.database.id(low), app.database.id(high));
    app.raw(&format!("DELETE FROM secret_version WHERE credential_id = {low}")).await;
    let sql =
        format!("UPDATE secret_version SET credential_id = {low} WHERE credential_id = {high}");
    // It counts as written by us: only the seal tells.
    assert_eq!(app.raw(&sql).await, 1);
    assert_withheld(&app, &token).await;
}

#[tokio::test]
async fn a_user_name_that_was_changed_in_the_database_gets_no_secret() {
    let (app, _, token) = with_one().await;
    app.raw("UPDATE credential SET username = 'other-user'").await;
    assert_withheld(&app, &token).await;
    app.raw("UPDATE credential SET username = 'acme-bot', secret_unreadable_at = NULL").await;
    assert_eq!(delivered(&app, &token).await, "acme-bot:first");
}

#[tokio::test]
async fn a_blank_password_keeps_every_version_when_the_user_name_changes() {
    let (app, id, token) = with_one().await;
    assert_eq!(save(&app, id, "1", &[("password", "second")]).await.status, 200);
    let staged = [("password", "third"), ("is_staged", "true")];
    assert_eq!(save(&app, id, "2", &staged).await.status, 200);
    let reply = save(&app, id, "3", &[("username", "acme-robot")]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(app.stored("acme", id).await.secret.version, 2, "it is the same secret");
    assert_eq!(delivered(&app, &token).await, "acme-robot:second");
    let editor = app.evidence(&app.owner, "acme").await.can::<of::RegistryWrite>().unwrap();
    for (version, secret) in [(1, "first"), (3, "third")] {
        app.vault.make_current(&editor, id, version).await.unwrap();
        assert_eq!(delivered(&app, &token).await, format!("acme-robot:{secret}"));
    }
    // A new secret and a new name at once, and then the one before.
    let both = [("username", "acme-bot"), ("password", "fourth")];
    assert_eq!(save(&app, id, "6", &both).await.status, 200);
    assert_eq!(delivered(&app, &token).await, "acme-bot:fourth");
    app.vault.make_current(&editor, id, 3).await.unwrap();
    assert_eq!(delivered(&app, &token).await, "acme-bot:third");
    // The secret that is stored, typed again beside a new name.
    let same = [("username", "acme-robot"), ("password", "third")];
    assert_eq!(save(&app, id, "8", &same).await.status, 200);
    assert_eq!(app.stored("acme", id).await.secret.version, 3);
    assert_eq!(delivered(&app, &token).await, "acme-robot:third");
}

#[tokio::test]
async fn an_older_secret_opens_before_the_move_and_not_after() {
    let (app, id, token) = with_one().await;
    app.credential(&app.owner, "acme", "quay", "quay.io", "other").await;
    assert_eq!(formats(&app).await, [Bound, Bound]);
    let app = app.made_older().await;
    assert_eq!(formats(&app).await, [Unbound, Unbound]);
    assert_eq!(delivered(&app, &token).await, "acme-bot:first");
    let before = stored_of(&app, id).await;
    let wrapped = app.vault.store().keys().list().await.unwrap();
    let wrapped = wrapped.into_iter().find(|key| key.purpose == "secret").unwrap().wrapped;

    tend(&app).await;
    assert_eq!(formats(&app).await, [Bound, Bound]);
    assert_eq!(ends_on_record(&app).await, 1);
    assert!(!app.vault.tend_keys_once().await.unwrap(), "there is nothing left to do");
    assert_eq!(delivered(&app, &token).await, "acme-bot:first");

    let now = stored_of(&app, id).await;
    app.put(&before, &before.sealed).await;
    assert_withheld(&app, &token).await;
    // Nor does the keyring of before help, on this server or on one that starts.
    app.put(&before, &before.sealed).await;
    app.set_wrapped(1, &wrapped).await;
    assert!(!app.vault.tend_keys_once().await.unwrap());
    assert_withheld(&app, &token).await;
    let store = Store::connect(&app.address).await.unwrap();
    let refused = unlock(&store, app.key_source()).await.map(drop).expect_err("it is older");
    assert!(matches!(refused, StartProblem::OlderKeyring), "{refused}");
    store.disconnect().await.unwrap();
    // What was moved is as good as before.
    app.put(&now, &now.sealed).await;
    assert_eq!(delivered(&app, &token).await, "acme-bot:first");
}

#[tokio::test]
async fn a_server_that_stopped_in_the_middle_leaves_the_rest_of_the_move_to_the_next() {
    let (app, id, token) = with_one().await;
    let quay = app.credential(&app.owner, "acme", "quay", "quay.io", "other").await;
    let app = app.made_older().await;
    let before = [stored_of(&app, id).await, stored_of(&app, quay).await];
    // It made the key, and is gone before what it sealed was stored.
    assert!(app.vault.tend_keys_once().await.unwrap());
    for row in &before {
        app.put(row, &row.sealed).await;
    }
    let app = app.started_again().await;
    assert_eq!(formats(&app).await, [Unbound, Unbound]);
    // Meanwhile people go on.
    assert_eq!(save(&app, id, "1", &[("username", "acme-robot")]).await.status, 200);
    assert_eq!(delivered(&app, &token).await, "acme-robot:first");
    assert_eq!(ends_on_record(&app).await, 0);

    let (job, server) = (app.database.id(Uuid::now_v7()), app.database.id(Uuid::now_v7()));
    app.raw(&format!(
        "INSERT INTO job (id, kind, job_key, due_at, attempts, locked_until, locked_by, last_started_at, progress)
         VALUES ({job}, 'tend_keys', '', 1, 1, 1, {server}, 1, '1 1')"
    ))
    .await;
    let runner = Runner::start(&app);
    runner.until(JobKind::TendKeys, JobResult::Succeeded).await;
    runner.stop().await;
    assert_eq!(formats(&app).await, [Bound, Bound]);
    assert_eq!(ends_on_record(&app).await, 1);
    assert_eq!(delivered(&app, &token).await, "acme-robot:first");
    app.put(&before[0], &before[0].sealed).await;
    assert_withheld(&app, &token).await;
}

#[tokio::test]
async fn a_backup_brings_older_secrets_to_be_moved_and_that_all_were_moved() {
    let (app, id, token) = with_one().await;
    let app = app.made_older().await;
    let before = stored_of(&app, id).await;
    let old_backup = dump(&app).await;
    tend(&app).await;
    let new_backup = dump(&app).await;
    for (backup, format) in [(old_backup, Unbound), (new_backup, Bound)] {
        let (database, store) = empty().await;
        load(&store, &backup, &app).await.unwrap();
        store.close().await.unwrap();
        let restored = started(database, app.key_source().current.unwrap()).await;
        assert_eq!(formats(&restored).await, [format]);
        assert_eq!(delivered(&restored, &token).await, "acme-bot:first");
        tend(&restored).await;
        assert_eq!(formats(&restored).await, [Bound]);
        assert_eq!(delivered(&restored, &token).await, "acme-bot:first");
        restored.put(&before, &before.sealed).await;
        assert_withheld(&restored, &token).await;
    }
}
