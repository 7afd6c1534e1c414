//! Edits that collide: the later one is told what changed, and overwrites nothing.

use crate::app::App;
use crate::edits::{UPDATE, form, save};
use regcred::Error;
use regcred::error::Change;

#[tokio::test]
async fn a_stale_save_tells_what_changed_and_by_whom_and_overwrites_nothing() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let changed = [("description", "by the first"), ("username", "other-bot")];
    assert_eq!(save(&app, id, "1", &changed).await.status, 200);
    assert_eq!(
        save(
            &app,
            id,
            "2",
            &[("password", "hunter2-hunter2"), ("description", "again"), ("username", "other-bot")]
        )
        .await
        .status,
        200
    );
    let before = app.stored("acme", id).await;
    let reply =
        save(&app, id, "1", &[("description", "by the second"), ("password", "mine")]).await;
    assert_eq!(reply.status, 409);
    assert!(!reply.text().contains("hunter2") && !reply.text().contains("mine"));
    let Error::Stale { by, mut changes, revision } = reply.error() else {
        panic!("{}", reply.text())
    };
    assert_eq!((by.as_deref(), revision), (Some("Olga Owner"), 3));
    changes.sort_by(|a, b| a.label.cmp(&b.label));
    let change = |label: &str, now: &str| Change { label: label.to_owned(), now: now.to_owned() };
    let expected = [
        change("Description", "again"),
        change("Password or key", "replaced; version 2 is stored"),
        change("Username", "other-bot"),
    ];
    assert_eq!(changes, expected);
    assert_eq!(app.stored("acme", id).await, before);
}

#[tokio::test]
async fn a_stale_form_comes_back_with_both_what_was_typed_and_what_changed() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    assert_eq!(save(&app, id, "1", &[("username", "new-robot")]).await.status, 200);
    let text = id.to_string();
    let typed =
        form(&text, "1", &[("description", "typed meanwhile"), ("password", "hunter2-hunter2")]);
    let reply = app.owner.post_multipart(UPDATE, &typed, None).await;
    assert!(reply.location().starts_with(&format!("/p/acme/credentials/{id}/edit?back=")));
    let page = app.owner.follow(reply).await.text();
    for expected in ["typed meanwhile", "Olga Owner", "new-robot", "name=\"revision\" value=\"2\""]
    {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(!page.contains("hunter2"));
}

#[tokio::test]
async fn disabling_counts_as_a_change_for_a_form_that_is_open() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let text = id.to_string();
    app.owner.post_form("/rpc/credentials/disable", &[("project", "acme"), ("id", &text)]).await;
    let reply = save(&app, id, "1", &[("description", "x")]).await;
    let Error::Stale { changes, .. } = reply.error() else { panic!("{}", reply.text()) };
    assert_eq!(changes, [Change { label: "State".to_owned(), now: "Disabled".to_owned() }]);
}

#[tokio::test]
async fn two_saves_at_once_are_one_save_and_one_conflict() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (one, other) = tokio::join!(
        save(&app, id, "1", &[("description", "one")]),
        save(&app, id, "1", &[("description", "other")])
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(app.stored("acme", id).await.revision, 2);
}
