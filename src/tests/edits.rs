//! Edits of a credential: what is kept, what is replaced, what is refused.

use crate::app::{App, Reply, auths};
use regcred::Error;
use regcred::domain::audit::{Detail, Field, FieldChange};
use uuid::Uuid;

pub const UPDATE: &str = "/rpc/credentials/update";

/// What the edit dialog of `ghcr` sends when the person is sure, with these fields changed.
pub fn form<'a>(
    id: &'a str,
    revision: &'a str,
    changed: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("project", "acme"),
        ("id", id),
        ("revision", revision),
        ("name", "ghcr"),
        ("description", ""),
        ("registry_url", "ghcr.io"),
        ("method", "password"),
        ("username", "acme-bot"),
        ("access", "pull_push"),
        ("owner", "Olga Owner"),
        ("password", ""),
        ("key_json", ""),
        ("anyway", "true"),
    ];
    form.retain(|(field, _)| !changed.iter().any(|(other, _)| other == field));
    form.extend_from_slice(changed);
    form
}

/// Saves that form as a script does.
pub async fn save(app: &App, id: Uuid, revision: &str, changed: &[(&str, &str)]) -> Reply {
    let id = id.to_string();
    app.owner.post_multipart_json_accept(UPDATE, &form(&id, revision, changed), None).await
}

#[tokio::test]
async fn a_blank_password_keeps_the_secret() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let before = app.docker_config(&token, "", &[]).await.body;
    let sealed = "SELECT COUNT(*) FROM secret_version WHERE version = 1 AND sealed IS NOT NULL";
    let reply =
        save(&app, id, "1", &[("description", "nightly"), ("email", "dana@example.com")]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let stored = app.stored("acme", id).await;
    assert_eq!((stored.secret.version, stored.revision), (1, 2));
    assert_eq!(
        (stored.summary.description.as_str(), stored.email.as_str()),
        ("nightly", "dana@example.com")
    );
    assert_eq!(app.scalar_i64(sealed).await, 1);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM secret_version").await, 1);
    assert_eq!(app.docker_config(&token, "", &[]).await.body, before);
}

#[tokio::test]
async fn a_new_secret_is_the_next_version_and_keeps_the_one_before() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    assert_eq!(save(&app, id, "1", &[("password", "second\n")]).await.status, 200);
    assert_eq!(app.stored("acme", id).await.secret.version, 2);
    assert_eq!(app.scalar_i64("SELECT COUNT(sealed) FROM secret_version").await, 2);
    // Exactly one line end is dropped, as `--password-stdin` does.
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot:second");
    assert_eq!(save(&app, id, "2", &[("password", " third \n\n")]).await.status, 200);
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot: third \n");
}

#[tokio::test]
async fn a_save_without_a_change_is_no_change() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let before = app.stored("acme", id).await;
    // Another spelling of the same host is the same host.
    assert_eq!(save(&app, id, "1", &[("registry_url", "https://GHCR.io/")]).await.status, 200);
    assert_eq!(app.stored("acme", id).await, before);
}

#[tokio::test]
async fn a_change_of_the_host_is_refused_and_nothing_is_saved() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let before = app.stored("acme", id).await;
    for host in [
        "ghcr.io:5000",
        "evil.example.com",
        "ghcr.io.evil.example.com",
        "docker.io",
        "not a host",
        "http://ghcr.io",
    ] {
        // A new secret does not make it right either: a credential is for one host for good.
        let changed = [
            ("registry_url", host),
            ("description", "moved"),
            ("password", "new"),
            ("is_insecure", "true"),
        ];
        let reply = save(&app, id, "1", &changed).await;
        assert_eq!(reply.status, 422, "{host}");
        assert!(reply.at("registry_url").is_some(), "{host}: {}", reply.text());
    }
    assert_eq!(app.stored("acme", id).await, before);
}

#[tokio::test]
async fn the_insecure_mark_cannot_be_set_afterwards() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    save(&app, id, "1", &[("is_insecure", "true"), ("description", "x")]).await;
    let stored = app.stored("acme", id).await;
    assert!(!stored.summary.is_insecure);
    assert_eq!(stored.origin, "https://ghcr.io:443");
}

#[tokio::test]
async fn an_owner_who_is_taken_away_is_not_put_back() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    assert_eq!(save(&app, id, "1", &[("owner", " ")]).await.status, 200);
    assert_eq!(app.stored("acme", id).await.owner, "");
}

#[tokio::test]
async fn another_method_needs_a_new_secret() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let before = app.stored("acme", id).await;
    let reply = save(&app, id, "1", &[("method", "gcp_service_account_key")]).await;
    assert_eq!(reply.status, 422);
    assert!(reply.at("key_json").unwrap().contains("new secret"));
    // The secret of the other method's field is no new secret.
    let reply =
        save(&app, id, "1", &[("method", "gcp_service_account_key"), ("password", "new")]).await;
    assert_eq!(reply.status, 422);
    assert_eq!(app.stored("acme", id).await, before);
}

#[tokio::test]
async fn a_name_that_another_has_is_refused_and_ones_own_in_another_case_is_not() {
    let app = App::new().await;
    app.credential(&app.owner, "acme", "taken", "ghcr.io", "s").await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let reply = save(&app, id, "1", &[("name", "TAKEN")]).await;
    assert_eq!(reply.status, 422);
    assert!(reply.at("name").is_some());
    assert_eq!(save(&app, id, "1", &[("name", "GHCR")]).await.status, 200);
    assert_eq!(app.stored("acme", id).await.summary.name, "GHCR");
}

#[tokio::test]
async fn the_event_of_a_save_holds_each_value_before_and_after_and_no_secret() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let changed = [("labels", "a, b"), ("access", "pull"), ("password", "hunter2-hunter2")];
    assert_eq!(save(&app, id, "1", &changed).await.status, 200);
    let events = app.credential_page("acme", id).await.events;
    let change = |field, from: &str, to: &str| FieldChange {
        field,
        from: Some(from.to_owned()),
        to: Some(to.to_owned()),
    };
    let expected = vec![
        change(Field::Access, "Pull and push", "Pull"),
        change(Field::Labels, "", "a, b"),
        FieldChange::secret(),
    ];
    assert_eq!(events[0].detail, Detail::Changed(expected));
    let stored = "SELECT detail FROM audit_event WHERE action = 'credential.secret_replaced'";
    let stored = app.database.scalar_text(stored).await;
    assert!(stored.starts_with('{') && !stored.contains("hunter2"), "{stored}");
}

#[tokio::test]
async fn the_event_of_an_older_version_tells_what_changed_by_its_labels() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let changed = [("description", "nightly"), ("username", "other-bot")];
    assert_eq!(save(&app, id, "1", &changed).await.status, 200);
    let older = "UPDATE audit_event SET detail = 'Description, Username' WHERE action = 'credential.updated'";
    app.raw(older).await;
    let events = app.credential_page("acme", id).await.events;
    assert_eq!(events[0].detail.to_text(), "Description, Username");
    let reply = save(&app, id, "1", &[("description", "weekly")]).await;
    let Error::Stale { changes, .. } = reply.error() else { panic!("{}", reply.text()) };
    let changes: Vec<(&str, &str)> =
        changes.iter().map(|one| (one.label.as_str(), one.now.as_str())).collect();
    assert_eq!(changes, [("Description", "nightly"), ("Username", "other-bot")]);
}
