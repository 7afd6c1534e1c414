//! The key for the audit log: after a new one every row and link holds as before, the rows are under it, and
//! the old one is retired and verifies.

use super::{REFUSED, admin, keys_for, tend, with_secrets};
use crate::app::{App, Browser, PASSWORD, auths};
use regcred::domain::audit::Action;
use regcred::domain::key::KeyPurpose::Audit;
use regcred::domain::key::KeyState;
use regcred::store::{Store, Tampered, Unrecorded};
use regcred::vault::{INSTANCE, unlock};
use uuid::Uuid;

/// Tables that have rows once a pipeline has fetched something, and where their MACs are.
const MACS: [(&str, &str); 10] = [
    ("person", "mac"),
    ("project", "mac"),
    ("membership", "mac"),
    ("session", "mac"),
    ("pipeline", "mac"),
    ("pipeline_token", "mac"),
    ("access_grant", "mac"),
    ("credential", "mac"),
    ("secret_version", "mac"),
    ("chain_head", "end_mac"),
];

pub(super) async fn rotate(app: &App) {
    app.vault.rotate_data_key(&admin(app).await, Audit).await.unwrap();
}

/// The new key becomes active, and the job has moved no row yet.
pub(super) async fn activate_alone(app: &App) {
    for (version, state) in [(1, "archived"), (2, "active")] {
        app.raw(&format!(
            "UPDATE crypto_key SET state = '{state}' WHERE purpose = 'audit' AND version = {version}"
        ))
        .await;
    }
    app.vault.ask_for_work().await.unwrap();
}

/// How many rows of the table are under that key, as they say.
pub(super) async fn under(app: &App, (table, mac): (&str, &str), version: u32) -> i64 {
    app.scalar_i64(&format!("SELECT COUNT(*) FROM {table} WHERE {mac} LIKE 'v1.{version}.%'")).await
}

pub(super) async fn project(app: &App) -> Uuid {
    app.evidence(&app.owner, "acme").await.project().id
}

pub(super) async fn assert_all_is_ours(app: &App) {
    assert_eq!(app.vault.store().tampered_rows().await.unwrap(), Tampered::default());
    app.assert_chain_holds().await;
    assert_eq!(app.vault.first_break(INSTANCE).await.unwrap(), None);
}

/// The owner's browser at another server, which knows the keys that there are now.
async fn owner_elsewhere(app: &App) -> Browser {
    let mut other = app.another_server().await;
    other.cookie.clone_from(&app.owner.cookie);
    other.person = app.owner.person;
    other
}

/// A store that knows the keys that there are now, and never reads others.
pub(super) async fn without_news(app: &App) -> Store {
    let store = Store::connect(&app.address).await.unwrap();
    unlock(&store, app.key_source()).await.unwrap();
    store
}

#[tokio::test]
async fn rows_and_links_from_before_a_rotation_hold_with_those_after_it() {
    let (app, token) = with_secrets(2).await;
    let before = app.docker_config(&token, "", &[]).await.body;
    rotate(&app).await;
    assert_eq!(keys_for(&app, Audit).await[1], (2, KeyState::Pending, 0));
    assert!(app.vault.rotate_data_key(&admin(&app).await, Audit).await.is_err(), "one at a time");
    tend(&app).await;
    let expected = [(1, KeyState::Archived, 0), (2, KeyState::Active, 0)];
    assert_eq!(keys_for(&app, Audit).await, expected);
    for table in MACS {
        let (old, new) = (under(&app, table, 1).await, under(&app, table, 2).await);
        assert!(old == 0 && new > 0, "{table:?}: {old} and {new}");
    }
    assert!(!app.vault.data_keys(&admin(&app).await).await.unwrap().are_rows_moving);
    assert_eq!(app.docker_config(&token, "", &[]).await.body, before);
    app.credential(&app.owner, "acme", "new", "ghcr.io", "another").await;
    assert_all_is_ours(&app).await;
    // The change is a link among the others, and a server that starts now finds all as it is.
    let events = app.vault.store().chain().newest(INSTANCE, 1).await.unwrap();
    let said = (events[0].action, events[0].subject.as_str());
    assert_eq!(said, (Action::KeyActivated, "2 for the audit log"));
    let other = app.another_server().await;
    assert_eq!(auths(&other.docker_config(&token, "", &[]).await).len(), 1);
}

