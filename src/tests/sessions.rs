//! Sessions: a new id at each sign-in, only its hash in the database, and an end that stays one.

use crate::app::{App, OWNER, PASSWORD};
use regcred::crypto::digest::sha256;
use regcred::store::Unrecorded;
use regcred::vault::INSTANCE;
use std::time::{SystemTime, UNIX_EPOCH};
use tower_sessions::session::Id;

const PAGE: &str = "/p/acme/credentials";

/// The id in a cookie, as bytes.
fn id_in(cookie: &str) -> Vec<u8> {
    let (name, id) = cookie.split_once('=').unwrap();
    assert_eq!(name, "sid");
    id.parse::<Id>().unwrap().0.to_be_bytes().to_vec()
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// How many sessions have these bytes as the hash of their id.
async fn count(app: &App, hash: &[u8]) -> i64 {
    let hash = app.database.bytes(hash);
    app.scalar_i64(&format!("SELECT COUNT(*) FROM session WHERE id_hash = {hash}")).await
}

#[tokio::test]
async fn the_database_holds_only_the_hash_of_a_session() {
    let app = App::new().await;
    let cookie = app.owner.cookie.clone().unwrap();
    let id = id_in(&cookie);
    assert_eq!(count(&app, &sha256(&id)).await, 1);
    assert_eq!(count(&app, &id).await, 0);
    let data = app.database.scalar_text("SELECT data FROM session").await;
    assert!(!data.contains(cookie.split('=').nth(1).unwrap()), "{data}");
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    let app = App::new().await;
    let form = [("email", OWNER), ("password", PASSWORD)];
    let reply = app.nobody().post_form("/rpc/session/create", &form).await;
    let cookie = reply.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn a_sign_in_changes_the_session_id() {
    let app = App::new().await;
    let form = [("email", OWNER), ("password", PASSWORD)];
    // An id that an attacker planted is not taken over.
    let mut planted = app.nobody();
    planted.cookie = Some(format!("sid={}", Id(12345)));
    let reply = planted.post_form("/rpc/session/create", &form).await;
    assert_ne!(reply.cookie(), planted.cookie);
    assert_eq!(planted.get(PAGE).await.status, 302);
    // Signing in again ends the session before.
    let before = app.owner.clone();
    let mut after = app.owner.clone();
    after.cookie = app.owner.post_form("/rpc/session/create", &form).await.cookie();
    assert_ne!(after.cookie, before.cookie);
    assert_eq!(after.get(PAGE).await.status, 200);
    assert_eq!(before.get(PAGE).await.status, 302);
}

#[tokio::test]
async fn a_wrong_password_leaves_a_session_alone() {
    let app = App::new().await;
    let form = [("email", OWNER), ("password", "wrong password")];
    let reply = app.owner.post_json_accept("/rpc/session/create", &form).await;
    assert_eq!(reply.status, 422);
    assert_eq!(app.owner.get(PAGE).await.status, 200);
}

#[tokio::test]
async fn a_sign_out_kills_the_cookie() {
    let app = App::new().await;
    let reply = app.owner.post_form("/rpc/session/delete", &[]).await;
    assert_eq!(reply.location(), "/sign-in");
    assert_eq!(reply.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(app.owner.get(PAGE).await.status, 302);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM session").await, 0);
    // Twice is as good as once.
    assert_eq!(app.owner.post_form("/rpc/session/delete", &[]).await.location(), "/sign-in");
}

#[tokio::test]
async fn a_save_that_comes_after_the_sign_out_brings_nothing_back() {
    let app = App::new().await;
    let hash = sha256(&id_in(app.owner.cookie.as_ref().unwrap()));
    let data = app.database.scalar_text("SELECT data FROM session").await;
    app.owner.post_form("/rpc/session/delete", &[]).await;
    let write = app.vault.store().write().await.unwrap();
    write.sessions().update(&hash, data, now() + 1_000_000).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert_eq!(count(&app, &hash).await, 0);
    assert_eq!(app.owner.get(PAGE).await.status, 302);
}

#[tokio::test]
async fn requests_under_way_during_a_sign_out_bring_nothing_back() {
    let app = App::new().await;
    for _ in 0..crate::app::soak(3, 50) {
        let browser = app.sign_in(OWNER).await;
        let mut requests = tokio::task::JoinSet::new();
        for n in 0..9 {
            let browser = browser.clone();
            requests.spawn(async move {
                if n == 4 {
                    browser.post_form("/rpc/session/delete", &[]).await;
                } else {
                    // The first use of a session is noted in it: each of these is a save.
                    browser.get(PAGE).await;
                }
            });
        }
        requests.join_all().await;
        assert_eq!(browser.get(PAGE).await.status, 302);
        let hash = sha256(&id_in(browser.cookie.as_ref().unwrap()));
        assert_eq!(count(&app, &hash).await, 0);
    }
}

/// Gives the owner the password that this is the hash of, as an operator does.
async fn give_owner(app: &App, hash: &str) {
    let person = app.vault.store().people().find_by_email(OWNER).await.unwrap().unwrap().person;
    let write = app.vault.store().write().await.unwrap();
    write.chain().hold(INSTANCE).await.unwrap();
    write.people().set_password(person.id, hash.to_owned()).await.unwrap();
    write.sessions().delete_of_person(person.id).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
}

#[tokio::test]
async fn a_sign_in_that_meets_another_password_begins_no_session_with_the_one_before() {
    let app = App::new().await;
    let hash = |password: &str| regcred::crypto::password::hash(password).unwrap();
    let (usual, another) = (hash(PASSWORD), hash("another horse another staple"));
    for _ in 0..crate::app::soak(3, 50) {
        give_owner(&app, &usual).await;
        let mut sign_ins = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let mut browser = app.nobody();
            sign_ins.spawn(async move {
                let form = [("email", OWNER), ("password", PASSWORD)];
                browser.cookie = browser.post_form("/rpc/session/create", &form).await.cookie();
                browser
            });
        }
        // When one is through, others are somewhere between their password and their session.
        let first = sign_ins.join_next().await.unwrap().unwrap();
        assert_eq!(first.get(PAGE).await.status, 200);
        give_owner(&app, &another).await;
        for browser in sign_ins.join_all().await.into_iter().chain([first]) {
            assert_eq!(browser.get(PAGE).await.status, 302);
        }
        assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM session").await, 0);
    }
}

#[tokio::test]
async fn an_idle_session_is_over() {
    let app = App::new().await;
    let soon = now() + 5 * 60 * 1000;
    app.raw(&format!("UPDATE session SET expires_at = {soon}")).await;
    assert_eq!(app.owner.get(PAGE).await.status, 200);
    // Using it gave it another half hour.
    let until = app.scalar_i64("SELECT expires_at FROM session").await;
    assert!((29 * 60 * 1000..=31 * 60 * 1000).contains(&(until - now())), "{until}");
    app.raw(&format!("UPDATE session SET expires_at = {}", now() - 1)).await;
    assert_eq!(app.owner.get(PAGE).await.status, 302);
}

#[tokio::test]
async fn a_session_is_over_after_its_absolute_life_however_busy() {
    let app = App::new().await;
    let life = app.scalar_i64("SELECT ends_at FROM session").await - now();
    let hour = 60 * 60 * 1000;
    assert!((11 * hour..=12 * hour).contains(&life), "{life}");
    let end = now() + 60_000;
    app.raw(&format!("UPDATE session SET ends_at = {end}")).await;
    assert_eq!(app.owner.get(PAGE).await.status, 200);
    assert_eq!(app.scalar_i64("SELECT ends_at FROM session").await, end, "use prolonged it");
    app.raw(&format!("UPDATE session SET ends_at = {}", now() - 1)).await;
    assert_eq!(app.owner.get(PAGE).await.status, 302);
    let reply = app.owner.post_json_accept("/rpc/keys/rotate", &[]).await;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn sessions_that_are_over_are_swept() {
    let app = App::new().await;
    app.vault.sweep().await.unwrap();
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM session").await, 1);
    app.raw("UPDATE session SET expires_at = 1").await;
    app.vault.sweep().await.unwrap();
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM session").await, 0);
}

#[tokio::test]
async fn who_may_no_longer_sign_in_is_out_with_the_next_request() {
    let app = App::new().await;
    assert_eq!(app.owner.get(PAGE).await.status, 200);
    app.raw("UPDATE person SET disabled_at = 1").await;
    assert_eq!(app.owner.get(PAGE).await.status, 302);
    let form = [("email", OWNER), ("password", PASSWORD)];
    assert_eq!(app.nobody().post_json_accept("/rpc/session/create", &form).await.status, 422);
}

#[tokio::test]
async fn a_role_that_was_taken_away_is_gone_with_the_next_request() {
    let app = App::new().await;
    app.raw("UPDATE membership SET role = 'viewer'").await;
    assert_eq!(app.owner.get("/p/acme/credentials/new").await.status, 403);
    app.raw("DELETE FROM membership").await;
    assert_eq!(app.owner.get(PAGE).await.status, 404);
}
