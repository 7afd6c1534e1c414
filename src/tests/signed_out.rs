//! Forms and buttons that were pressed after the session had ended: nothing is done, nothing typed
//! is lost, and the page says so after signing in again.

use crate::app::{App, Browser, OWNER, PASSWORD, Reply, credential_form};
use crate::edits::{UPDATE, form, save};
use crate::forms::value_in;
use regcred::Error;
use regcred::domain::credential::Credential;
use regcred::domain::secret_version::SecretVersion;
use regcred::domain::user::Role;
use uuid::Uuid;

/// Everything that a post about a credential could change.
async fn kept(app: &App, id: Uuid) -> (Credential, Vec<SecretVersion>) {
    let page = app.credential_page("acme", id).await;
    (page.credential, page.versions)
}

/// Ends every session; the browsers keep their cookies.
async fn end_sessions(app: &App) {
    assert!(app.raw("DELETE FROM session").await > 0);
}

/// Signs the owner in again on the page that the answer leads to, in the same browser; gives it, and
/// where it is sent from there.
async fn sign_in_again(app: &App, refused: Reply) -> (Browser, String) {
    assert!(refused.location().starts_with("/sign-in?next="), "{}", refused.location());
    let mut browser = app.owner.clone();
    browser.cookie = None;
    let next = value_in(&browser.follow(refused).await.text(), "next").unwrap();
    let form = [("email", OWNER), ("password", PASSWORD), ("next", next.as_str())];
    let reply = browser.post_form("/rpc/session/create", &form).await;
    assert_eq!(reply.location(), next, "{}", reply.text());
    browser.cookie = reply.cookie();
    (browser, next)
}

#[tokio::test]
async fn nothing_is_done_for_whose_session_has_ended() {
    let app = App::new().await;
    let on = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    assert_eq!(save(&app, on, "1", &[("password", "second")]).await.status, 200);
    let off = app.credential(&app.owner, "acme", "off", "quay.io", "s").await;
    let (on_id, off_id) = (on.to_string(), off.to_string());
    let of_on = [("project", "acme"), ("id", on_id.as_str()), ("version", "1")];
    let of_off = [("project", "acme"), ("id", off_id.as_str())];
    app.owner.post_form("/rpc/credentials/disable", &of_off).await;
    let before = (kept(&app, on).await, kept(&app, off).await);
    assert!(before.1.0.summary.disabled_at.is_some());
    end_sessions(&app).await;
    let edit = form(&on_id, "2", &[("description", "changed"), ("password", "third")]);
    let new = credential_form("acme", "new", "ghcr.io", "s", &[]);
    for (post, reply) in [
        ("disable", app.owner.post_form("/rpc/credentials/disable", &of_on[..2]).await),
        ("enable", app.owner.post_form("/rpc/credentials/enable", &of_off).await),
        ("delete", app.owner.post_form("/rpc/credentials/delete", &of_on[..2]).await),
        ("switch", app.owner.post_form("/rpc/versions/switch", &of_on).await),
        ("destroy", app.owner.post_form("/rpc/versions/destroy", &of_on).await),
        ("update", app.owner.post_multipart(UPDATE, &edit, None).await),
        ("create", app.owner.post_multipart("/rpc/credentials/create", &new, None).await),
    ] {
        assert_eq!(reply.status, 302, "{post}: {}", reply.text());
        assert!(reply.location().starts_with("/sign-in"), "{post}: {}", reply.location());
    }
    assert_eq!((kept(&app, on).await, kept(&app, off).await), before);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 2);
}

#[tokio::test]
async fn a_form_that_waited_for_the_sign_in_overwrites_nothing_saved_meanwhile() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    end_sessions(&app).await;
    let text = id.to_string();
    let typed = [("description", "typed by Olga"), ("password", "hunter2-hunter2")];
    let refused = app.owner.post_multipart(UPDATE, &form(&text, "1", &typed), None).await;
    let other = app.member(Role::Maintainer, "acme").await;
    let saved = form(&text, "1", &[("description", "saved meanwhile")]);
    let reply = other.post_multipart_json_accept(UPDATE, &saved, None).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let before = kept(&app, id).await;
    assert_eq!(before.0.revision, 2);

    let (olga, next) = sign_in_again(&app, refused).await;
    let page = olga.get(&next).await;
    assert_eq!(page.status, 200);
    let page = page.text();
    assert!(page.contains("typed by Olga") && !page.contains("hunter2"), "{page}");
    let revision = value_in(&page, "revision").unwrap();
    assert_eq!(revision, "1", "the form is still the one that was made from the first revision");
    let again = form(&text, &revision, &typed);
    let reply = olga.post_multipart_json_accept(UPDATE, &again, None).await;
    assert_eq!(reply.status, 409);
    assert!(matches!(reply.error(), Error::Stale { revision: 2, .. }), "{}", reply.text());
    assert_eq!(kept(&app, id).await, before);
}

#[tokio::test]
async fn a_form_that_waited_for_the_sign_in_is_saved_if_nobody_else_did() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    end_sessions(&app).await;
    let text = id.to_string();
    let typed = [("description", "typed by Olga")];
    let refused = app.owner.post_multipart(UPDATE, &form(&text, "1", &typed), None).await;
    let (olga, next) = sign_in_again(&app, refused).await;
    let revision = value_in(&olga.get(&next).await.text(), "revision").unwrap();
    let again = form(&text, &revision, &typed);
    let reply = olga.post_multipart(UPDATE, &again, None).await;
    assert!(reply.location().contains("said="), "{}", reply.location());
    assert_eq!(app.stored("acme", id).await.summary.description, "typed by Olga");
}

#[tokio::test]
async fn a_button_that_was_pressed_too_late_is_told_after_the_sign_in() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    assert_eq!(save(&app, id, "1", &[("password", "second")]).await.status, 200);
    let text = id.to_string();
    let list = "/p/acme/credentials?q=gh";
    let disable = [("project", "acme"), ("id", text.as_str()), ("back", list)];
    let switch = [("project", "acme"), ("id", text.as_str()), ("version", "1")];
    for (path, post, back) in [
        ("/rpc/credentials/disable", disable, format!("{list}&said=")),
        ("/rpc/versions/switch", switch, format!("/p/acme/credentials/{id}/versions?said=")),
    ] {
        end_sessions(&app).await;
        let refused = app.owner.post_form(path, &post).await;
        let (olga, next) = sign_in_again(&app, refused).await;
        assert!(next.starts_with(&back), "{path}: {next}");
        let page = olga.get(&next).await;
        assert_eq!(page.status, 200);
        let page = page.text();
        assert!(page.contains("alert-error") && page.contains("role=\"alert\""), "{path}: {page}");
        assert!(page.contains("/rpc/credentials/disable"), "{path}: it can be done now");
        // It is said once.
        assert!(!olga.get(&next).await.text().contains("role=\"alert\""), "{path}");
    }
    let stored = app.stored("acme", id).await;
    assert_eq!((stored.revision, stored.secret.version), (2, 2));
}
