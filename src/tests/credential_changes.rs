//! Changes of a secret: another key, another method, an older version, and when one is due.

use crate::app::{App, auths, credential_form};
use crate::edits::save;
use crate::forms::key_file;
use crate::listing::in_days;
use regcred::domain::expiry::ExpiryState;
use regcred::domain::key_file::KeyFile;
use regcred::domain::moment::Day;
use serde_json::json;
use uuid::Uuid;

const CREATE: &str = "/rpc/credentials/create";
const KEY: &str = "gcp_service_account_key";
const GCR: (&str, &str) = ("registry_url", "gcr.io");

/// A key file of an account of that project.
fn key_of(project: &str) -> String {
    let mut key = key_file();
    key["project_id"] = json!(project);
    key["private_key_id"] = json!(format!("key-of-{project}"));
    key["client_email"] = json!(format!("ci@{project}.iam.gserviceaccount.com"));
    key.to_string()
}

/// What is shown of that key.
fn facts_of(project: &str) -> Option<KeyFile> {
    Some(KeyFile {
        client_email: format!("ci@{project}.iam.gserviceaccount.com"),
        project_id: project.to_owned(),
        private_key_id: format!("key-of-{project}"),
    })
}

/// A credential `ghcr` at gcr.io with the key of `acme-old`.
async fn with_key(app: &App) -> Uuid {
    let key = key_of("acme-old");
    let more = [("method", KEY), ("username", ""), ("key_json", key.as_str())];
    app.credential_with(&app.owner, "acme", "ghcr", "gcr.io", "", &more).await
}

#[tokio::test]
async fn a_new_key_brings_its_own_facts() {
    let app = App::new().await;
    let id = with_key(&app).await;
    assert_eq!(app.stored("acme", id).await.key_file, facts_of("acme-old"));
    let key = key_of("acme-new");
    let reply = save(&app, id, "1", &[GCR, ("method", KEY), ("key_json", &key)]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(app.stored("acme", id).await.key_file, facts_of("acme-new"));
    // An edit that keeps the key keeps them.
    let kept = [GCR, ("method", KEY), ("description", "nightly")];
    assert_eq!(save(&app, id, "2", &kept).await.status, 200);
    assert_eq!(app.stored("acme", id).await.key_file, facts_of("acme-new"));
}

#[tokio::test]
async fn a_password_that_becomes_a_key_has_the_keys_user_name() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "gcr.io", "first").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let key = key_of("acme-new");
    // The form still has the user name of the password.
    let reply = save(&app, id, "1", &[GCR, ("method", KEY), ("key_json", &key)]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let stored = app.stored("acme", id).await;
    assert_eq!(stored.summary.username, "_json_key");
    assert_eq!(stored.key_file, facts_of("acme-new"));
    let delivered = auths(&app.docker_config(&token, "", &[]).await);
    assert_eq!(delivered["gcr.io"], format!("_json_key:{key}"));
}

#[tokio::test]
async fn a_key_that_becomes_a_password_leaves_no_facts() {
    let app = App::new().await;
    let id = with_key(&app).await;
    let password = [GCR, ("username", "oauth2accesstoken"), ("password", "next")];
    let reply = save(&app, id, "1", &password).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let stored = app.stored("acme", id).await;
    assert_eq!(stored.key_file, None);
    assert_eq!(stored.summary.username, "oauth2accesstoken");
}

#[tokio::test]
async fn an_older_key_comes_back_with_its_facts() {
    let app = App::new().await;
    let id = with_key(&app).await;
    let key = key_of("acme-new");
    save(&app, id, "1", &[GCR, ("method", KEY), ("key_json", &key)]).await;
    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str()), ("version", "1")];
    let reply = app.owner.post_json_accept("/rpc/versions/switch", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let stored = app.stored("acme", id).await;
    assert_eq!((stored.secret.version, stored.key_file), (1, facts_of("acme-old")));
}

#[tokio::test]
async fn a_pasted_key_and_another_file_are_refused_and_the_same_twice_is_not() {
    let app = App::new().await;
    let (pasted, other) = (key_of("acme-old"), key_of("acme-new"));
    let more = [("method", KEY), ("username", ""), ("key_json", pasted.as_str())];
    let form = credential_form("acme", "gcr", "gcr.io", "", &more);
    let file = Some(("key_file", other.as_bytes()));
    let reply = app.owner.post_multipart_json_accept(CREATE, &form, file).await;
    assert_eq!(reply.status, 422);
    let sentence = reply.at("key_file");
    assert_eq!(sentence.as_deref(), Some("Paste the key or choose the file, not both."));
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);
    let same = format!("{pasted}\r\n");
    let file = Some(("key_file", same.as_bytes()));
    let reply = app.owner.post_multipart_json_accept(CREATE, &form, file).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn any_host_of_googles_can_be_typed_for_the_same_key() {
    let app = App::new().await;
    let key = key_of("acme-old");
    let with = |also: &[&'static str]| {
        let mut more = vec![("method", KEY), ("username", ""), ("key_json", key.as_str())];
        more.extend(also.iter().map(|host| ("also", *host)));
        credential_form("acme", "gcr", "gcr.io", "", &more)
    };
    for other in ["evil.example.com", "ghcr.io", "eu.gcr.io/acme", "http://eu.gcr.io"] {
        let form = with(&["us.gcr.io", other]);
        let reply = app.owner.post_multipart_json_accept(CREATE, &form, None).await;
        assert_eq!(reply.status, 422, "{other}");
        assert!(reply.at("also").is_some() && !reply.text().contains(other), "{other}");
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);
    let form = with(&["us.gcr.io", "", " https://Europe-Docker.pkg.dev/", "us.gcr.io", "gcr.io"]);
    let reply = app.owner.post_multipart_json_accept(CREATE, &form, None).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    for host in ["us.gcr.io", "europe-docker.pkg.dev"] {
        let id = app.find_credential(&app.owner, "acme", &format!("gcr ({host})")).await;
        assert_eq!(app.stored("acme", id).await.summary.host.as_str(), host);
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 3);
}

#[tokio::test]
async fn a_secret_is_due_for_rotation_until_another_takes_its_place() {
    let app = App::new().await;
    let every = ("rotate_every_days", "90");
    let id = app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", "first", &[every]).await;
    let today = Day::parse(&in_days(0)).unwrap();
    assert_eq!(app.stored("acme", id).await.summary.renew_on, Some(today.plus_days(90)));
    // As if it had been typed a hundred days ago.
    app.raw("UPDATE credential SET secret_set_at = secret_set_at - 8640000000").await;
    let kept = [every, ("description", "nightly")];
    let staged = [every, ("password", "next"), ("is_staged", "true")];
    let replaced = [every, ("password", "third")];
    for (revision, changed, renew_in, state) in [
        ("1", &kept[..], -10, ExpiryState::Due),
        ("2", &staged[..], -10, ExpiryState::Due),
        ("3", &replaced[..], 90, ExpiryState::Fine),
    ] {
        let reply = save(&app, id, revision, changed).await;
        assert_eq!(reply.status, 200, "{revision}: {}", reply.text());
        let stored = app.stored("acme", id).await.summary;
        assert_eq!(stored.renew_on, Some(today.plus_days(renew_in)), "{revision}");
        assert_eq!(stored.state(today), state, "{revision}");
    }
}
