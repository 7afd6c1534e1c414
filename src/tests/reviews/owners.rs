//! Who owns each credential is an item, too.

use super::{CONFIRM, REMOVE, Scene};
use regcred::domain::review::{ReviewKind, Verdict};

#[tokio::test]
async fn the_owner_of_a_credential_is_confirmed_or_changed_and_never_removed() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.review_that(&app.owner, "acme", "Q4", "remove").await;
    let item = scene.item(id, ReviewKind::Owner).await;
    assert_eq!((item.name.as_str(), item.credential), ("ghcr (ghcr.io)", Some(scene.credential)));
    assert_eq!(item.whose.id, app.owner.person);
    let path = format!("/p/acme/reviews/{id}?kind=credential_owner");
    let page = app.owner.get(&path).await.text();
    assert!(page.contains("ghcr (ghcr.io)") && page.contains("This item is yours"), "{page}");
    let reply = scene.decide(&scene.reviewer, id, item.id, &REMOVE).await;
    assert_eq!(reply.status, 409);
    assert!(reply.text().contains("cannot be removed here"), "{}", reply.text());
    assert_eq!(scene.decide(&scene.reviewer, id, item.id, &CONFIRM).await.status, 200);
    let decision = scene.item(id, ReviewKind::Owner).await.decision.unwrap();
    assert_eq!(decision.verdict, Verdict::Confirm);
    // With another owner it is not what was confirmed.
    assert_eq!(app.tamper("UPDATE credential SET owner = 'Somebody else'").await, 1);
    assert_eq!(scene.decide(&scene.reviewer, id, item.id, &CONFIRM).await.status, 409);
    let found = scene.report(id).await.not_reviewed;
    let owner = found.iter().find(|one| one.kind == ReviewKind::Owner).unwrap();
    assert_eq!(owner.terms, "Somebody else");
    assert_eq!(owner.before.as_deref(), Some(item.terms.as_str()));
}
