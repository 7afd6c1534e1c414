//! What becomes of a secret as it is typed: what is kept, what is dropped, what is no new secret.

use crate::app::{App, auths};
use crate::credential_rules::{created, saved};
use crate::edits::{form, save};
use crate::forms::key_file;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const UNCHANGED: &str = "The secret is unchanged";
const VERSIONS: &str = "SELECT COUNT(*) FROM secret_version";

#[tokio::test]
async fn the_same_secret_saved_again_makes_no_version_and_removes_none() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let page = saved(&app, id, "1", &[("password", "second")]).await;
    assert!(!page.contains(UNCHANGED), "{page}");
    let before = app.stored("acme", id).await;
    for again in ["second", "second\n"] {
        let page = saved(&app, id, "2", &[("password", again)]).await;
        assert!(page.contains(UNCHANGED) && page.contains("No changes to save"), "{page}");
        assert!(!page.contains("is now current"), "{page}");
    }
    assert_eq!(app.stored("acme", id).await, before);
    // What else was typed is saved.
    let page = saved(&app, id, "2", &[("password", "second"), ("description", "nightly")]).await;
    assert!(page.contains(UNCHANGED) && page.contains("was saved"), "{page}");
    let after = app.stored("acme", id).await;
    assert_eq!((after.secret.version, after.revision), (2, 3));
    assert_eq!(after.summary.description, "nightly");
    assert_eq!(app.scalar_i64(VERSIONS).await, 2);
    assert_eq!(app.scalar_i64("SELECT COUNT(sealed) FROM secret_version").await, 2);
    // The one before is another secret, so it is a new version.
    let page = saved(&app, id, "3", &[("password", "first")]).await;
    assert!(!page.contains(UNCHANGED), "{page}");
    assert_eq!(app.stored("acme", id).await.secret.version, 3);
}

#[tokio::test]
async fn saving_the_same_secret_any_number_of_times_stays_one_version() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    for _ in 0..70 {
        assert_eq!(save(&app, id, "1", &[("password", "first")]).await.status, 200);
    }
    assert_eq!(app.scalar_i64(VERSIONS).await, 1);
    for revision in 1..=70 {
        let (revision, description) = (revision.to_string(), format!("save {revision}"));
        let changed = [("password", "first"), ("description", description.as_str())];
        assert_eq!(save(&app, id, &revision, &changed).await.status, 200);
    }
    assert_eq!(app.scalar_i64(VERSIONS).await, 1);
}

#[tokio::test]
async fn the_same_secret_does_not_wait_twice() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let staged = [("password", "next"), ("is_staged", "true")];
    assert!(!saved(&app, id, "1", &staged).await.contains(UNCHANGED));
    let page = saved(&app, id, "2", &staged).await;
    assert!(page.contains("It was staged already"), "{page}");
    assert_eq!(app.scalar_i64(VERSIONS).await, 2);
}

#[tokio::test]
async fn the_current_secret_does_not_wait_and_pushes_nothing_out() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let next = [("password", "next"), ("is_staged", "true")];
    assert!(!saved(&app, id, "1", &next).await.contains(UNCHANGED));
    let before = app.stored("acme", id).await;
    let page = saved(&app, id, "2", &[("password", "first\n"), ("is_staged", "true")]).await;
    assert!(page.contains("It is the current one, so it was not staged"), "{page}");
    assert!(page.contains("The line break at the end of the secret was dropped"), "{page}");
    assert_eq!(app.stored("acme", id).await, before);
    assert_eq!(app.scalar_i64("SELECT COUNT(sealed) FROM secret_version").await, 2);
}

#[tokio::test]
async fn nobody_is_told_that_pipelines_receive_a_disabled_credential() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str())];
    app.owner.post_form("/rpc/credentials/disable", &form).await;
    let page = saved(&app, id, "2", &[("password", "second")]).await;
    assert!(page.contains("Version 2 of the secret is current"), "{page}");
    assert!(page.contains("receive it after you enable it"), "{page}");
    let page = saved(&app, id, "3", &[("password", "third"), ("is_staged", "true")]).await;
    assert!(page.contains("Version 3 of the secret is staged"), "{page}");
    assert!(page.contains("pipelines receive no secret"), "{page}");
    app.owner.post_form("/rpc/credentials/enable", &form).await;
    let page = saved(&app, id, "5", &[("password", "fourth")]).await;
    assert!(page.contains("Version 4 of the secret is now current."), "{page}");
}

