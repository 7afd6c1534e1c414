//! The report as a file: who gets it, what is in it, and that it is on record.

use super::Scene;
use crate::app::{Browser, Reply};
use regcred::domain::user::Role;
use uuid::Uuid;

const EXPORT: &str = "/rpc/reviews/export";

async fn export(browser: &Browser, project: &str, review: Uuid) -> Reply {
    let id = review.to_string();
    browser.post_form(EXPORT, &[("project", project), ("id", id.as_str())]).await
}

#[tokio::test]
async fn the_file_has_every_item_and_is_recorded() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.review(&app.owner, "acme", "Q4").await;
    let reply = export(&app.owner, "acme", id).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8; header=present");
    let name = format!("attachment; filename=\"regcred-review-acme-{id}.csv\"");
    assert_eq!(reply.header("content-disposition"), name);
    let text = reply.text();
    let rows: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(rows.len(), 7, "a head, five items and an end: {text}");
    assert!(rows[0].starts_with("number,kind,name,") && rows[6].starts_with(",end,"), "{text}");
    assert!(text.contains("1,grant,build: ghcr (ghcr.io),"), "{text}");
    let exported = "SELECT COUNT(*) FROM audit_event WHERE action = 'review.exported'";
    assert_eq!(app.scalar_i64(exported).await, 1);
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn only_who_audits_the_project_gets_the_file_and_only_when_it_is_whole() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.review(&app.owner, "acme", "Q4").await;
    for (role, status) in
        [(Role::Viewer, 403), (Role::Maintainer, 403), (Role::Auditor, 200), (Role::Owner, 200)]
    {
        let member = app.member(role, "acme").await;
        assert_eq!(export(&member, "acme", id).await.status, status, "{role:?}");
    }
    let beta = app.project("beta").await;
    for project in ["acme", "beta"] {
        assert_eq!(export(&beta, project, id).await.status, 404, "{project}");
    }
    let review = id.to_string();
    let form = [("project", "acme"), ("id", review.as_str())];
    assert_eq!(app.nobody().post_json_accept(EXPORT, &form).await.status, 401);
    assert_eq!(app.owner.get(EXPORT).await.status, 405);
    assert_eq!(export(&app.owner, "acme", Uuid::nil()).await.status, 404);
    assert!(app.tamper("DELETE FROM review_item WHERE kind = 'token'").await > 0);
    assert_eq!(export(&app.owner, "acme", id).await.status, 409);
}
