//! The edits by SQL after which secrets came out once, each by its name.

use super::{Scene, planted};
use crate::app::{App, OWNER, PASSWORD};
use regcred::crypto::digest::sha256;
use regcred::crypto::password;
use regcred::domain::user::Role;
use regcred::store::{Tampered, Unrecorded};
use std::collections::BTreeSet;
use tower_sessions::session::Id;
use uuid::Uuid;

#[tokio::test]
async fn a_secret_under_another_credential_is_nobodys() {
    let scene = Scene::new().await;
    let (protected, plain) = (scene.id(scene.protected), scene.id(scene.plain));
    let swap = format!(
        "UPDATE secret_version SET version = 9 WHERE credential_id = {plain} AND version = 2;
         UPDATE secret_version SET credential_id = {plain}, version = 2 WHERE credential_id = {protected}"
    );
    scene.assert_withheld("secret_version", &swap).await;
    let back = format!("UPDATE credential SET secret_version = 1 WHERE id = {plain}");
    scene.assert_withheld("credential", &back).await;
}

#[tokio::test]
async fn a_grant_that_was_changed_is_none() {
    let scene = Scene::new().await;
    let (protected, low) = (scene.id(scene.protected), scene.id(scene.low));
    let of = format!("WHERE pipeline_id = {low}");
    for change in [
        format!("credential_id = {protected}, needs_approval = FALSE {of}"),
        format!("intent = 'pull_push' {of}"),
        format!("forks = 'all' {of}"),
        format!("revision = revision + 1 {of}"),
        "mac = NULL".to_owned(),
        "mac = 'v1.1.AAAA'".to_owned(),
        "mac = (SELECT MIN(one.mac) FROM access_grant AS one)".to_owned(),
    ] {
        let sql = format!("UPDATE access_grant SET {change}");
        scene.assert_nothing("access_grant", &sql).await;
    }
    let moved = format!(
        "UPDATE access_grant SET pipeline_id = {low}, needs_approval = FALSE WHERE credential_id = {protected}"
    );
    scene.assert_nothing("access_grant", &moved).await;
    let approved = format!(
        "UPDATE access_grant SET approver = 'Bea', approved_at = 1, approved_until = '2099-01-01',
         approved_epoch = 9 WHERE credential_id = {protected}"
    );
    scene.assert_nothing("access_grant", &approved).await;
}

#[tokio::test]
async fn a_credential_that_was_changed_is_not_delivered() {
    let scene = Scene::new().await;
    let of = format!("WHERE id = {}", scene.id(scene.plain));
    for change in [
        "access = 'pull_push'",
        "paths = '[]'",
        "paths = 'oops'",
        "username = 'other-user'",
        "is_protected = TRUE",
        "disabled_at = 1",
        "token_service = 'https://evil.example.com'",
    ] {
        let sql = format!("UPDATE credential SET {change} {of}");
        scene.assert_withheld("credential", &sql).await;
    }
}

#[tokio::test]
async fn a_token_that_was_planted_moved_or_brought_back_is_none() {
    let scene = Scene::new().await;
    let (text, id, hash) = planted();
    let hash = scene.app.database.bytes(&hash);
    let (low, other) = (scene.id(scene.low), scene.id(scene.other));
    let columns = "id, project_id, pipeline_id, secret_hash, created_at, created_by, expires_on";
    let plant = format!(
        "INSERT INTO pipeline_token ({columns}, mac) SELECT '{id}', project_id, pipeline_id, {hash}, created_at, created_by, expires_on, mac FROM pipeline_token WHERE pipeline_id = {low}"
    );
    scene
        .during("pipeline_token", &plant, async || {
            assert_eq!(scene.everything_of(&text).await, BTreeSet::new());
            // What is there besides goes on.
            assert_eq!(scene.everything_of(&scene.token).await, BTreeSet::from([2]));
        })
        .await;
    for change in [
        format!("pipeline_id = {other} WHERE pipeline_id = {low}"),
        "expires_on = '2999-01-01'".to_owned(),
        "identity_epoch = identity_epoch + 1".to_owned(),
        format!("secret_hash = {hash}"),
    ] {
        let sql = format!("UPDATE pipeline_token SET {change}");
        scene.assert_withheld("pipeline_token", &sql).await;
    }
    // Revoked, and brought back.
    scene
        .app
        .raw(&format!("UPDATE pipeline_token SET revoked_at = 1 WHERE pipeline_id = {low}"))
        .await;
    assert_eq!(scene.everything_of(&scene.token).await, BTreeSet::new());
    scene.assert_withheld("pipeline_token", "UPDATE pipeline_token SET revoked_at = NULL").await;
}

