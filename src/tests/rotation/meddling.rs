//! Whoever writes to the database and has no key stops nothing by what they write: no commit, no move of rows,
//! no look for changed rows.

use super::with_secrets;
use crate::app::App;
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
    assert!(app.tamper("UPDATE chain_head SET head_mac = 'v1.9.AAAA'").await > 0);
    for name in ["one", "two"] {
        app.credential(&app.owner, "acme", name, "quay.io", "another").await;
    }
    // That somebody changed the ends of the chains shows as it does without the key.
    assert!(app.vault.store().tampered_rows().await.unwrap().rows > 0);
}