#[tokio::test]
async fn a_link_that_is_changed_is_found_whichever_key_it_was_made_with() {
    let (app, _) = with_secrets(1).await;
    rotate(&app).await;
    tend(&app).await;
    app.vault.retire_data_key(&admin(&app).await, Audit, 1).await.unwrap();
    app.credential(&app.owner, "acme", "new", "ghcr.io", "another").await;
    assert_all_is_ours(&app).await;
    let project = project(&app).await;
    let id = app.database.id(project);
    let last =
        app.scalar_i64(&format!("SELECT MAX(seq) FROM audit_event WHERE chain = {id}")).await;
    for seq in [last, 1] {
        let sql = format!("UPDATE audit_event SET actor = 'x' WHERE chain = {id} AND seq = {seq}");
        assert_eq!(app.tamper(&sql).await, 1);
        assert_eq!(app.vault.first_break(project).await.unwrap(), Some(seq));
    }
}

#[tokio::test]
async fn the_job_takes_no_changed_row_for_ours_and_none_holds_it_up() {
    let (app, _) = with_secrets(1).await;
    assert_eq!(app.tamper("UPDATE pipeline SET name = 'mallory'").await, 1);
    let is_named = async || {
        let found = app.vault.store().tampered_rows().await.unwrap();
        assert_eq!(found.rows, 1, "{found:?}");
        assert_eq!(found.named[0].table, "pipeline");
    };
    is_named().await;
    rotate(&app).await;
    tend(&app).await;
    assert_eq!(under(&app, ("pipeline", "mac"), 1).await, 1);
    assert_eq!(under(&app, ("credential", "mac"), 1).await, 0);
    is_named().await;
    app.vault.retire_data_key(&admin(&app).await, Audit, 1).await.unwrap();
    tend(&app).await;
    is_named().await;
    // Nor is it ours again with its old MAC.
    assert_eq!(app.tamper("UPDATE pipeline SET name = 'build'").await, 1);
    is_named().await;
}

#[tokio::test]
async fn a_server_that_has_not_heard_of_the_new_key_takes_its_rows_for_ours() {
    let (app, token) = with_secrets(1).await;
    let other = owner_elsewhere(&app).await;
    let before = app.docker_config(&token, "", &[]).await.body;
    rotate(&app).await;
    tend(&app).await;
    assert_eq!(other.docker_config(&token, "", &[]).await.body, before);
    app.credential(&other, "acme", "theirs", "ghcr.io", "another").await;
    app.find_credential(&app.owner, "acme", "theirs").await;
    assert_all_is_ours(&app).await;
}

#[tokio::test]
async fn a_server_that_meets_the_new_key_first_at_the_end_of_a_chain_goes_on_with_it() {
    for delivers in [true, false] {
        let (app, token) = with_secrets(1).await;
        let other = owner_elsewhere(&app).await;
        rotate(&app).await;
        activate_alone(&app).await;
        // Its session and its token are under the old key, and the end of the chain is under the new one.
        app.credential(&app.owner, "acme", "mine", "ghcr.io", "another").await;
        assert_eq!(under(&app, ("pipeline_token", "mac"), 2).await, 0);
        if delivers {
            assert_eq!(auths(&other.docker_config(&token, "", &[]).await).len(), 1);
        } else {
            app.credential(&other, "acme", "theirs", "quay.io", "another").await;
        }
        assert_all_is_ours(&app).await;
    }
}

#[tokio::test]
async fn what_a_server_writes_under_the_old_key_is_ours_and_moved_later() {
    let (app, _) = with_secrets(1).await;
    rotate(&app).await;
    // It knows the new key, and not yet that it is active.
    let other = owner_elsewhere(&app).await;
    activate_alone(&app).await;
    app.credential(&other, "acme", "theirs", "quay.io", "another").await;
    assert_eq!(under(&app, ("credential", "mac"), 1).await, 2);
    app.find_credential(&app.owner, "acme", "theirs").await;
    assert_all_is_ours(&app).await;
    tend(&app).await;
    assert_eq!(under(&app, ("credential", "mac"), 2).await, 2);
    assert_all_is_ours(&app).await;
}

#[tokio::test]
async fn what_follows_from_a_row_under_an_unknown_key_is_not_committed() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "one", "ghcr.io", "hunter2").await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let old = without_news(&app).await;
    rotate(&app).await;
    tend(&app).await;
    // It takes them for changed by somebody else.
    let write = old.write().await.unwrap();
    assert!(write.disown(pipeline).await.unwrap() > 0);
    write.commit_without_event(Unrecorded::Test).await.expect_err(REFUSED);
    assert_all_is_ours(&app).await;
    // A row that names a key which nobody made is one that somebody changed.
    let sql = "UPDATE pipeline SET mac = 'v1.9.AAAA'";
    assert_eq!(app.tamper(sql).await, 1);
    let write = app.vault.store().write().await.unwrap();
    assert_eq!(write.disown(pipeline).await.unwrap(), 1);
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert_eq!(app.vault.store().tampered_rows().await.unwrap().rows, 1);
}

