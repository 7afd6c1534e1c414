//! What the page to sign in says to who did not come to sign in, and where a person without a project is
//! sent.

use crate::app::{App, OWNER, PASSWORD, credential_form};
use crate::forms::value_in;

const KEPT: &str = "What you typed is kept";
const BEFORE: &str = "This instance is not set up yet";

#[tokio::test]
async fn before_the_set_up_it_says_where_the_link_is_and_not_afterwards() {
    let app = App::not_set_up().await;
    let first = app.nobody().get("/").await;
    assert_eq!(first.location(), "/sign-in");
    let page = app.nobody().follow(first).await.text();
    assert!(page.contains(BEFORE) && page.contains("regcred setup-link"), "{page}");
    let link = app.vault.new_setup_link().await.unwrap().unwrap();
    assert!(!app.nobody().get("/sign-in").await.text().contains(link.as_str()));
    let form = [
        ("link", link.as_str()),
        ("project_name", "Acme"),
        ("name", "Olga Owner"),
        ("email", OWNER),
        ("password", PASSWORD),
    ];
    app.nobody().post_form("/rpc/setup/create", &form).await;
    assert!(!app.nobody().get("/sign-in").await.text().contains(BEFORE));
    let (_, asked) = app.watch.asked_by(app.nobody().get("/sign-in")).await;
    assert!(asked.is_empty(), "strangers ask the database nothing: {asked:?}");
}

#[tokio::test]
async fn who_lost_the_session_is_told_whether_what_they_typed_is_kept() {
    let app = App::new().await;
    let mut browser = app.owner.clone();
    assert!(app.raw("DELETE FROM session").await > 0);
    let create = "/rpc/credentials/create";
    let form = credential_form("acme", "typed", "ghcr.io", "hunter2-hunter2", &[]);
    let reply = browser.post_multipart(create, &form, None).await;
    let page = browser.follow(reply).await.text();
    assert!(page.contains(KEPT) && !page.contains("hunter2"), "{page}");
    // Looking at the note leaves it for the form.
    let next = value_in(&page, "next").unwrap();
    let form = [("email", OWNER), ("password", PASSWORD), ("next", next.as_str())];
    browser.cookie = None;
    let reply = browser.post_form("/rpc/session/create", &form).await;
    browser.cookie = reply.cookie();
    let page = browser.follow(reply).await.text();
    assert_eq!(value_in(&page, "name").as_deref(), Some("typed"), "{page}");

    assert!(app.raw("DELETE FROM session").await > 0);
    let long = "x".repeat(9_000);
    let more = [("description", long.as_str())];
    let form = credential_form("acme", "typed", "ghcr.io", "hunter2-hunter2", &more);
    let reply = browser.post_multipart(create, &form, None).await;
    let page = browser.follow(reply).await.text();
    assert!(page.contains("too long to keep") && !page.contains(KEPT), "{page}");
    let form = [("project", "acme"), ("id", "00000000-0000-0000-0000-000000000000")];
    let reply = browser.post_form("/rpc/credentials/disable", &form).await;
    let page = browser.follow(reply).await.text();
    assert!(page.contains("so nothing was changed. Sign in and try again."), "{page}");
}

#[tokio::test]
async fn who_is_signed_in_is_sent_on_from_the_page_to_sign_in() {
    let app = App::new().await;
    for (path, to) in [
        ("/sign-in", "/"),
        ("/sign-in?next=%2Fp%2Facme%2Fpipelines", "/p/acme/pipelines"),
        ("/sign-in?next=https%3A%2F%2Fevil.example.com", "/"),
        ("/sign-in?next=%2F%2Fevil.example.com", "/"),
    ] {
        let reply = app.owner.get(path).await;
        assert_eq!((reply.status.as_u16(), reply.location().as_str()), (302, to), "{path}");
    }
    let page = app.nobody().get("/sign-in?next=%2Fp%2Facme%2Fpipelines").await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("role=\"status\""), "nothing to say");
    // A session of somebody who may not sign in any more leads nowhere in a circle.
    assert_eq!(app.raw("UPDATE person SET disabled_at = 1").await, 1);
    assert_eq!(app.owner.get("/sign-in").await.status, 200);
}

#[tokio::test]
async fn who_has_no_project_is_told_the_command_that_gives_them_one() {
    let app = App::new().await;
    let newcomer = app.new_person("newcomer").await;
    let browser = app.sign_in(&newcomer.email).await;
    let page = browser.get("/").await.text();
    let command = format!("regcred project member add PROJECT {} viewer", newcomer.email);
    assert!(page.contains(&command) && !page.contains("/admin/keys"), "{page}");
    assert_eq!(app.raw("UPDATE person SET is_admin = TRUE").await, 2);
    let page = browser.get("/").await.text();
    let command = format!("regcred project add Acme --owner {}", newcomer.email);
    assert!(page.contains(&command) && page.contains("/admin/keys"), "{page}");
}
