//! A ciphertext opens where it was sealed for, as what it was sealed as, and nowhere else.

use super::scene::{HOST, Scene};
use crate::app::credential_form;
use crate::canary::search::{Canary, Search};
use axum::http::StatusCode;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_damaged_or_moved_ciphertext_gives_nothing_until_a_new_secret_is_saved() {
    let scene = Scene::new().await;
    let whole = scene.sealed(scene.victim).await;
    let mut blobs = vec![("the bystander's", scene.sealed(scene.bystander).await)];
    for length in [0, 1, 59, 60, 75, 76, whole.len() - 256, whole.len() - 1] {
        blobs.push(("cut short", whole[..length].to_vec()));
    }
    for at in [0, 3, 4, 5, 7, 11, 12, 16, 48, 60, 64, 100, whole.len() - 16, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        blobs.push(("a bit flipped", flipped));
    }
    blobs.push(("longer", [&whole[..], &[0; 256]].concat()));
    blobs.push(("no ciphertext", b"hunter2".to_vec()));
    let other = scene.app.project("other").await;
    let theirs = scene.app.credential(&other, "other", "victim", HOST, "hunter2").await;
    blobs.push(("another project's", scene.sealed(theirs).await));

    for (number, (case, blob)) in blobs.iter().enumerate() {
        scene.tamper("UPDATE credential SET secret_unreadable_at = NULL WHERE id = V").await;
        scene.seal(scene.victim, blob).await;
        scene.assert_withheld(&format!("{case} ({number})"), number + 1).await;
        scene.seal(scene.victim, &whole).await;
    }
    scene.tamper("UPDATE credential SET secret_unreadable_at = NULL WHERE id = V").await;
    scene.tamper("DELETE FROM secret_version WHERE credential_id = V").await;
    scene.assert_withheld("no version", blobs.len() + 1).await;

    let id = scene.victim.to_string();
    let fresh = Canary::text();
    let form =
        credential_form("acme", "victim", HOST, fresh.as_str(), &[("id", &*id), ("revision", "1")]);
    let reply = scene.app.owner.post_multipart("/rpc/credentials/update", &form, None).await;
    assert!(reply.location().contains("?said="), "{}", reply.location());
    assert_eq!(scene.app.stored("acme", scene.victim).await.summary.unreadable_at, None);
    let reply = scene.app.docker_config(&scene.token, "", &[]).await;
    assert_eq!(Search::new([&fresh]).who(&reply.body).len(), 1, "the new one is delivered");
    assert_eq!(reply.header("regcred-left-out"), "");
}

#[tokio::test]
async fn an_older_version_does_not_open_as_the_current_one() {
    let scene = Scene::new().await;
    let first = scene.sealed(scene.victim).await;
    let id = scene.victim.to_string();
    let form =
        credential_form("acme", "victim", HOST, "hunter3", &[("id", &*id), ("revision", "1")]);
    scene.app.owner.post_multipart("/rpc/credentials/update", &form, None).await;
    assert_ne!(scene.sealed(scene.victim).await, first);
    scene.seal(scene.victim, &first).await;
    scene.assert_withheld("version 1 as version 2", 1).await;
}

#[tokio::test]
async fn a_row_moved_into_another_project_gives_that_project_nothing() {
    let scene = Scene::new().await;
    let other = scene.app.project("other").await;
    let theirs = scene.app.evidence(&other, "other").await.project().id;
    let to = format!("SET project_id = {}", scene.app.database.id(theirs));
    scene.tamper(&format!("UPDATE credential {to} WHERE id = V")).await;
    scene.tamper(&format!("UPDATE secret_version {to} WHERE credential_id = V")).await;
    let (_, token) = scene.app.pipeline(&other, "other", "thief", &[scene.victim], "pull").await;
    let reply = scene.app.docker_config(&token, "", &[]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    scene.search.assert_absent("the thief's answer", &reply.body);
    assert_eq!(scene.fetch().await.1, BTreeSet::from([1]), "and it is gone from where it was");
}