#[tokio::test]
async fn the_same_key_file_again_is_unchanged_and_by_another_method_it_is_new() {
    let app = App::new().await;
    let key = key_file().to_string();
    let as_password = [("username", "_json_key"), ("password", key.as_str())];
    created(&app, "ghcr", "gcr.io", &as_password).await;
    let id = app.find_credential(&app.owner, "acme", "ghcr").await;
    let gcr = ("registry_url", "gcr.io");
    let as_key = [gcr, ("method", "gcp_service_account_key"), ("key_json", key.as_str())];
    assert!(!saved(&app, id, "1", &as_key).await.contains(UNCHANGED));
    assert!(app.stored("acme", id).await.key_file.is_some());
    let text = id.to_string();
    let file = form(&text, "2", &[gcr, ("method", "gcp_service_account_key")]);
    let upload = Some(("key_file", key.as_bytes()));
    let reply = app.owner.post_multipart("/rpc/credentials/update", &file, upload).await;
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains(UNCHANGED), "{page}");
    assert_eq!(app.scalar_i64(VERSIONS).await, 2);
}

#[tokio::test]
async fn a_secret_that_does_not_open_is_replaced_by_the_same_one() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let other = app.credential(&app.owner, "acme", "other", "quay.io", "second").await;
    let (one, theirs) = (app.database.id(id), app.database.id(other));
    let sql = format!(
        "UPDATE secret_version SET sealed = (SELECT sealed FROM secret_version WHERE credential_id = {theirs}) WHERE credential_id = {one}"
    );
    assert_eq!(app.raw(&sql).await, 1);
    assert!(!saved(&app, id, "1", &[("password", "first")]).await.contains(UNCHANGED));
    assert_eq!(app.stored("acme", id).await.secret.version, 2);
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot:first");
}

#[tokio::test]
async fn a_secret_of_blanks_is_refused_and_the_stored_one_stays() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let before = app.stored("acme", id).await;
    for blank in [" ", "   ", "\n", "\t\n", "\u{a0}"] {
        let reply = save(&app, id, "1", &[("password", blank)]).await;
        assert_eq!(reply.status, 422, "{blank:?}");
        assert!(reply.at("password").unwrap().contains("only spaces"), "{blank:?}");
        let new = crate::app::credential_form("acme", "new", "quay.io", blank, &[]);
        let path = "/rpc/credentials/create";
        let reply = app.owner.post_multipart_json_accept(path, &new, None).await;
        assert_eq!(reply.status, 422, "{blank:?}");
        assert!(reply.at("password").unwrap().contains("only spaces"), "{blank:?}");
    }
    assert_eq!(app.stored("acme", id).await, before);
}

#[tokio::test]
async fn what_was_dropped_or_kept_at_the_end_is_said() {
    let app = App::new().await;
    let dropped = "The line break at the end of the secret was dropped";
    let kept = "begins or ends with a space";
    let page = created(&app, "ghcr", "ghcr.io", &[("password", "first\n")]).await;
    assert!(page.contains(dropped) && !page.contains(kept), "{page}");
    let id = app.find_credential(&app.owner, "acme", "ghcr").await;
    let page = saved(&app, id, "1", &[("password", "second\r\n")]).await;
    assert!(page.contains(dropped), "{page}");
    for (revision, secret) in [("2", "third "), ("3", "\u{feff}third"), ("4", "third\u{a0}")] {
        let page = saved(&app, id, revision, &[("password", secret)]).await;
        assert!(!page.contains(dropped) && page.contains(kept), "{secret:?}: {page}");
        assert!(page.contains("alert-warning"), "it passes for well done: {page}");
    }
    let page = saved(&app, id, "5", &[("password", "fourth")]).await;
    assert!(!page.contains(dropped) && !page.contains(kept), "{page}");
}

#[tokio::test]
async fn wrapped_base64_of_a_key_is_delivered_on_one_line() {
    let app = App::new().await;
    let whole = STANDARD.encode(key_file().to_string());
    let lines: Vec<&str> =
        whole.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let wrapped = lines.join("\n") + "\n";
    let host = "europe-docker.pkg.dev";
    let typed = [("username", "_json_key_base64"), ("password", wrapped.as_str())];
    let page = created(&app, "gar", host, &typed).await;
    assert!(page.contains("stored as one line") && !page.contains("This looks like"), "{page}");
    let id = app.find_credential(&app.owner, "acme", "gar").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let delivered = auths(&app.docker_config(&token, "", &[]).await);
    assert_eq!(delivered[host], format!("_json_key_base64:{whole}"));
}

#[tokio::test]
async fn dockers_tokens_are_dockers_own_at_both_of_its_registries() {
    let app = App::new().await;
    for (name, host, is_warned) in
        [("hub", "docker.io", false), ("hardened", "dhi.io", false), ("own", "ghcr.io", true)]
    {
        let page = created(&app, name, host, &[("password", "dckr_pat_example")]).await;
        assert_eq!(page.contains("This looks like a Docker Hub token"), is_warned, "{host}");
    }
}
