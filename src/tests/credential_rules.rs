//! What the form of a credential refuses, fills in and warns of, on creation and on edit.

use crate::app::{App, OWNER, PASSWORD, Reply, credential_form, pipeline_form};
use crate::edits::{UPDATE, form, save};
use crate::forms::key_file;
use regcred::domain::user::Role;
use regcred::store::Unrecorded;
use uuid::Uuid;

const CREATE: &str = "/rpc/credentials/create";
const KEY: &str = "gcp_service_account_key";
const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

/// Creates a credential as a script does.
async fn create(app: &App, name: &str, host: &str, more: &[(&str, &str)]) -> Reply {
    let form = credential_form("acme", name, host, "s", more);
    app.owner.post_multipart_json_accept(CREATE, &form, None).await
}

/// The page after a creation, which says what was done.
pub async fn created(app: &App, name: &str, host: &str, more: &[(&str, &str)]) -> String {
    let form = credential_form("acme", name, host, "s", more);
    let reply = app.owner.post_multipart(CREATE, &form, None).await;
    assert!(reply.location().contains("said="), "{} {}", reply.location(), reply.text());
    app.owner.follow(reply).await.text()
}

/// The page after an edit of the credential `ghcr`, with these fields changed.
pub async fn saved(app: &App, id: Uuid, revision: &str, changed: &[(&str, &str)]) -> String {
    let id = id.to_string();
    let reply = app.owner.post_multipart(UPDATE, &form(&id, revision, changed), None).await;
    assert!(reply.location().contains("said="), "{} {}", reply.location(), reply.text());
    app.owner.follow(reply).await.text()
}

/// One of the two was done, and the other was told that its name is taken.
fn assert_one_name_is_taken(one: Reply, other: Reply) {
    let mut replies = [one, other];
    replies.sort_by_key(|reply| reply.status);
    let [done, refused] = replies;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.at("name").unwrap().contains("Another credential"));
}

#[tokio::test]
async fn a_key_file_is_warned_of_only_where_it_does_not_belong() {
    let app = App::new().await;
    let key = key_file().to_string();
    let as_key = [("method", KEY), ("key_json", key.as_str())];
    assert!(!created(&app, "right", "gcr.io", &as_key).await.contains("This looks like"));
    let page = created(&app, "elsewhere", "quay.io", &as_key).await;
    assert!(page.contains("This looks like a Google service account key"), "{page}");
    let page = created(&app, "wrong", "eu.gcr.io", &[("password", &key)]).await;
    assert!(page.contains("Choose GCP service account key"), "{page}");
}

#[tokio::test]
async fn a_new_secret_is_looked_at_on_edit_as_on_creation() {
    let app = App::new().await;
    let warning = "This looks like a fine-grained GitHub token";
    let token = ("password", "github_pat_example");
    assert!(created(&app, "ghcr", "ghcr.io", &[token]).await.contains(warning));
    let id = app.find_credential(&app.owner, "acme", "ghcr").await;
    let another = ("password", "github_pat_another");
    assert!(saved(&app, id, "1", &[another]).await.contains(warning));
    let third = [("password", "github_pat_third"), ("is_staged", "true")];
    assert!(saved(&app, id, "2", &third).await.contains(warning));
    let page = saved(&app, id, "3", &[("description", "nightly")]).await;
    assert!(!page.contains("<p>This looks like"), "{page}");
    assert!(page.contains(">Secret looks wrong</"), "it stands until it is replaced");
}

#[tokio::test]
async fn a_secret_cannot_wait_for_another_user_name() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let before = app.stored("acme", id).await;
    let staged = [("password", "next"), ("is_staged", "true"), ("username", "other-bot")];
    let reply = save(&app, id, "1", &staged).await;
    assert_eq!(reply.status, 422);
    assert!(reply.at("username").unwrap().contains("the stored username"));
    let key = key_file().to_string();
    let another = [("method", KEY), ("key_json", key.as_str()), ("is_staged", "true")];
    let reply = save(&app, id, "1", &another).await;
    assert!(reply.at("method").is_some() && reply.at("username").is_none(), "{}", reply.text());
    assert_eq!(app.stored("acme", id).await, before);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM secret_version").await, 1);
    // Each without the other is fine.
    assert_eq!(save(&app, id, "1", &staged[..2]).await.status, 200);
    assert_eq!(save(&app, id, "2", &staged[2..]).await.status, 200);
}

