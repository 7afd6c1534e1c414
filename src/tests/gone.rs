//! Edits of what somebody deleted meanwhile.

use crate::app::{App, PASSWORD};
use crate::edits::{UPDATE, form};
use crate::forms::{link_in, value_in};

#[tokio::test]
async fn what_was_typed_for_a_deleted_credential_can_be_added_as_a_new_one() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await.to_string();
    let delete = [("project", "acme"), ("id", id.as_str()), ("password", PASSWORD)];
    app.owner.post_form("/rpc/credentials/delete", &delete).await;
    let typed = [
        ("name", "typed-name"),
        ("description", "typed description"),
        ("username", "typed-bot"),
        ("password", "hunter2-hunter2"),
    ];
    let reply = app.owner.post_multipart(UPDATE, &form(&id, "1", &typed), None).await;
    let edit = format!("/p/acme/credentials/{id}/edit?back=");
    assert!(reply.location().starts_with(&edit), "{}", reply.location());
    let dialog = app.owner.follow(reply).await;
    assert_eq!(dialog.status, 404);
    let dialog = dialog.text();
    assert!(dialog.contains("deleted") && !dialog.contains("hunter2"), "{dialog}");

    let new = link_in(&dialog, "/p/acme/credentials/new?back=").expect("a way to keep it");
    let page = app.owner.get(&new).await;
    assert_eq!(page.status, 200);
    let page = page.text();
    assert_eq!(value_in(&page, "name").as_deref(), Some("typed-name"));
    assert_eq!(value_in(&page, "username").as_deref(), Some("typed-bot"));
    assert_eq!(value_in(&page, "registry_url").as_deref(), Some("ghcr.io"));
    assert!(page.contains("typed description") && !page.contains("hunter2"), "{page}");
    assert!(page.contains("action=\"/rpc/credentials/create\""), "{page}");
}

#[tokio::test]
async fn a_dialog_of_what_is_gone_offers_nothing_when_nothing_was_typed() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await.to_string();
    let delete = [("project", "acme"), ("id", id.as_str()), ("password", PASSWORD)];
    app.owner.post_form("/rpc/credentials/delete", &delete).await;
    let dialog = app.owner.get(&format!("/p/acme/credentials/{id}/edit")).await;
    assert_eq!(dialog.status, 404);
    assert_eq!(link_in(&dialog.text(), "/p/acme/credentials/new?back="), None);
}
