//! What changes while a check is under way, or after it: it says nothing of what is signed in with from then on.

use super::{RIGHT, Scene, WRONG};
use crate::edits::save;
use regcred::domain::check::CheckState;

#[tokio::test]
async fn a_check_of_the_last_secret_says_nothing_of_the_one_that_replaced_it() {
    let scene = Scene::new(WRONG).await;
    assert_eq!(scene.check("").await, CheckState::Failing);
    scene.registry.asked.notified().await;
    let closed = scene.registry.gate.clone().write_owned().await;
    let (vault, editor, id) = (scene.vault.clone(), scene.editor().await, scene.id);
    let checking =
        tokio::spawn(async move { vault.check_credential(&editor, id, "", false).await });
    scene.registry.asked.notified().await;
    scene.replace(RIGHT).await;
    drop(closed);
    checking.await.unwrap().unwrap();
    let checks = scene.checks().await;
    assert_eq!(checks.last.unwrap().state, CheckState::Replaced);
    assert!(checks.due_at.is_some());
    scene.later().await;
    assert_eq!(scene.last().await, CheckState::Works);
}

#[tokio::test]
async fn another_username_is_checked_soon() {
    let scene = Scene::new(WRONG).await;
    assert_eq!(scene.check("").await, CheckState::Failing);
    assert_eq!(scene.checks().await.due_at, None);
    let host = scene.registry.host.as_str();
    let fields = [("name", "own"), ("registry_url", host), ("username", "another-bot")];
    let reply = save(&scene.app, scene.id, "1", &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let checks = scene.checks().await;
    assert_eq!(checks.last.unwrap().state, CheckState::Replaced);
    assert!(checks.due_at.is_some());
}
