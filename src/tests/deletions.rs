//! Stopping deliveries for a while, and deleting for good.

use crate::app::{App, PASSWORD, auths};
use crate::edits::save;
use regcred::Error;
use regcred::domain::permission::of;
use uuid::Uuid;

#[tokio::test]
async fn a_disabled_credential_is_not_delivered_until_it_is_enabled() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s3cret").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str()), ("back", "/p/acme/credentials?q=gh")];
    for _ in 0..2 {
        let reply = app.owner.post_form("/rpc/credentials/disable", &form).await;
        assert!(
            reply.location().starts_with("/p/acme/credentials?q=gh&said="),
            "{}",
            reply.location()
        );
    }
    let without = app.docker_config(&token, "", &[]).await;
    assert!(auths(&without).is_empty());
    assert_eq!(without.header("regcred-left-out"), format!("{id}; ghcr.io; it is disabled"));
    assert_eq!(app.stored("acme", id).await.revision, 2, "disabling twice is one change");
    app.owner.post_form("/rpc/credentials/enable", &form).await;
    let with = app.docker_config(&token, "", &[]).await;
    assert_eq!(auths(&with)["ghcr.io"], "acme-bot:s3cret");
}

#[tokio::test]
async fn deleting_destroys_the_rows_and_their_ciphertext() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let kept = app.credential(&app.owner, "acme", "kept", "ghcr.io", "s").await;
    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str()), ("password", PASSWORD)];
    let reply = app.owner.post_form("/rpc/credentials/delete", &form).await;
    assert!(app.owner.follow(reply).await.text().contains("ghcr was deleted."));
    for table in ["secret_version WHERE credential_id", "credential WHERE id"] {
        let count = |id: Uuid| format!("SELECT COUNT(*) FROM {table} = {}", app.database.id(id));
        assert_eq!(app.scalar_i64(&count(id)).await, 0, "{table}");
        assert_eq!(app.scalar_i64(&count(kept)).await, 1, "{table}");
    }
    let again = app.owner.post_json_accept("/rpc/credentials/delete", &form).await;
    assert_eq!((again.status.as_u16(), again.error()), (404, Error::NotFound));
    assert_eq!(app.owner.get(&format!("/p/acme/credentials/{id}")).await.status, 404);
}

#[tokio::test]
async fn an_action_on_what_is_gone_is_told_as_a_failure() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await.to_string();
    let form = [("project", "acme"), ("id", id.as_str()), ("password", PASSWORD)];
    let done = app.owner.post_form("/rpc/credentials/disable", &form).await;
    let page = app.owner.follow(done).await.text();
    assert!(page.contains("alert-notice") && !page.contains("role=\"alert\""), "{page}");
    app.owner.post_form("/rpc/credentials/delete", &form).await;
    let failed = app.owner.post_form("/rpc/credentials/disable", &form).await;
    let page = app.owner.follow(failed).await.text();
    assert!(page.contains("What you asked for does not exist or was deleted."), "{page}");
    assert!(page.contains("alert-error") && page.contains("role=\"alert\""), "{page}");
    assert!(!page.contains("alert-notice"), "{page}");
}

#[tokio::test]
async fn a_dialog_of_what_is_gone_stands_over_its_list_under_one_heading() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await.to_string();
    let form = [("project", "acme"), ("id", id.as_str()), ("password", PASSWORD)];
    app.owner.post_form("/rpc/credentials/delete", &form).await;
    for dialog in ["edit", "delete"] {
        let page = app.owner.get(&format!("/p/acme/credentials/{id}/{dialog}")).await;
        assert_eq!(page.status, 404, "{dialog}");
        let page = page.text();
        assert!(
            page.contains("What you asked for does not exist or was deleted."),
            "{dialog}: {page}"
        );
        assert_eq!(page.matches("<h1").count(), 1, "{dialog}: {page}");
        assert!(page.contains(" inert"), "{dialog}: what is behind it can be reached");
    }
    assert!(!app.owner.get("/p/acme/credentials").await.text().contains(" inert"));
}

#[tokio::test]
async fn deleting_what_a_pipeline_depends_on_asks_for_the_name() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "Deploy Key", "ghcr.io", "s").await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "nightly-build", &[id], "pull").await;
    app.docker_config(&token, "", &[]).await;
    // It has received it, so it still depends on it without the grant.
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let grant = app.vault.pipeline_page(&reader, pipeline).await.unwrap().pipeline.grants[0].id;
    let (text, pipeline, grant) = (id.to_string(), pipeline.to_string(), grant.to_string());
    let dialog = app.owner.get(&format!("/p/acme/credentials/{id}/delete")).await.text();
    assert!(dialog.contains("nightly-build") && dialog.contains("Type Deploy Key to confirm"));
    let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", grant.as_str())];
    app.owner.post_form("/rpc/grants/delete", &form).await;
    for typed in ["", "deploy key", "Deploy"] {
        let form = [
            ("project", "acme"),
            ("id", text.as_str()),
            ("typed_name", typed),
            ("password", PASSWORD),
        ];
        let reply = app.owner.post_json_accept("/rpc/credentials/delete", &form).await;
        assert_eq!(reply.status, 422, "{typed}");
        assert!(reply.at("typed_name").is_some());
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 1);
    let form = [
        ("project", "acme"),
        ("id", text.as_str()),
        ("typed_name", "Deploy Key"),
        ("password", PASSWORD),
    ];
    let reply = app.owner.post_json_accept("/rpc/credentials/delete", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM secret_version").await, 0);
    assert!(auths(&app.docker_config(&token, "", &[]).await).is_empty());
}

#[tokio::test]
async fn what_cannot_be_undone_asks_for_ones_own_password() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    assert_eq!(save(&app, id, "1", &[("password", "second")]).await.status, 200);
    app.raw("UPDATE person SET is_admin = TRUE").await;
    let (id, pipeline) = (id.to_string(), pipeline.to_string());
    let forms: [(&str, Vec<(&str, &str)>); 5] = [
        ("/rpc/credentials/delete", vec![("project", "acme"), ("id", &id)]),
        ("/rpc/versions/destroy", vec![("project", "acme"), ("id", &id), ("version", "1")]),
        (
            "/rpc/pipelines/delete",
            vec![("project", "acme"), ("id", &pipeline), ("typed_name", "build")],
        ),
        ("/rpc/keys/retire", vec![("version", "1")]),
        ("/rpc/keys/destroy", vec![("version", "1")]),
    ];
    for (path, form) in forms {
        for password in ["", "wrong password"] {
            let form = [form.as_slice(), &[("password", password)]].concat();
            let reply = app.owner.post_json_accept(path, &form).await;
            assert_eq!(reply.status, 422, "{path}: {}", reply.text());
            assert!(reply.at("password").is_some(), "{path}");
        }
        let reply = app.owner.post_json_accept(path, &form).await;
        assert_eq!(reply.status, 422, "{path}: {}", reply.text());
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(sealed) FROM secret_version").await, 2);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM pipeline").await, 1);
}
