//! Pipelines and their grants: who may hand out what, and how it is taken back.

use crate::app::{App, PASSWORD, pipeline_form};
use regcred::domain::permission::of;
use regcred::domain::pipeline::PipelinePage;
use regcred::domain::user::Role;
use regcred::{Error, Result};
use uuid::Uuid;

/// The page of a pipeline of `acme`.
pub async fn page(app: &App, id: Uuid) -> Result<PipelinePage> {
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    app.vault.pipeline_page(&reader, id).await
}

/// What the create dialog sends.
pub fn form<'a>(
    name: &'a str,
    credential: &'a str,
    intent: &'a str,
    password: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut form = pipeline_form("acme", name, intent, password);
    form.push(("form[credentials][]", credential));
    form
}

#[tokio::test]
async fn handing_out_a_credential_needs_ones_own_password_typed_now() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await.to_string();
    for password in ["", "wrong password", "correct horse battery staple "] {
        let reply = app
            .owner
            .post_json_accept("/rpc/pipelines/create", &form("build", &id, "pull", password))
            .await;
        assert_eq!(reply.status, 422, "{password}");
        assert!(reply.at("password").is_some());
    }
    let viewer = app.member(Role::Viewer, "acme").await;
    let reply = viewer
        .post_json_accept("/rpc/pipelines/create", &form("build", &id, "pull", PASSWORD))
        .await;
    assert_eq!((reply.status.as_u16(), reply.error()), (403, Error::Forbidden));
    for table in ["pipeline", "access_grant", "pipeline_token"] {
        assert_eq!(app.scalar_i64(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let reply = maintainer
        .post_json_accept("/rpc/pipelines/create", &form("build", &id, "pull", PASSWORD))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn guessing_the_password_of_a_session_that_was_left_open_ends_after_ten() {
    let app = App::new().await;
    let guess = |password| form("build", "", "pull", password);
    for _ in 0..10 {
        let reply =
            app.owner.post_json_accept("/rpc/pipelines/create", &guess("wrong password")).await;
        assert_eq!(reply.status, 422);
    }
    let reply = app.owner.post_json_accept("/rpc/pipelines/create", &guess(PASSWORD)).await;
    assert_eq!(reply.status, 429, "{}", reply.text());
}

#[tokio::test]
async fn a_refused_form_comes_back_without_the_password() {
    let app = App::new().await;
    let reply = app
        .owner
        .post_form("/rpc/pipelines/create", &form("typed-name", "", "pull", "hunter2-hunter2"))
        .await;
    let location = reply.location();
    assert!(
        location.starts_with("/p/acme/pipelines/new?back=") && !location.contains("hunter2"),
        "{location}"
    );
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains("typed-name") && page.contains("This is not your password"), "{page}");
    assert!(!page.contains("hunter2"));
}

#[tokio::test]
async fn a_name_is_unique_in_its_project_whatever_its_case() {
    let app = App::new().await;
    app.pipeline(&app.owner, "acme", "Build", &[], "pull").await;
    for name in ["build", "ＢＵＩＬＤ", ""] {
        let form = pipeline_form("acme", name, "pull", PASSWORD);
        let reply = app.owner.post_json_accept("/rpc/pipelines/create", &form).await;
        assert_eq!(reply.status, 422, "{name}");
        assert!(reply.at("name").is_some(), "{name}");
    }
    let beta = app.project("beta").await;
    app.pipeline(&beta, "beta", "build", &[], "pull").await;
}

#[tokio::test]
async fn deleting_a_pipeline_asks_for_its_name_and_ends_its_tokens() {
    let app = App::new().await;
    let credential = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (id, token) = app.pipeline(&app.owner, "acme", "Build", &[credential], "pull").await;
    app.docker_config(&token, "", &[]).await;
    let text = id.to_string();
    for typed in ["", "build"] {
        let form = [
            ("project", "acme"),
            ("id", text.as_str()),
            ("typed_name", typed),
            ("password", PASSWORD),
        ];
        let reply = app.owner.post_json_accept("/rpc/pipelines/delete", &form).await;
        assert_eq!(reply.status, 422, "{typed}");
        assert!(reply.at("typed_name").is_some());
    }
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 200);
    for (page, count, expected) in
        [("", 1, "who uses it"), ("/readers", 1, "its token"), ("/deliveries", 2, "two receipts")]
    {
        let page = app.owner.get(&format!("/p/acme/credentials/{credential}{page}")).await.text();
        let links = page.matches(&format!("href=\"/p/acme/pipelines/{id}\"")).count();
        assert_eq!(links, count, "{expected}: {page}");
    }
    let form = [
        ("project", "acme"),
        ("id", text.as_str()),
        ("typed_name", "Build"),
        ("password", PASSWORD),
    ];
    assert_eq!(app.owner.post_json_accept("/rpc/pipelines/delete", &form).await.status, 200);
    assert_eq!(app.docker_config(&token, "", &[]).await.status, 401);
    assert_eq!(page(&app, id).await.err(), Some(Error::NotFound));
    for table in ["pipeline", "access_grant", "pipeline_token"] {
        assert_eq!(app.scalar_i64(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    // What it received stays on record, under its name, which leads nowhere now.
    for page in ["", "/deliveries"] {
        let page = app.owner.get(&format!("/p/acme/credentials/{credential}{page}")).await.text();
        assert!(page.contains("Build") && !page.contains(&format!("/p/acme/pipelines/{id}")));
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM receipt").await, 2);
    assert_eq!(app.owner.post_json_accept("/rpc/pipelines/delete", &form).await.status, 404);
}
