//! The own password, typed to give a credential away, is good for a few minutes of the session; and a
//! form says all that is wrong with it at once, the password included.

use crate::app::{App, Browser, OWNER, PASSWORD, Reply};
use uuid::Uuid;

async fn ask_token(by: &Browser, pipeline: Uuid, password: &str) -> Reply {
    let pipeline = pipeline.to_string();
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("token_days", "30"),
        ("password", password),
    ];
    by.post_json_accept("/rpc/tokens/create", &form).await
}

#[tokio::test]
async fn a_password_is_good_for_the_next_form_of_its_session_and_for_no_other_session() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let fresh = app.sign_in(OWNER).await;
    assert!(ask_token(&fresh, pipeline, "").await.at("password").is_some());
    assert_eq!(ask_token(&fresh, pipeline, PASSWORD).await.status, 200);
    assert_eq!(ask_token(&fresh, pipeline, "").await.status, 200);
    // What is typed is always looked at.
    let wrong = ask_token(&fresh, pipeline, "wrong password").await;
    assert!(wrong.status == 422 && wrong.at("password").is_some(), "{}", wrong.text());
    let another = app.sign_in(OWNER).await;
    assert_eq!(ask_token(&another, pipeline, "").await.status, 422);
}

#[tokio::test]
async fn the_form_says_that_the_password_can_be_left_blank_and_what_destroys_asks_for_it() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let fresh = app.sign_in(OWNER).await;
    let (new, delete) = ("/p/acme/pipelines/new", format!("/p/acme/pipelines/{pipeline}/delete"));
    let said = "You can leave this blank.";
    assert!(!fresh.get(new).await.text().contains(said));
    assert_eq!(ask_token(&fresh, pipeline, PASSWORD).await.status, 200);
    assert!(fresh.get(new).await.text().contains(said));
    assert!(!fresh.get(&delete).await.text().contains(said));
    let id = pipeline.to_string();
    let form =
        [("project", "acme"), ("id", id.as_str()), ("typed_name", "build"), ("password", "")];
    let reply = fresh.post_json_accept("/rpc/pipelines/delete", &form).await;
    assert!(reply.status == 422 && reply.at("password").is_some(), "{}", reply.text());
}

#[tokio::test]
async fn what_decides_as_a_second_person_or_ends_a_secret_asks_each_time() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let fresh = app.sign_in(OWNER).await;
    assert_eq!(ask_token(&fresh, pipeline, PASSWORD).await.status, 200);
    let (pipeline, id) = (pipeline.to_string(), Uuid::now_v7().to_string());
    for (path, more) in [
        ("/rpc/grants/approve", [("id", id.as_str()), ("days", "30")]),
        ("/rpc/guard-changes/approve", [("id", id.as_str()), ("credential", id.as_str())]),
        ("/rpc/trust-rules/renew-secret", [("id", id.as_str()), ("days", "30")]),
    ] {
        let mut form = vec![("project", "acme"), ("pipeline", pipeline.as_str()), ("password", "")];
        form.extend([("epoch", "0"), ("revision", "0")]);
        form.extend(more);
        let reply = fresh.post_json_accept(path, &form).await;
        assert!(reply.at("password").is_some(), "{path}: {} {}", reply.status, reply.text());
    }
}

#[tokio::test]
async fn signing_out_ends_it() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let fresh = app.sign_in(OWNER).await;
    assert_eq!(ask_token(&fresh, pipeline, PASSWORD).await.status, 200);
    fresh.post_form("/rpc/session/delete", &[]).await;
    assert_eq!(ask_token(&fresh, pipeline, "").await.status, 401);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_new_pipeline_is_said_at_once() {
    let app = App::new().await;
    let more = [("access", "pull")];
    let owner = &app.owner;
    let one = app.credential_with(owner, "acme", "one", "ghcr.io", "s", &more).await.to_string();
    let two = app.credential_with(owner, "acme", "two", "quay.io", "s", &more).await.to_string();
    let form = [
        ("project", "acme"),
        ("form[name]", ""),
        ("form[description]", ""),
        ("form[token_days]", "0"),
        ("form[pushing][]", one.as_str()),
        ("form[pushing][]", two.as_str()),
        ("password", ""),
    ];
    let reply = app.sign_in(OWNER).await.post_json_accept("/rpc/pipelines/create", &form).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    for field in ["name", "token_days", "credentials", "password"] {
        assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
    }
    let said = reply.at("credentials").unwrap();
    assert!(said.contains("one, two can only pull"), "each of them is named: {said}");
}

#[tokio::test]
async fn all_that_is_wrong_with_a_token_is_said_at_once() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let (pipeline, long) = (pipeline.to_string(), "x".repeat(101));
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("token_name", long.as_str()),
        ("token_days", "0"),
        ("password", ""),
    ];
    let reply = app.sign_in(OWNER).await.post_json_accept("/rpc/tokens/create", &form).await;
    for field in ["token_name", "token_days", "password"] {
        assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_destination_is_said_at_once() {
    let app = App::new().await;
    let form = [
        ("project", "acme"),
        ("form[name]", " "),
        ("form[transport]", "webhook"),
        ("form[format]", "json"),
        ("form[address]", "siem.example.com"),
        ("form[from]", "now"),
        ("password", "wrong password"),
    ];
    let reply = app.owner.post_json_accept("/rpc/destinations/create", &form).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    for field in ["name", "address", "password"] {
        assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
    }
    // One that nobody may call is wrong, too.
    let app = App::reaching(&[]).await;
    let mut form = form;
    (form[1].1, form[4].1) = ("siem", "https://10.0.0.1/in");
    let reply = app.owner.post_json_accept("/rpc/destinations/create", &form).await;
    for field in ["address", "password"] {
        assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM destination").await, 0);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_changed_grant_is_said_at_once() {
    let app = App::new().await;
    let credential = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[credential], "pull").await;
    let grant = app.database.scalar::<Uuid>("SELECT id FROM access_grant").await.to_string();
    let pipeline = pipeline.to_string();
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("id", grant.as_str()),
        ("revision", "1"),
        ("form[intent]", "everything"),
        ("form[expires_on]", "31.01.2027"),
        ("password", "wrong password"),
    ];
    let reply = app.owner.post_json_accept("/rpc/grants/update", &form).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    for field in ["intent", "expires_on", "password"] {
        assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
    }
    assert!(reply.at("credentials").is_none(), "it has one: {}", reply.text());
}