#[tokio::test]
async fn an_address_that_says_https_is_not_stored_as_plain_http() {
    let app = App::new().await;
    let marked = ("is_insecure", "true");
    for typed in [
        "https://registry.example.com",
        "https://registry.example.com:5000",
        "registry.example.com:443",
    ] {
        let reply = create(&app, "plain", typed, &[marked]).await;
        assert_eq!(reply.status, 422, "{typed}");
        assert!(reply.at("is_insecure").unwrap().contains("Clear"), "{typed}");
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 0);
    // What says nothing is what the mark says.
    let host = "registry.example.com:5000";
    let id = app.credential_with(&app.owner, "acme", "plain", host, "s", &[marked]).await;
    assert_eq!(app.stored("acme", id).await.origin, "http://registry.example.com:5000");
    let kept = [("name", "plain"), marked, ("registry_url", host), ("description", "x")];
    assert_eq!(save(&app, id, "1", &kept).await.status, 200);
    let moved = [("name", "plain"), marked, ("registry_url", "https://registry.example.com:5000")];
    assert!(save(&app, id, "2", &moved).await.at("registry_url").is_some());
    assert!(app.stored("acme", id).await.summary.is_insecure);
}

#[tokio::test]
async fn a_user_name_that_the_registry_fixes_is_filled_in_or_refused() {
    let app = App::new().await;
    let filled_in = "The username was filled in";
    for (host, name) in [(ECR, "AWS"), ("nvcr.io", "$oauthtoken"), ("registry.heroku.com", "_")] {
        let page = created(&app, host, host, &[("username", " ")]).await;
        assert!(page.contains(filled_in), "{host}: {page}");
        let id = app.find_credential(&app.owner, "acme", host).await;
        assert_eq!(app.stored("acme", id).await.summary.username, name, "{host}");
        let reply = create(&app, "another", host, &[("username", "zebra")]).await;
        assert!(reply.at("username").unwrap().contains("Always "), "{host}");
        assert!(!reply.text().contains("zebra"), "{host}");

        let on_it = |username: &'static str, description: &'static str| {
            let of_it = [("name", host), ("registry_url", host), ("username", username)];
            [of_it.to_vec(), vec![("description", description)]].concat()
        };
        let reply = save(&app, id, "1", &on_it("zebra", "")).await;
        assert!(reply.at("username").unwrap().contains("Always "), "{host}");
        assert!(saved(&app, id, "1", &on_it("", "x")).await.contains(filled_in), "{host}");
        assert!(!saved(&app, id, "2", &on_it(name, "y")).await.contains(filled_in), "{host}");
        assert_eq!(app.stored("acme", id).await.summary.username, name, "{host}");
    }
    let key = key_file().to_string();
    let as_key = [("method", KEY), ("username", ""), ("key_json", key.as_str())];
    let id = app.credential_with(&app.owner, "acme", "key", "nvcr.io", "", &as_key).await;
    assert_eq!(app.stored("acme", id).await.summary.username, "_json_key");
}

#[tokio::test]
async fn two_that_take_one_name_at_once_are_one_change_and_one_sentence() {
    let app = App::new().await;
    for round in 0..4 {
        let [name, left, right] = ["made", "left", "right"].map(|word| format!("{word} {round}"));
        let (one, other) =
            tokio::join!(create(&app, &name, "ghcr.io", &[]), create(&app, &name, "quay.io", &[]));
        assert_one_name_is_taken(one, other);
        let left = app.credential(&app.owner, "acme", &left, "ghcr.io", "s").await;
        let right = app.credential(&app.owner, "acme", &right, "ghcr.io", "s").await;
        let name = format!("renamed {round}");
        let renamed = [("name", name.as_str())];
        let (one, other) =
            tokio::join!(save(&app, left, "1", &renamed), save(&app, right, "1", &renamed));
        assert_one_name_is_taken(one, other);
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 12);
}

