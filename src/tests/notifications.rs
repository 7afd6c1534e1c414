//! What the members of a project are told without asking: each thing once, and nothing after a renewal.

use crate::app::{App, Browser};
use crate::edits::save;
use crate::listing::{create, in_days};
use regcred::domain::notification::{News, Notifications};
use regcred::domain::permission::of;
use regcred::domain::user::Role;
use uuid::Uuid;

async fn told(app: &App, by: &Browser) -> Notifications {
    let reader = app.evidence(by, "acme").await.can::<of::RegistryRead>().unwrap();
    app.vault.notifications(&reader).await.unwrap()
}

async fn unread(app: &App, by: &Browser) -> usize {
    app.vault.beside(&app.evidence(by, "acme").await).await.unwrap().notifications
}

/// What is told, the oldest first, as `label name`.
async fn labels(app: &App) -> Vec<String> {
    let notifications = told(app, &app.owner).await.notifications;
    let mut labels: Vec<String> =
        notifications.iter().map(|one| format!("{} {}", one.news.label(), one.name)).collect();
    labels.sort();
    labels
}

#[tokio::test]
async fn every_reminder_is_told_once_however_often_and_by_however_many_servers_it_is_looked() {
    let app = App::new().await;
    for (name, expires, review) in [
        ("soon", in_days(5), String::new()),
        ("over", in_days(-1), String::new()),
        ("long-ago", in_days(-300), String::new()),
        ("fine", in_days(200), String::new()),
        ("due", String::new(), in_days(-1)),
    ] {
        create(&app, name, |form| (form.expires_on, form.review_on) = (expires, review)).await;
    }
    let (one, two, three) = (app.vault.clone(), app.vault.clone(), app.vault.clone());
    for _ in 0..3 {
        let (a, b, c) = tokio::join!(one.remind(), two.remind(), three.remind());
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
    }
    assert_eq!(labels(&app).await, ["Due due", "Expired over", "Expires soon"]);
    assert_eq!(unread(&app, &app.owner).await, 3);
}

#[tokio::test]
async fn each_day_before_the_end_is_told_and_none_after_a_renewal() {
    let app = App::new().await;
    create(&app, "ghcr", |form| form.expires_on = in_days(59)).await;
    // Time moves towards the end: each day on which a reminder is due, and one on which none is.
    for (left, count) in [(59, 1), (45, 1), (30, 2), (8, 2), (7, 3), (1, 4), (0, 5), (-1, 6)] {
        let on = in_days(left);
        app.raw(&format!("UPDATE credential SET expires_on = '{on}'")).await;
        // The cause has the day, which does not move in reality.
        app.raw(
            "UPDATE notification SET cause = REPLACE(cause, SUBSTR(cause, 11, 10), 'XXXXXXXXXX')",
        )
        .await;
        let sql = format!("UPDATE notification SET cause = REPLACE(cause, 'XXXXXXXXXX', '{on}')");
        app.raw(&sql).await;
        app.vault.remind().await.unwrap();
        assert_eq!(told(&app, &app.owner).await.notifications.len(), count, "{left} days before");
    }
    let id = app.find_credential(&app.owner, "acme", "ghcr").await;
    let later = in_days(300);
    let fields = [("password", "another-of-acme"), ("expires_on", later.as_str())];
    let reply = save(&app, id, "1", &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    app.vault.remind().await.unwrap();
    assert_eq!(told(&app, &app.owner).await.notifications.len(), 6);
}

#[tokio::test]
async fn what_one_member_has_read_is_unread_for_the_others() {
    let app = App::new().await;
    create(&app, "soon", |form| form.expires_on = in_days(5)).await;
    app.vault.remind().await.unwrap();
    let viewer = app.member(Role::Viewer, "acme").await;
    assert_eq!((unread(&app, &app.owner).await, unread(&app, &viewer).await), (1, 1));
    let page = viewer.get("/p/acme/notifications").await.text();
    assert!(page.contains("soon expires on") && page.contains("Mark all as read"), "{page}");
    let until = told(&app, &viewer).await.notifications[0].at.0.to_string();
    let form = [("project", "acme"), ("until", until.as_str())];
    let reply = viewer.post_form("/rpc/notifications/read", &form).await;
    assert!(reply.location().starts_with("/p/acme/notifications"), "{}", reply.location());
    assert_eq!((unread(&app, &app.owner).await, unread(&app, &viewer).await), (1, 0));
    // One that is told later is unread again, also when somebody said that they had read up to a time to come.
    let form = [("project", "acme"), ("until", "99999999999999")];
    viewer.post_form("/rpc/notifications/read", &form).await;
    create(&app, "next", |form| form.expires_on = in_days(6)).await;
    app.vault.remind().await.unwrap();
    assert_eq!(unread(&app, &viewer).await, 1);
}

#[tokio::test]
async fn another_project_is_told_nothing_and_a_deleted_credential_leaves_nothing() {
    let app = App::new().await;
    create(&app, "soon", |form| form.expires_on = in_days(5)).await;
    app.vault.remind().await.unwrap();
    let stranger = app.project("other").await;
    let other = app.evidence(&stranger, "other").await;
    assert_eq!(app.vault.beside(&other).await.unwrap().notifications, 0);
    let reader = other.can::<of::RegistryRead>().unwrap();
    assert!(app.vault.notifications(&reader).await.unwrap().notifications.is_empty());
    let id: Uuid = app.find_credential(&app.owner, "acme", "soon").await;
    let id = id.to_string();
    let form = [("project", "acme"), ("id", &*id), ("password", crate::app::PASSWORD)];
    app.owner.post_form("/rpc/credentials/delete", &form).await;
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM notification").await, 0);
}

#[tokio::test]
async fn nobody_is_reminded_of_a_disabled_credential() {
    let app = App::new().await;
    create(&app, "soon", |form| form.expires_on = in_days(5)).await;
    app.raw("UPDATE credential SET disabled_at = 1").await;
    app.vault.remind().await.unwrap();
    assert!(told(&app, &app.owner).await.notifications.is_empty());
    app.raw("UPDATE credential SET disabled_at = NULL").await;
    app.vault.remind().await.unwrap();
    let notifications = told(&app, &app.owner).await.notifications;
    assert!(matches!(notifications[0].news, News::Expires { .. }));
}
