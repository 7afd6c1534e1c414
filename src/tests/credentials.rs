//! Registry credentials: created, refused, disabled, deleted.

use crate::app::{App, credential_form};
use regcred::Error;
use regcred::domain::user::Role;

const CREATE: &str = "/rpc/credentials/create";

#[tokio::test]
async fn a_created_credential_is_shown_without_its_secret() {
    let app = App::new().await;
    let form = credential_form("acme", "ghcr", "https://GHCR.io/acme/", "hunter2-hunter2", &[]);
    let reply = app.owner.post_multipart(CREATE, &form, None).await;
    assert_eq!(reply.status, 302);
    assert!(!reply.location().contains("hunter2"));
    let page = app.owner.follow(reply).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("ghcr was created for ghcr.io."), "{}", page.text());
    let id = app.find_credential(&app.owner, "acme", "ghcr").await;
    let stored = app.stored("acme", id).await;
    assert_eq!(stored.summary.host.as_str(), "ghcr.io");
    assert_eq!(stored.summary.paths, ["acme"]);
    assert_eq!((stored.revision, stored.secret.version), (1, 1));
    assert_eq!(
        (stored.created_by.as_str(), stored.secret.set_by.as_str()),
        ("Olga Owner", "Olga Owner")
    );
    for page in [
        "",
        "/deliveries",
        "/checks",
        "/versions",
        "/readers",
        "/activity",
        "/connect",
        "/edit",
        "/delete",
    ] {
        let page = app.owner.get(&format!("/p/acme/credentials/{id}{page}")).await;
        assert_eq!(page.status, 200);
        assert!(
            page.text().contains("ghcr") && !page.text().contains("hunter2"),
            "{}",
            page.text()
        );
    }
}

#[tokio::test]
async fn the_creator_of_a_credential_owns_it_unless_another_is_named() {
    let app = App::new().await;
    app.member(Role::Maintainer, "acme").await;
    for (name, typed, owner) in [
        ("mine", "", "Olga Owner"),
        ("blank", "  ", "Olga Owner"),
        ("theirs", "maintainer", "maintainer"),
    ] {
        let more = [("owner", typed)];
        let id = app.credential_with(&app.owner, "acme", name, "ghcr.io", "s", &more).await;
        assert_eq!(app.stored("acme", id).await.owner, owner, "{name}");
    }
    let dialog = app.owner.get("/p/acme/credentials/new").await.text();
    assert!(dialog.contains("Leave blank to make yourself the owner."));
}

#[tokio::test]
async fn a_name_is_unique_in_its_project_whatever_its_case_or_form() {
    let app = App::new().await;
    app.credential(&app.owner, "acme", "Straße ﬁ", "ghcr.io", "s").await;
    for name in ["straße ﬁ", "STRASSE FI", "  Strasse fi ", "ＳＴＲＡＳＳＥ fi"] {
        let form = credential_form("acme", name, "ghcr.io", "s", &[]);
        let reply = app.owner.post_multipart_json_accept(CREATE, &form, None).await;
        assert_eq!(reply.status, 422, "{name}");
        assert!(reply.at("name").unwrap().contains("Another credential"), "{name}");
    }
    let beta = app.project("beta").await;
    app.credential(&beta, "beta", "straße ﬁ", "ghcr.io", "s").await;
}

#[tokio::test]
async fn a_field_of_a_hundred_thousand_characters_is_refused_at_its_field() {
    let app = App::new().await;
    let long = "x".repeat(100_000);
    for field in
        ["name", "description", "username", "owner", "environment", "labels", "paths", "password"]
    {
        let form = credential_form("acme", "a", "ghcr.io", "s", &[(field, &long)]);
        let reply = app.owner.post_multipart_json_accept(CREATE, &form, None).await;
        assert_eq!(reply.status, 422, "{field}");
        assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
        assert!(!reply.text().contains("xxxxxxxxxx"), "{field}");
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);
}

#[tokio::test]
async fn a_refused_form_comes_back_once_with_what_was_typed_but_no_secret() {
    let app = App::new().await;
    let more = [("description", "nightly images"), ("username", "a:b")];
    let form = credential_form("acme", "ghcr-typed", "ghcr.io", "hunter2-hunter2", &more);
    let reply = app.owner.post_multipart(CREATE, &form, None).await;
    let location = reply.location();
    assert!(location.starts_with("/p/acme/credentials/new?back="), "{location}");
    assert!(!location.contains("ghcr-typed") && !location.contains("hunter2"));
    let page = app.owner.follow(reply).await.text();
    for typed in ["ghcr-typed", "nightly images", "A username cannot contain a colon"] {
        assert!(page.contains(typed), "{typed}: {page}");
    }
    assert!(!page.contains("hunter2"));
    let again = app.owner.get(&location).await;
    assert_eq!(again.status, 200);
    assert!(!again.text().contains("ghcr-typed"), "the slot can be read twice");
}

#[tokio::test]
async fn a_form_left_while_signed_out_waits_until_after_the_sign_in() {
    let app = App::new().await;
    let form = credential_form("acme", "ghcr-typed", "ghcr.io", "s", &[]);
    let reply = app.nobody().post_multipart(CREATE, &form, None).await;
    assert!(
        reply.location().starts_with("/sign-in?next=%2Fp%2Facme%2Fcredentials%2Fnew%3Fback%3D")
    );
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);
}

#[tokio::test]
async fn a_field_that_the_form_does_not_have_is_refused() {
    let app = App::new().await;
    let columns = [
        "project_id",
        "host",
        "revision_",
        "secret_version",
        "disabled_at",
        "created_by",
        "sealed",
    ];
    for column in columns {
        let form = credential_form("acme", "a", "ghcr.io", "s", &[(column, "1")]);
        let reply = app.owner.post_multipart_json_accept(CREATE, &form, None).await;
        assert!(matches!(reply.error(), Error::BadRequest(_)), "{column}");
        assert_eq!(reply.status, 400);
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);
}
