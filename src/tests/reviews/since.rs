//! What came after the opening, or changed since, is listed as not in the review.

use super::{CONFIRM, Scene};
use crate::app::PASSWORD;
use regcred::domain::review::ReviewKind;
use regcred::domain::user::Role;
use regcred::store::Unrecorded;
use uuid::Uuid;

impl Scene {
    /// The names of what is not in the review, with the terms now and in the review.
    async fn not_in(&self, review: Uuid) -> Vec<(String, String, Option<String>)> {
        let found = self.report(review).await.not_reviewed.into_iter();
        found.map(|one| (one.name, one.terms, one.before)).collect()
    }
}

#[tokio::test]
async fn a_grant_that_is_given_anew_with_more_is_not_in_the_review() {
    let scene = Scene::new().await;
    let id = scene.app.review(&scene.app.owner, "acme", "Q4").await;
    assert!(scene.report(id).await.not_reviewed.is_empty());
    let grant = scene.item(id, ReviewKind::Grant).await;
    let (pipeline, made_at) = (scene.pipeline.to_string(), grant.made_at.unwrap());
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("id", grant.subject.as_str()),
        ("form[intent]", "pull_push"),
        ("password", PASSWORD),
    ];
    let reply = scene.app.owner.post_json_accept("/rpc/grants/update", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let report = scene.report(id).await;
    let new: Vec<&str> = report.not_reviewed.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(new, [grant.name.as_str()]);
    assert!(report.not_reviewed[0].made_at.unwrap() > made_at);
}

#[tokio::test]
async fn who_was_confirmed_and_has_another_role_since_is_not_in_the_review() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let viewer = app.new_member("viewer", Role::Viewer).await;
    let person = viewer.person.unwrap();
    let id = app.review(&app.owner, "acme", "Q4").await;
    let items = scene.items(id).await;
    let item = items.iter().find(|one| one.subject == person.to_string()).unwrap();
    assert_eq!(scene.decide(&app.owner, id, item.id, &CONFIRM).await.status, 200);
    assert!(scene.not_in(id).await.is_empty());
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let write = app.vault.store().write().await.unwrap();
    write.projects().set_role(project, person, Role::Owner).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    let now = (item.name.clone(), "Owner".to_owned(), Some("Viewer".to_owned()));
    assert_eq!(scene.not_in(id).await, [now]);
    let page = app.owner.get(&format!("/p/acme/reviews/{id}?show=new")).await.text();
    assert!(page.contains("In the review: Viewer"), "{page}");
}

#[tokio::test]
async fn a_grant_with_other_branches_or_events_is_not_in_the_review() {
    let scene = Scene::new().await;
    let id = scene.app.review(&scene.app.owner, "acme", "Q4").await;
    let grant = scene.item(id, ReviewKind::Grant).await;
    let pipeline = scene.pipeline.to_string();
    for (field, value, said) in
        [("form[branches]", "main", "branches: main"), ("form[events]", "push", "events: push")]
    {
        let revision = scene.app.scalar_i64("SELECT revision FROM access_grant").await.to_string();
        let form = [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("id", grant.subject.as_str()),
            ("revision", revision.as_str()),
            ("form[intent]", "pull"),
            (field, value),
            ("password", PASSWORD),
        ];
        let reply = scene.app.owner.post_json_accept("/rpc/grants/update", &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let terms = format!("{}; {said}", grant.terms);
        let now = (grant.name.clone(), terms, Some(grant.terms.clone()));
        assert_eq!(scene.not_in(id).await, [now]);
    }
}

#[tokio::test]
async fn a_rule_that_had_stopped_and_was_resumed_is_not_in_the_review() {
    let scene = Scene::new().await;
    let app = &scene.app;
    crate::trust::drone_rule(app, scene.pipeline, "7").await;
    let stop = |at: &str| format!("UPDATE trust_rule SET ended_at = {at}");
    let rule = |found: Vec<(String, String, Option<String>)>| {
        found.into_iter().map(|(_, _, before)| before.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(app.tamper(&stop("1")).await, 1);
    let id = app.review(&app.owner, "acme", "Q4").await;
    assert!(scene.not_in(id).await.is_empty());
    assert_eq!(app.tamper(&stop("NULL")).await, 1);
    let found = rule(scene.not_in(id).await);
    assert!(found.len() == 1 && found[0].ends_with(" (stopped)"), "{found:?}");
    // What stops after the opening gives no more than before.
    let later = app.review(&app.owner, "acme", "Q5").await;
    assert_eq!(app.tamper(&stop("1")).await, 1);
    assert!(scene.not_in(later).await.is_empty());
}
