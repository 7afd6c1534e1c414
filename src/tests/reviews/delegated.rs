//! Who decides what was delegated, and who may delegate it on.

use super::{CONFIRM, Scene};
use crate::app::{Browser, Reply};
use regcred::domain::permission::of;
use regcred::domain::review::{ReviewForm, ReviewKind, Verdict};
use regcred::domain::user::Role;
use uuid::Uuid;

impl Scene {
    async fn delegate(&self, by: &Browser, review: Uuid, item: Uuid, to: &Browser) -> Reply {
        let to = to.person.unwrap().to_string();
        let choice =
            [("form[verdict]", "delegate"), ("form[note]", "On leave."), ("form[to]", to.as_str())];
        self.decide(by, review, item, &choice).await
    }
}

#[tokio::test]
async fn who_an_item_was_delegated_to_decides_it() {
    let scene = Scene::new().await;
    let other = scene.app.new_member("other", Role::Maintainer).await;
    let viewer = scene.app.member(Role::Viewer, "acme").await;
    let id = scene.app.review(&scene.app.owner, "acme", "Q4").await;
    let grant = scene.item(id, ReviewKind::Grant).await;
    let to = |person: &Browser| person.person.unwrap().to_string();
    for (who, status) in [(&viewer, 422), (&scene.app.owner, 409), (&other, 200)] {
        let to = to(who);
        let choice =
            [("form[verdict]", "delegate"), ("form[note]", "On leave."), ("form[to]", to.as_str())];
        let reply = scene.decide(&scene.reviewer, id, grant.id, &choice).await;
        assert_eq!(reply.status, status, "{}", reply.text());
    }
    assert_eq!(scene.decide(&scene.reviewer, id, grant.id, &CONFIRM).await.status, 409);
    let mine = other.get(&format!("/p/acme/reviews/{id}?show=mine")).await.text();
    assert!(mine.contains("build: ghcr"), "{mine}");
    assert_eq!(scene.decide(&other, id, grant.id, &CONFIRM).await.status, 200);
}

#[tokio::test]
async fn nobody_else_takes_an_item_from_who_it_was_delegated_to() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let asked = app.new_member("asked", Role::Maintainer).await;
    let third = app.new_member("third", Role::Maintainer).await;
    let keeper = app.new_member("keeper", Role::Owner).await;
    let id = app.review(&app.owner, "acme", "Q4").await;
    let grant = scene.item(id, ReviewKind::Grant).await.id;
    assert_eq!(scene.delegate(&scene.reviewer, id, grant, &asked).await.status, 200);
    // Not to themselves, and not to another.
    for to in [&third, &scene.reviewer] {
        let reply = scene.delegate(&third, id, grant, to).await;
        assert_eq!(reply.status, 409, "{}", reply.text());
        assert!(reply.text().contains("already delegated"), "{}", reply.text());
    }
    assert_eq!(scene.decide(&third, id, grant, &CONFIRM).await.status, 409);
    let select = "Select build: ghcr (ghcr.io)";
    for (who, ticks) in [(&third, false), (&scene.reviewer, true), (&asked, true), (&keeper, true)]
    {
        let page = who.get(&format!("/p/acme/reviews/{id}")).await.text();
        assert_eq!(page.contains(select), ticks, "{page}");
    }
    // The one who delegated it, the delegate and an owner may.
    for (by, to) in [(&scene.reviewer, &third), (&third, &asked), (&keeper, &keeper)] {
        let reply = scene.delegate(by, id, grant, to).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let given = scene.item(id, ReviewKind::Grant).await.reviewer.unwrap();
        assert_eq!((given.to.id, given.by.unwrap().id), (to.person, by.person));
    }
    assert_eq!(scene.decide(&asked, id, grant, &CONFIRM).await.status, 409);
    assert_eq!(scene.decide(&keeper, id, grant, &CONFIRM).await.status, 200);
}

#[tokio::test]
async fn a_decision_is_not_withdrawn_by_delegating() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let asked = app.new_member("asked", Role::Maintainer).await;
    let keeper = app.new_member("keeper", Role::Owner).await;
    let id = app.review(&app.owner, "acme", "Q4").await;
    let grant = scene.item(id, ReviewKind::Grant).await.id;
    assert_eq!(scene.delegate(&scene.reviewer, id, grant, &asked).await.status, 200);
    let change = [("form[verdict]", "change"), ("form[note]", "Only for main.")];
    assert_eq!(scene.decide(&asked, id, grant, &change).await.status, 200);
    for by in [&asked, &scene.reviewer, &keeper] {
        let reply = scene.delegate(by, id, grant, &scene.reviewer).await;
        assert_eq!(reply.status, 409, "{}", reply.text());
    }
    let kept = scene.item(id, ReviewKind::Grant).await;
    assert_eq!(kept.decision.unwrap().verdict, Verdict::Change);
    assert_eq!(kept.reviewer.unwrap().to.id, asked.person);
}

#[tokio::test]
async fn each_kind_of_item_may_have_a_reviewer_from_the_beginning() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let chosen = scene.reviewer.person.unwrap().to_string();
    let reviewers = |of: &str, id: &str| ReviewForm {
        name: "Q4".to_owned(),
        undecided: "list".to_owned(),
        reviewers: [(of.to_owned(), id.to_owned())].into(),
        ..ReviewForm::default()
    };
    let opener = app.evidence(&app.owner, "acme").await.can::<of::AuditWrite>().unwrap();
    let viewer = app.member(Role::Viewer, "acme").await.person.unwrap().to_string();
    for (kind, id) in [("member", &chosen), ("grant", &viewer), ("token", &"x".to_owned())] {
        let refused = app.vault.open_review(&opener, &reviewers(kind, id)).await;
        assert!(refused.is_err(), "{kind} {id}");
    }
    assert!(app.vault.open_review(&opener, &reviewers("x", &chosen)).await.is_err());
    let id = app.vault.open_review(&opener, &reviewers("grant", &chosen)).await.unwrap().0;
    let given = scene.item(id, ReviewKind::Grant).await.reviewer.unwrap();
    assert_eq!((given.to.id, given.by.unwrap().id), (scene.reviewer.person, app.owner.person));
    assert_eq!(scene.item(id, ReviewKind::Token).await.reviewer, None);
    let third = app.new_member("third", Role::Maintainer).await;
    let grant = scene.item(id, ReviewKind::Grant).await.id;
    assert_eq!(scene.decide(&third, id, grant, &CONFIRM).await.status, 409);
    assert_eq!(scene.decide(&scene.reviewer, id, grant, &CONFIRM).await.status, 200);
    // Nobody is asked about their own.
    let owner = app.owner.person.unwrap().to_string();
    let own = app.vault.open_review(&opener, &reviewers("token", &owner)).await.unwrap().0;
    assert_eq!(scene.item(own, ReviewKind::Token).await.reviewer, None);
}
