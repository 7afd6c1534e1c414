//! The end of a review, its report, and who sees what.

use super::{CLOSE, CONFIRM, REMOVE, Scene};
use crate::app::PASSWORD;
use crate::trust::drone_rule;
use regcred::checkpoints::checkpoint::Checkpoint;
use regcred::checkpoints::note::Key;
use regcred::domain::review::{ReviewCheckpoint, ReviewItem, ReviewKind};
use regcred::domain::user::Role;
use regcred::store::Unrecorded;

#[tokio::test]
async fn at_the_end_what_is_undecided_goes_if_the_review_says_so() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let listed = app.review(&app.owner, "acme", "Listed").await;
    let (page, yours) = (format!("/p/acme/reviews/{listed}"), "This item is yours");
    assert!(app.owner.get(&page).await.text().contains(yours));
    scene.close(listed).await;
    assert!(!app.owner.get(&page).await.text().contains(yours), "nobody decides it any more");
    assert!(scene.is_delivered().await);
    assert!(scene.report(listed).await.tally.undecided == 5);
    let removed = app.review_that(&app.owner, "acme", "Removed", "remove").await;
    let token = scene.item(removed, ReviewKind::Token).await;
    assert_eq!(scene.decide(&scene.reviewer, removed, token.id, &CONFIRM).await.status, 200);
    scene.close(removed).await;
    assert!(!scene.is_delivered().await);
    let tally = scene.report(removed).await.tally;
    // The memberships are listed, and the owner of the credential.
    assert_eq!((tally.confirmed, tally.removed, tally.undecided), (1, 1, 3));
    assert_eq!(app.owner.get("/p/acme/reviews").await.status, 200, "they are members still");
    let reply = scene.decide(&scene.reviewer, removed, token.id, &REMOVE).await;
    assert_eq!(reply.status, 409);
    app.assert_chain_holds().await;
}

/// Opens the note with the keys beside it.
fn opened(found: &ReviewCheckpoint) -> Checkpoint {
    let keys: Vec<Key> = found.keys.iter().filter_map(|key| Key::parse(key)).collect();
    assert!(!keys.is_empty());
    Checkpoint::open(&found.note, &keys).unwrap()
}

#[tokio::test]
async fn the_report_carries_a_checkpoint_of_the_opening_and_of_the_end() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.review(&app.owner, "acme", "Q4").await;
    let path = format!("/p/acme/reviews/{id}/report");
    let page = app.owner.get(&path).await.text();
    assert!(
        page.contains("Not closed yet") && page.contains("when the review is closed"),
        "{page}"
    );
    assert!(!page.contains("When the review was closed"), "it was not: {page}");
    let (new, all) = ("These have access now", "Everything that has access now is in this review");
    assert!(page.contains(all) && !page.contains(new), "one or the other: {page}");
    scene.close(id).await;
    let report = scene.report(id).await.review;
    let (first, last) = (report.opening.unwrap(), report.closing.unwrap());
    assert!(opened(&first).size < opened(&last).size);
    let newest = "SELECT MAX(seq) FROM audit_event WHERE action = 'review.closed'";
    assert_eq!(u64::try_from(app.scalar_i64(newest).await).unwrap(), last.links);
    let page = app.owner.get(&path).await.text();
    assert!(page.contains(last.note.lines().next().unwrap()), "{page}");
    // Once is enough.
    let review = id.to_string();
    let form = [("project", "acme"), ("id", review.as_str())];
    assert_eq!(app.owner.post_json_accept(CLOSE, &form).await.status, 409);
}

#[tokio::test]
async fn a_report_that_is_not_whole_is_none() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.review(&app.owner, "acme", "Q4").await;
    let path = format!("/p/acme/reviews/{id}/report");
    assert_eq!(app.owner.get(&path).await.status, 200);
    assert_eq!(
        app.tamper("UPDATE review_item SET terms = 'Nothing' WHERE kind = 'grant'").await,
        1
    );
    assert_eq!(app.owner.get(&path).await.status, 409);
    let whole = app.review(&app.owner, "acme", "Q5").await;
    assert_eq!(app.tamper("DELETE FROM review_item WHERE kind = 'token'").await, 2);
    assert_eq!(app.owner.get(&format!("/p/acme/reviews/{whole}/report")).await.status, 409);
    let found = app.vault.store().tampered_rows().await.unwrap();
    assert!(found.named.iter().any(|row| row.table == "review_item"), "{found:?}");
}

#[tokio::test]
async fn the_event_of_the_opening_binds_the_items() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.review(&app.owner, "acme", "Q4").await;
    let path = format!("/p/acme/reviews/{id}/report");
    let grant = scene.item(id, ReviewKind::Grant).await;
    assert_eq!(scene.decide(&scene.reviewer, id, grant.id, &CONFIRM).await.status, 200);
    let (link, sha256) = scene.report(id).await.digest.unwrap();
    let stored = format!("{{\"population\":{{\"items\":5,\"sha256\":\"{sha256}\"}}}}");
    let of_link = format!("seq = {link} AND action = 'review.opened' AND detail = '{stored}'");
    let events = format!("SELECT COUNT(*) FROM audit_event WHERE {of_link}");
    assert_eq!(app.scalar_i64(&events).await, 1);
    assert!(app.owner.get(&path).await.text().contains(&sha256));

    // Who has the keys exchanges an item for another one, whose MAC fits.
    let token = scene.item(id, ReviewKind::Token).await;
    assert_eq!(app.tamper("DELETE FROM review_item WHERE kind = 'token'").await, 1);
    let other = ReviewItem { terms: "until 2099-01-01".to_owned(), ..token };
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let write = app.vault.store().write().await.unwrap();
    write.review_items(project).freeze(id, &[other]).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    let found = app.vault.store().tampered_rows().await.unwrap();
    assert!(found.named.iter().all(|row| row.table != "review_item"), "{found:?}");
    let refused = app.owner.get(&path).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("differ from the digest"), "{}", refused.text());
    let review = id.to_string();
    let form = [("project", "acme"), ("id", review.as_str())];
    assert_eq!(app.owner.post_json_accept(CLOSE, &form).await.status, 409);
}

