//! What is kept, or has stopped, is for others to decide on.

use super::{FETCH, Scene, back, losses, operate};
use crate::app::{App, PASSWORD};
use regcred::domain::user::Role;
use serde_json::json;
use uuid::Uuid;

const LEFT: &str = "Created by maintainer, who is no longer a maintainer or owner";

#[tokio::test]
async fn what_is_kept_goes_on_and_the_page_says_whose_it_was() {
    let scene = Scene::new().await;
    let short = scene.exchanged().await.unwrap();
    let path = format!("/p/acme/pipelines/{}/identity", scene.pipeline);
    assert!(!scene.app.owner.get(&path).await.text().contains(LEFT));
    let keep = [&losses(&scene.email)[0][..], &["--keep"]].concat();
    let said = scene.operate(&keep).await.done();
    assert!(said.contains("5 items stay. Decide whether to keep them."), "{said}");
    assert_eq!(scene.ways(&scene.app.nobody(), &short).await, [true; 4]);
    // A token, and three rules with a form to confirm each.
    let page = scene.app.owner.get(&path).await.text();
    assert_eq!(page.matches(LEFT).count(), 1 + 3 + 3, "{page}");
    assert_eq!(scene.events("1").await, ["member.removed"]);
    let detail = scene
        .app
        .database
        .scalar_text("SELECT detail FROM audit_event WHERE action = 'member.removed'");
    assert_eq!(detail.await, "{\"kept\":5}");
    // It ends when the operator says so after all.
    scene.operate(&losses(&scene.email)[2]).await.done();
    assert_eq!(scene.ways(&scene.app.nobody(), &short).await, [false; 4]);
}

#[tokio::test]
async fn a_rule_that_stopped_works_again_once_another_member_confirms_it() {
    let scene = Scene::new().await;
    let confirm = async |id: Uuid, password: &str| {
        let (pipeline, id) = (scene.pipeline.to_string(), id.to_string());
        let form = [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("id", id.as_str()),
            ("password", password),
        ];
        scene.app.owner.post_json_accept("/rpc/trust-rules/confirm", &form).await
    };
    let rules = scene.page().await.rules;
    let needless = confirm(rules[0].id, PASSWORD).await;
    assert_eq!(needless.status, 409, "{}", needless.text());
    scene.operate(&losses(&scene.email)[0]).await.done();
    let rules = scene.page().await.rules;
    assert!(rules.iter().all(|rule| rule.ended_at.is_some()) && rules.len() == 3);
    assert_eq!(confirm(rules[0].id, "wrong password").await.status, 422);
    assert_eq!(scene.exchanged().await, None);
    let (pipeline, id) = (scene.pipeline.to_string(), rules[1].id.to_string());
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("id", id.as_str()),
        ("password", "wrong password"),
    ];
    let reply = scene.app.owner.post_form("/rpc/trust-rules/confirm", &form).await;
    let page = scene.app.owner.follow(reply).await.text();
    for rule in &rules {
        let is_wrong = page.contains(&format!("id=\"confirm-{}-error\"", rule.id));
        assert_eq!(is_wrong, rule.id == rules[1].id, "the form that was sent says so: {page}");
    }
    for rule in &rules {
        let reply = confirm(rule.id, PASSWORD).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let confirmed = scene.page().await;
    for rule in &confirmed.rules {
        let before = rules.iter().map(|one| one.identity_epoch).max();
        assert!(Some(rule.identity_epoch) > before, "approvals before are not for it");
        assert_eq!((rule.ended_at, rule.created_by.id), (None, scene.app.owner.person));
    }
    assert_eq!(confirmed.gone, [scene.maintainer.person.unwrap()], "of the token");
    let short = scene.exchanged().await.unwrap();
    // The token stays revoked, and the secret that was seen stays another one.
    assert_eq!(scene.ways(&scene.app.nobody(), &short).await, [false, true, false, true]);
}

/// A protected credential that the owner granted; a maintainer approved that. Gives the token.
pub(super) async fn approved(app: &App) -> (String, Uuid) {
    let more = [("is_protected", "true")];
    let id = app
        .credential_with(&app.owner, "acme", "release", "ghcr.io", "hunter2-hunter2", &more)
        .await;
    let (pipeline, token) = app.bare_pipeline("build").await;
    app.grant(pipeline, id, &[("form[intent]", "pull_push")]).await;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let grant = app.database.scalar::<Uuid>("SELECT id FROM access_grant").await.to_string();
    let epoch = app.scalar_i64("SELECT identity_epoch FROM pipeline").await.to_string();
    let revision = app.scalar_i64("SELECT revision FROM access_grant").await.to_string();
    let pipeline = pipeline.to_string();
    let form = [
        ("epoch", epoch.as_str()),
        ("revision", revision.as_str()),
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("id", grant.as_str()),
        ("days", "30"),
        ("password", PASSWORD),
    ];
    let reply = maintainer.post_json_accept("/rpc/grants/approve", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    (token, maintainer.person.unwrap())
}

#[tokio::test]
async fn the_approvals_of_who_left_are_withdrawn_and_the_grant_waits_again() {
    for number in 0..3 {
        let app = App::new().await;
        let (token, maintainer) = approved(&app).await;
        let email = format!("maintainer-{}@example.com", maintainer.simple());
        assert_eq!(app.fetch(&token, FETCH).await.status, 200);
        let said = operate(&app, &losses(&email)[number]).await;
        assert_eq!(said.code, Some(0), "{}", said.err);
        assert!(said.err.contains("approval for release"), "{}", said.err);
        let reply = app.fetch(&token, FETCH).await;
        assert_eq!(reply.status, 403, "{}", reply.text());
        assert!(!reply.text().contains("hunter2"));
        let withdrawn =
            "SELECT COUNT(*) FROM audit_event WHERE action = 'grant.approval_withdrawn'";
        assert_eq!(app.scalar_i64(withdrawn).await, 1);
    }
}

#[tokio::test]
async fn an_approval_that_was_withdrawn_is_found_by_the_doctor_when_it_is_back() {
    let app = App::new().await;
    let (_, maintainer) = approved(&app).await;
    let email = format!("maintainer-{}@example.com", maintainer.simple());
    assert_eq!(back(&app).await, json!([]));
    app.tamper("CREATE TABLE kept AS SELECT * FROM access_grant").await;
    operate(&app, &losses(&email)[0]).await.done();
    assert_eq!(back(&app).await, json!([]));
    assert_eq!(app.tamper("DELETE FROM access_grant").await, 1);
    assert_eq!(app.tamper("INSERT INTO access_grant SELECT * FROM kept").await, 1);
    app.tamper("DROP TABLE kept").await;
    let what = "approval of the grant of release to build";
    assert_eq!(back(&app).await, json!([{ "project": "acme", "what": what }]));
}