#[tokio::test]
async fn a_key_is_retired_once_no_row_is_under_it_and_is_never_destroyed() {
    let (app, token) = with_secrets(1).await;
    let admin = admin(&app).await;
    let old = without_news(&app).await;
    let mac = app.database.scalar_text("SELECT mac FROM credential").await;
    app.vault.retire_data_key(&admin, Audit, 1).await.expect_err(REFUSED);
    rotate(&app).await;
    activate_alone(&app).await;
    let refused = app.vault.retire_data_key(&admin, Audit, 1).await.expect_err(REFUSED);
    assert!(refused.to_string().contains("still use an older data key"), "{refused}");
    assert!(app.vault.data_keys(&admin).await.unwrap().are_rows_moving);
    tend(&app).await;
    // A server that has not read for long which key is active writes another one.
    let write = old.write().await.unwrap();
    write.instance().set("late", "row", None).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    let refused = app.vault.retire_data_key(&admin, Audit, 1).await.expect_err(REFUSED);
    assert!(refused.to_string().contains("1 row still uses an older data key"), "{refused}");
    tend(&app).await;
    app.vault.retire_data_key(&admin, Audit, 1).await.unwrap();
    for version in [1, 2] {
        let refused = app.vault.destroy_data_key(&admin, Audit, version).await.expect_err(REFUSED);
        assert!(refused.to_string().contains("cannot be destroyed"), "{refused}");
    }
    let expected = [(1, KeyState::Retired, 0), (2, KeyState::Active, 0)];
    assert_eq!(keys_for(&app, Audit).await, expected);
    assert_all_is_ours(&app).await;
    let other = app.another_server().await;
    assert_eq!(auths(&other.docker_config(&token, "", &[]).await).len(), 1);
    // A MAC of the old key makes no row ours any more, not even when the key is marked as before.
    assert_eq!(app.tamper(&format!("UPDATE credential SET mac = '{mac}'")).await, 1);
    for _ in 0..2 {
        assert_eq!(app.vault.store().tampered_rows().await.unwrap().rows, 1);
        app.tamper(
            "UPDATE crypto_key SET state = 'archived' WHERE purpose = 'audit' AND version = 1",
        )
        .await;
        app.vault.ask_for_work().await.unwrap();
    }
    // A server that starts now goes by what the key says itself.
    app.another_server().await;
    assert_eq!(without_news(&app).await.tampered_rows().await.unwrap().rows, 1);
}

#[tokio::test]
async fn a_browser_that_was_known_is_known_until_its_key_is_retired() {
    let app = App::new().await;
    let person = app.new_person("dana").await;
    let mark = app.vault.known_browser(&person).unwrap();
    rotate(&app).await;
    tend(&app).await;
    assert!(app.vault.is_mark(&mark));
    let new = app.vault.known_browser(&person).unwrap();
    app.vault.retire_data_key(&admin(&app).await, Audit, 1).await.unwrap();
    // A server reads the keys again a moment later.
    app.vault.ask_for_work().await.unwrap();
    assert!(!app.vault.is_mark(&mark) && app.vault.is_mark(&new));
}

#[tokio::test]
async fn the_page_rotates_and_retires_the_key_and_destroys_none() {
    let app = App::new().await;
    let page = app.owner.get("/admin/keys").await.text();
    assert!(page.contains("Rotate data key for the audit log"));
    let form = [("version", "1"), ("purpose", "audit"), ("password", PASSWORD)];
    let reply = app.owner.post_json_accept("/rpc/keys/rotate", &form[1..2]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(keys_for(&app, Audit).await[1], (2, KeyState::Pending, 0));
    let page = app.owner.get("/admin/keys").await.text();
    assert!(!page.contains("Rotate data key for the audit log"), "one at a time");
    activate_alone(&app).await;
    let page = app.owner.get("/admin/keys").await.text();
    assert!(page.contains("moved to the new data key for the audit log"));
    tend(&app).await;
    let page = app.owner.get("/admin/keys").await.text();
    assert!(!page.contains("moved to the new data key for the audit log"));
    assert!(page.contains("Retire data key 1 for the audit log"));
    let reply = app.owner.post_json_accept("/rpc/keys/retire", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let page = app.owner.get("/admin/keys").await.text();
    assert!(!page.contains("Destroy data key 1 for the audit log"));
    let reply = app.owner.post_json_accept("/rpc/keys/destroy", &form).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("cannot be destroyed"), "{}", reply.text());
}
