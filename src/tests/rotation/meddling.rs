//! Whoever writes to the database and has no key stops nothing by what they write: no commit, no move of rows,
//! no look for changed rows.

use super::audit::{rotate, under};
use super::{REFUSED, admin, tend, with_secrets};
use crate::app::App;
use crate::skipped::is_on_sqlite;
use regcred::domain::key::KeyPurpose::Audit;
use regcred::store::Unrecorded;
use uuid::Uuid;

/// Puts a row of an audit key of version 9 there that nobody made.
async fn put_key(app: &App, state: &str) {
    let id = app.database.id(Uuid::now_v7());
    let sql = format!(
        "INSERT INTO crypto_key (purpose, version, key_uuid, wrapped, kek_id, state, state_since, made_at)
         SELECT purpose, 9, {id}, wrapped, kek_id, '{state}', state_since, made_at FROM crypto_key
         WHERE purpose = 'audit' AND version = 1"
    );
    assert_eq!(app.tamper(&sql).await, 1);
}

#[tokio::test]
async fn a_destroyed_key_that_nobody_made_stops_no_commit() {
    let (app, _) = with_secrets(1).await;
    put_key(&app, "destroyed").await;
    assert!(app.tamper("UPDATE chain_head SET end_mac = 'v1.9.AAAA'").await > 0);
    for name in ["one", "two"] {
        app.credential(&app.owner, "acme", name, "quay.io", "another").await;
    }
    // That somebody changed the ends of the chains shows as it does without the key.
    assert!(app.vault.store().tampered_rows().await.unwrap().rows > 0);
}

#[tokio::test]
async fn rows_whose_keys_cannot_be_read_hide_nothing_and_hold_nothing_up() {
    const GARBAGE: u64 = 250;
    if !is_on_sqlite("the columns of PostgreSQL hold nothing else than what they are for") {
        return;
    }
    let (app, _) = with_secrets(1).await;
    let write = app.vault.store().write().await.unwrap();
    write.instance().set("early", "row", None).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    // No text, and before the names of all facts.
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {GARBAGE})
         INSERT INTO instance (name, value) SELECT CAST(x'2080' AS TEXT) || i, '' FROM n"
    );
    assert_eq!(app.tamper(&sql).await, GARBAGE);
    assert_eq!(app.tamper("UPDATE instance SET value = 'x' WHERE name = 'early'").await, 1);
    let found = async || app.vault.store().tampered_rows().await.unwrap().rows;
    assert_eq!(found().await, GARBAGE + 1, "the one behind them is found");
    assert_eq!(app.tamper("UPDATE instance SET value = 'row' WHERE name = 'early'").await, 1);
    rotate(&app).await;
    tend(&app).await;
    assert_eq!(under(&app, ("instance", "mac"), 1).await, 0);
    assert!(!app.vault.data_keys(&admin(&app).await).await.unwrap().are_rows_moving);
    app.vault.retire_data_key(&admin(&app).await, Audit, 1).await.unwrap();
    assert_eq!(found().await, GARBAGE);
}

#[tokio::test]
async fn a_row_whose_key_is_a_text_of_the_same_bytes_is_found_and_holds_nothing_up() {
    if !is_on_sqlite("the columns of PostgreSQL hold nothing else than what they are for") {
        return;
    }
    let (app, _) = with_secrets(1).await;
    // It says what it said, and its MAC holds.
    assert_eq!(app.tamper("UPDATE access_grant SET id = CAST(id AS TEXT)").await, 1);
    let found = async || app.vault.store().tampered_rows().await.unwrap().rows;
    assert_eq!(found().await, 1);
    rotate(&app).await;
    tend(&app).await;
    assert!(!app.vault.data_keys(&admin(&app).await).await.unwrap().are_rows_moving);
    app.vault.retire_data_key(&admin(&app).await, Audit, 1).await.unwrap();
    assert_eq!(found().await, 1);
}

#[tokio::test]
async fn a_keyring_that_does_not_open_stops_no_look_for_changed_rows() {
    let (app, _) = with_secrets(1).await;
    put_key(&app, "archived").await;
    let recorded = "SELECT COUNT(*) FROM audit_event WHERE action = 'rows.found_changed'";
    // It may be under a key of another server.
    assert_eq!(app.tamper("UPDATE pipeline SET mac = 'v1.9.AAAA'").await, 1);
    app.vault.find_changed_rows().await.expect_err(REFUSED);
    assert_eq!(app.scalar_i64(recorded).await, 0);
    assert_eq!(app.tamper("UPDATE pipeline SET mac = 'v1.1.AAAA'").await, 1);
    app.vault.find_changed_rows().await.unwrap();
    assert_eq!(app.scalar_i64(recorded).await, 1);
}
