//! What the search looks in, and what an edit does to it and to the names that are taken.

use crate::app::{App, credential_form};
use crate::edits::save;
use crate::listing::{create, names};
use regcred::domain::user::Role;

/// Every field that is searched, with its value before and after an edit. The owners are members.
const VALUES: [(&str, &str, &str); 8] = [
    ("name", "old-name", "new-name"),
    ("description", "old-words", "new-words"),
    ("username", "old-robot", "new-robot"),
    ("email", "old@example.com", "new@example.com"),
    ("paths", "old-team/api", "new-team/api"),
    ("owner", "Olga Owner", "viewer"),
    ("environment", "old-place", "new-place"),
    ("labels", "old-label", "new-label"),
];

#[tokio::test]
async fn owner_environment_and_labels_are_searched() {
    let app = App::new().await;
    app.member(Role::Viewer, "acme").await;
    create(&app, "wanted", |form| {
        form.environment = "Blue Room".to_owned();
        form.labels = "nightly, Shop Floor".to_owned();
    })
    .await;
    create(&app, "other", |form| {
        form.owner = "viewer".to_owned();
        form.environment = "production".to_owned();
        form.labels = "mirror".to_owned();
    })
    .await;
    for term in ["Olga Owner", "olga", "BLUE room", "nightly", "shop fl"] {
        assert_eq!(names(&app, &[("q", term)]).await, ["wanted"], "{term}");
    }
}

#[tokio::test]
async fn a_registry_is_found_by_its_name() {
    let app = App::new().await;
    for host in ["ghcr.io", "docker.io", "registry.example.com"] {
        create(&app, host, |form| form.registry_url = host.to_owned()).await;
    }
    assert_eq!(names(&app, &[("q", "github")]).await, ["ghcr.io"]);
    assert_eq!(names(&app, &[("q", "Docker Hub")]).await, ["docker.io"]);
    // One that only has an address has no other name.
    assert!(names(&app, &[("q", "self-hosted")]).await.is_empty());
}

#[tokio::test]
async fn a_word_is_found_with_its_accents_and_without_them() {
    let app = App::new().await;
    create(&app, "build", |form| form.description = "Zürich, Élan".to_owned()).await;
    create(&app, "other", |form| form.description = "Zuerich".to_owned()).await;
    for term in ["zurich", "Zürich", "ZU\u{308}RICH", "elan", "Élan", "rich, e"] {
        assert_eq!(names(&app, &[("q", term)]).await, ["build"], "{term}");
    }
}

#[tokio::test]
async fn after_an_edit_the_new_value_is_found_and_the_old_one_is_not() {
    let app = App::new().await;
    app.member(Role::Viewer, "acme").await;
    let mut form = VALUES.map(|(field, before, _)| (field, before));
    let id = app.credential_with(&app.owner, "acme", "old-name", "ghcr.io", "s", &form).await;
    // One value at a time, so that none is found by way of another.
    for (at, (field, before, after)) in VALUES.into_iter().enumerate() {
        assert_eq!(names(&app, &[("q", before)]).await, [form[0].1], "{field} before");
        form[at].1 = after;
        let reply = save(&app, id, &(at + 1).to_string(), &form).await;
        assert_eq!(reply.status, 200, "{field}: {}", reply.text());
        assert_eq!(names(&app, &[("q", after)]).await, [form[0].1], "{field} after");
        assert!(names(&app, &[("q", before)]).await.is_empty(), "{field}: its old value");
    }
}

#[tokio::test]
async fn a_rename_gives_the_old_name_back_and_takes_the_new_one() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    assert_eq!(save(&app, id, "1", &[("name", "Straße")]).await.status, 200);
    for name in ["STRASSE", "straße"] {
        let form = credential_form("acme", name, "ghcr.io", "s", &[]);
        let reply =
            app.owner.post_multipart_json_accept("/rpc/credentials/create", &form, None).await;
        assert_eq!(reply.status, 422, "{name}");
        assert!(reply.at("name").is_some(), "{name}: {}", reply.text());
    }
    let second = app.credential(&app.owner, "acme", "GHCR", "ghcr.io", "s").await;
    assert_ne!(second, id);
    // Now it cannot go back.
    assert!(save(&app, id, "2", &[("name", "ghcr")]).await.at("name").is_some());
}