#[tokio::test]
async fn nothing_is_said_of_a_review_that_has_no_digest() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.review(&app.owner, "acme", "Q4").await;
    let older = "UPDATE audit_event SET detail = '{\"items\":4}' WHERE action = 'review.opened'";
    assert_eq!(app.tamper(older).await, 1);
    assert_eq!(scene.report(id).await.digest, None);
    let page = app.owner.get(&format!("/p/acme/reviews/{id}/report")).await;
    assert!(page.status == 200 && !page.text().contains("Digest of the items"));
    scene.close(id).await;
}

#[tokio::test]
async fn another_project_sees_nothing() {
    let scene = Scene::new().await;
    let id = scene.app.review(&scene.app.owner, "acme", "Hidden-review").await;
    let beta = scene.app.project("beta").await;
    for path in [format!("reviews/{id}"), format!("reviews/{id}/report")] {
        assert_eq!(beta.get(&format!("/p/beta/{path}")).await.status, 404, "{path}");
        assert_eq!(beta.get(&format!("/p/acme/{path}")).await.status, 404, "{path}");
    }
    assert!(!beta.get("/p/beta/reviews").await.text().contains("Hidden-review"));
}

#[tokio::test]
async fn each_role_sees_and_does_what_it_may() {
    let scene = Scene::new().await;
    let id = scene.app.review(&scene.app.owner, "acme", "Q4").await;
    let page = format!("/p/acme/reviews/{id}");
    for (role, decides, reports) in [
        (Role::Viewer, false, 403),
        (Role::Auditor, false, 200),
        (Role::Maintainer, true, 403),
        (Role::Owner, true, 200),
    ] {
        let member = scene.app.member(role, "acme").await;
        let shown = member.get(&page).await.text();
        assert_eq!(shown.contains("Save decision"), decides, "{role:?}");
        assert_eq!(shown.contains("Close review"), role == Role::Owner, "{role:?}");
        assert_eq!(member.get(&format!("{page}/report")).await.status, reports, "{role:?}");
    }
}

#[tokio::test]
async fn a_review_whose_items_were_changed_is_not_closed() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.review_that(&app.owner, "acme", "Q4", "remove").await;
    let hidden = "UPDATE review_item SET verdict = 'confirm' WHERE kind = 'grant'";
    assert_eq!(app.tamper(hidden).await, 1);
    let review = id.to_string();
    let form = [("project", "acme"), ("id", review.as_str())];
    assert_eq!(app.owner.post_json_accept(CLOSE, &form).await.status, 409);
    let closed = "SELECT COUNT(*) FROM review WHERE closed_at IS NOT NULL";
    assert_eq!(app.scalar_i64(closed).await, 0);
    assert!(scene.is_delivered().await, "nothing was removed");
}

#[tokio::test]
async fn a_checkpoint_is_not_exchanged_for_another() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.review(&app.owner, "acme", "Q4").await;
    scene.close(id).await;
    let path = format!("/p/acme/reviews/{id}/report");
    assert_eq!(app.owner.get(&path).await.status, 200);
    assert_eq!(app.tamper("UPDATE review SET closing = opening").await, 1);
    assert_eq!(app.owner.get(&path).await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_removed_does_not_keep_a_review_open() {
    let scene = Scene::new().await;
    let app = &scene.app;
    drone_rule(app, scene.pipeline, "7").await;
    let id = app.review_that(&app.owner, "acme", "Q4", "remove").await;
    // Nothing is written about a pipeline that somebody else has changed.
    assert_eq!(app.tamper("UPDATE pipeline SET identity_epoch = identity_epoch + 1").await, 1);
    scene.close(id).await;
    let tally = scene.report(id).await.tally;
    // The two memberships, the rule, and the owner of the credential.
    assert_eq!((tally.removed, tally.undecided), (2, 4));
}

#[tokio::test]
async fn addresses_of_members_are_for_who_audits() {
    let scene = Scene::new().await;
    let id = scene.app.review(&scene.app.owner, "acme", "Q4").await;
    let page = format!("/p/acme/reviews/{id}");
    for (role, shows) in [(Role::Viewer, false), (Role::Maintainer, false), (Role::Auditor, true)] {
        let member = scene.app.member(role, "acme").await;
        // Who was there, and who came after.
        for (query, address) in [("", " (reviewer-"), ("?show=new", " (viewer-")] {
            let shown = member.get(&format!("{page}{query}")).await.text();
            assert_eq!(shown.contains(address), shows, "{role:?} {query}");
        }
    }
}

#[tokio::test]
async fn who_gave_it_anew_does_not_confirm_it_as_another_s() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.review(&app.owner, "acme", "Q4").await;
    let grant = scene.item(id, ReviewKind::Grant).await;
    let pipeline = scene.pipeline.to_string();
    for intent in ["pull_push", "pull"] {
        let revision = app.scalar_i64("SELECT revision FROM access_grant").await.to_string();
        let form = [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("id", grant.subject.as_str()),
            ("revision", revision.as_str()),
            ("form[intent]", intent),
            ("password", PASSWORD),
        ];
        let reply = scene.reviewer.post_json_accept("/rpc/grants/update", &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let reply = scene.decide(&scene.reviewer, id, grant.id, &CONFIRM).await;
    assert_eq!(reply.status, 409, "the terms are those of before, and it is theirs");
}