#[tokio::test]
async fn a_pipeline_of_another_project_gets_nothing_there() {
    let scene = Scene::new().await;
    let sql = format!(
        "UPDATE pipeline SET project_id = {} WHERE id = {}",
        scene.id(Uuid::from_u128(7)),
        scene.id(scene.low)
    );
    scene.assert_withheld("pipeline", &sql).await;
    scene.assert_withheld("pipeline", "UPDATE pipeline SET name = name || '-2'").await;
}

#[tokio::test]
async fn a_role_an_admin_and_a_password_by_hand_are_nobodys() {
    let scene = Scene::new().await;
    let viewer = scene.app.new_member("viewer", Role::Viewer).await;
    let page = "/p/acme/credentials/new";
    assert_eq!(viewer.get(page).await.status, 403);
    let raised = "UPDATE membership SET role = 'owner'";
    scene
        .during("membership", raised, async || assert_ne!(viewer.get(page).await.status, 200))
        .await;
    let admin = "UPDATE person SET is_admin = TRUE";
    scene
        .during("person", admin, async || {
            assert_ne!(viewer.get("/admin/keys").await.status, 200);
        })
        .await;
    let hash = password::hash("another password of mine").unwrap();
    let sql = format!("UPDATE person SET password_hash = '{hash}' WHERE email = '{OWNER}'");
    scene
        .during("person", &sql, async || {
            for password in ["another password of mine", PASSWORD] {
                let form = [("email", OWNER), ("password", password)];
                let reply = scene.app.nobody().post_json_accept("/rpc/session/create", &form).await;
                assert_eq!(reply.status, 422);
            }
        })
        .await;
}

#[tokio::test]
async fn a_session_that_was_planted_is_nobodys() {
    let scene = Scene::new().await;
    let hash = scene.app.database.bytes(&sha256(&12345_i128.to_be_bytes()));
    let plant = format!(
        "INSERT INTO session (id_hash, data, person_id, expires_at, ends_at, mac)
         SELECT {hash}, data, person_id, expires_at, ends_at, mac FROM session LIMIT 1"
    );
    let mut thief = scene.app.nobody();
    thief.cookie = Some(format!("sid={}", Id(12345)));
    scene
        .during("session", &plant, async || {
            assert_eq!(thief.get("/p/acme/credentials").await.status, 302);
        })
        .await;
}

#[tokio::test]
async fn a_trust_rule_that_was_planted_lets_nobody_in() {
    let scene = Scene::new().await;
    let (low, id) = (scene.id(scene.low), scene.id(Uuid::from_u128(9)));
    let plant = format!(
        "INSERT INTO trust_rule (id, project_id, pipeline_id, provider, issuer, audience, claims, created_at, created_by)
         SELECT {id}, project_id, id, 'oidc', 'https://evil.example.com', 'regcred', '{{\"sub\":\"x\"}}', 1, 'x' FROM pipeline WHERE id = {low}"
    );
    scene
        .during("trust_rule", &plant, async || {
            let project = scene.app.evidence(&scene.app.owner, "acme").await.project().id;
            let rules = scene.app.vault.store().trust_rules(project);
            assert!(rules.live_of_pipeline(scene.low).await.unwrap().is_empty());
        })
        .await;
}