#[tokio::test]
async fn what_cannot_be_seen_or_stored_is_refused_in_every_field() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let before = app.stored("acme", id).await;
    // `PostgreSQL` cannot even be asked for a text with a NUL.
    for unseen in ["acme\0bot", "acme\u{202E}bot"] {
        for field in [
            "name",
            "description",
            "registry_url",
            "method",
            "username",
            "email",
            "paths",
            "access",
            "expires_on",
            "owner",
            "environment",
            "labels",
            "review_on",
            "rotate_every_days",
        ] {
            let typed =
                if field == "email" { format!("{unseen}@example.com") } else { unseen.to_owned() };
            let changed = [(field, typed.as_str())];
            let replies = [
                create(&app, "new", "ghcr.io", &changed).await,
                save(&app, id, "1", &changed).await,
            ];
            for reply in replies {
                assert_eq!(reply.status, 422, "{field}: {}", reply.text());
                assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
            }
        }
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 1);
    assert_eq!(app.stored("acme", id).await, before);
}

#[tokio::test]
async fn a_name_that_others_cannot_type_is_refused() {
    let app = App::new().await;
    for name in ["gh\u{200B}cr", "\u{FEFF}ghcr", "ghcr\u{3164}", "gh\u{AD}cr", "ghcr  deploy"] {
        let told = name.escape_unicode();
        assert!(create(&app, name, "ghcr.io", &[]).await.at("name").is_some(), "{told}");
        let form = pipeline_form("acme", name, "pull", PASSWORD);
        let reply = app.owner.post_json_accept("/rpc/pipelines/create", &form).await;
        assert!(reply.at("name").is_some(), "{told}: {}", reply.text());
    }
}

#[tokio::test]
async fn an_owner_is_a_member_by_name_or_by_address() {
    let app = App::new().await;
    let viewer = app.member(Role::Viewer, "acme").await.person.unwrap();
    let address = app.vault.person(viewer).await.unwrap().email.to_uppercase();
    for (typed, owner) in [("VIEWER", "viewer"), (&*address, "viewer"), (OWNER, "Olga Owner")] {
        let more = [("owner", typed)];
        let id = app.credential_with(&app.owner, "acme", typed, "ghcr.io", "s", &more).await;
        assert_eq!(app.stored("acme", id).await.owner, owner, "{typed}");
    }
    app.project("beta").await;
    let write = app.vault.store().write().await.unwrap();
    write.people().set_disabled(viewer, Some(0)).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    for stranger in ["Dana Kim", "beta-owner", "viewer"] {
        let reply = create(&app, "theirs", "ghcr.io", &[("owner", stranger)]).await;
        assert_eq!(reply.status, 422, "{stranger}");
        assert!(reply.at("owner").unwrap().contains("make yourself the owner"), "{stranger}");
        assert!(!reply.text().contains(stranger), "{stranger}");
    }
}

#[tokio::test]
async fn an_owner_who_has_left_stays_until_another_is_named() {
    let app = App::new().await;
    let viewer = app.member(Role::Viewer, "acme").await.person.unwrap();
    let owner = ("owner", "viewer");
    let id = app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", "s", &[owner]).await;
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let write = app.vault.store().write().await.unwrap();
    assert!(write.projects().dismiss(project, viewer).await.unwrap());
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    assert_eq!(create(&app, "new", "ghcr.io", &[owner]).await.status, 422);
    assert_eq!(save(&app, id, "1", &[owner, ("description", "nightly")]).await.status, 200);
    assert_eq!(app.stored("acme", id).await.owner, "viewer");
    let reply = save(&app, id, "2", &[("owner", "Dana Kim")]).await;
    assert!(reply.at("owner").unwrap().contains("No member of this project"));
    assert_eq!(save(&app, id, "2", &[("owner", OWNER)]).await.status, 200);
    assert_eq!(app.stored("acme", id).await.owner, "Olga Owner");
}