#[tokio::test]
async fn an_issuer_that_was_put_on_the_list_by_hand_is_not_on_it() {
    let scene = Scene::new().await;
    let store = scene.app.vault.store();
    let (known, evil) = ("https://gitlab.example.com", "https://evil.example.com");
    scene.app.trust_issuer(known).await;
    let planted = format!(
        "INSERT INTO issuer (id, url, added_at, added_by, is_from_upgrade, mac)
         SELECT {}, '{evil}', added_at, added_by, is_from_upgrade, mac FROM issuer",
        scene.id(Uuid::from_u128(9))
    );
    let replaced = format!("UPDATE issuer SET url = '{evil}'");
    let without = "UPDATE issuer SET mac = NULL".to_owned();
    for (sql, known_stays) in [(planted, true), (replaced, false), (without, false)] {
        scene
            .during("issuer", &sql, async || {
                let write = store.write().await.unwrap();
                for (issuer, is_listed) in [(evil, false), (known, known_stays)] {
                    assert_eq!(store.issuers().has(issuer).await.unwrap(), is_listed, "{sql}");
                    assert_eq!(write.issuers().hold(issuer).await.unwrap(), is_listed, "{sql}");
                }
                write.commit_without_event(Unrecorded::Test).await.unwrap();
                let listed = store.issuers().list(10).await.unwrap();
                assert_eq!(listed.len(), usize::from(known_stays), "{sql}: {listed:?}");
                let first = store.issuers().list(1).await.unwrap();
                assert_eq!(first, listed, "{sql}: one of somebody else takes a place");
            })
            .await;
    }
}

#[tokio::test]
async fn an_instance_that_is_in_use_is_not_set_up_again() {
    let app = App::new().await;
    let doctor = app.looked_at().await;
    for sql in [
        "DELETE FROM instance",
        "UPDATE person SET is_admin = FALSE",
        // What is left are the events.
        "DELETE FROM person",
    ] {
        app.tamper(sql).await;
        assert!(doctor.new_setup_link().await.unwrap().is_none(), "{sql}");
        assert!(!doctor.setup_is_open("").await.unwrap(), "{sql}");
    }
    assert_eq!(doctor.store().tampered_rows().await.unwrap(), Tampered::default());
}

#[tokio::test]
async fn a_sealed_row_takes_no_number_from_one_that_was_changed() {
    let scene = Scene::new().await;
    let project = scene.app.evidence(&scene.app.owner, "acme").await.project().id;
    let store = scene.app.vault.store();
    let of = format!("WHERE id = {}", scene.id(scene.low));
    let lowered = format!("UPDATE pipeline SET identity_epoch = -9 {of}");
    scene
        .during("pipeline", &lowered, async || {
            assert_eq!(store.pipelines(project).epoch(scene.low).await.unwrap(), None);
            let write = store.write().await.unwrap();
            write.pipelines(project).raise_epoch(scene.low, 1).await.unwrap_err();
        })
        .await;
    // Nobody approves a token as somebody else's, nor while one is hidden.
    let given_away = "UPDATE pipeline_token SET created_at = 0";
    scene
        .during("pipeline_token", given_away, async || {
            let tokens = store.tokens().of_pipeline(project, scene.low).await.unwrap();
            assert!(tokens.is_empty());
            assert!(!store.pipelines(project).is_untouched(scene.low).await.unwrap());
        })
        .await;
    assert!(store.pipelines(project).is_untouched(scene.low).await.unwrap());
}

#[tokio::test]
async fn a_project_that_took_the_name_of_another_is_none() {
    let scene = Scene::new().await;
    let renamed = "UPDATE project SET slug = 'other'";
    scene
        .during("project", renamed, async || {
            let found = scene.app.vault.store().projects().find("other").await.unwrap();
            assert_eq!(found, None);
            assert_ne!(scene.app.owner.get("/p/other/credentials").await.status, 200);
        })
        .await;
}

#[tokio::test]
async fn the_doctor_names_a_row_that_cannot_even_be_read() {
    let scene = Scene::new().await;
    if !scene.app.database.is_embedded() {
        // PostgreSQL takes no other type than the column's.
        return;
    }
    let sql = "UPDATE access_grant SET needs_approval = 'no', created_at = 'x'";
    scene.during("access_grant", sql, async || {}).await;
}
