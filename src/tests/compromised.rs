//! A credential whose secret others may know: it stops at once, comes back only with another secret, and
//! its page says who had which version and what is done about it.

use crate::app::{App, PASSWORD, Reply, auths};
use crate::edits::save;
use regcred::Error;
use regcred::domain::audit::Action;
use regcred::domain::short_id;
use regcred::domain::user::Role;
use uuid::Uuid;

async fn post(app: &App, function: &str, id: Uuid, more: &[(&str, &str)]) -> Reply {
    let id = id.to_string();
    let form = [&[("project", "acme"), ("id", id.as_str())][..], more].concat();
    app.owner.post_json_accept(&format!("/rpc/{function}"), &form).await
}

/// Whether the menu of its row offers to enable it, with a script and without one, and whether its page does.
async fn offers(app: &App, id: Uuid) -> [bool; 3] {
    let list = app.owner.get("/p/acme/credentials").await.text();
    let open = id.simple().to_string();
    let open = app.owner.get(&format!("/p/acme/credentials?menu={open}")).await.text();
    let (_, menu) = open.split_once("<div class=\"menu row-menu\">").expect("an open menu");
    let (menu, _) = menu.split_once("</div>").expect("its end");
    let own = app.owner.get(&format!("/p/acme/credentials/{id}")).await.text();
    let enable = "/rpc/credentials/enable";
    [list.contains(" data-off "), menu.contains(enable), own.contains(enable)]
}

/// The page that is kept of it.
async fn record(app: &App, id: Uuid) -> String {
    let page = app.owner.get(&format!("/p/acme/credentials/{id}/compromised")).await;
    assert_eq!(page.status, 200);
    page.text()
}

#[tokio::test]
async fn a_compromised_credential_is_delivered_again_only_with_another_secret() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    assert_eq!(save(&app, id, "1", &[("password", "second")]).await.status, 200);
    for _ in 0..2 {
        assert_eq!(post(&app, "credentials/compromise", id, &[]).await.status, 200);
    }
    let chain = app.vault.store().chain();
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let events = chain.about(project, id, 100).await.unwrap();
    let marked = events.iter().filter(|one| one.action == Action::CredentialCompromised).count();
    assert_eq!(marked, 1, "doing it twice is one change");
    assert!(auths(&app.docker_config(&token, "", &[]).await).is_empty());
    assert!(app.owner.get("/p/acme/credentials").await.text().contains("Compromised"));
    assert_eq!(offers(&app, id).await, [false; 3], "nothing offers to enable it");

    let short = short_id::of(id);
    let bulk = [("is_disabled", "false"), ("ids[]", short.as_str())];
    for (function, more) in [
        ("credentials/enable", &[][..]),
        ("credentials/bulk", &bulk[..]),
        ("versions/switch", &[("version", "1")][..]),
    ] {
        let reply = post(&app, function, id, more).await;
        assert!(matches!(reply.error(), Error::Conflict(_)), "{function}: {}", reply.text());
    }
    let versions = format!("/p/acme/credentials/{id}/versions");
    let asked = format!("{versions}/1/current");
    assert!(!app.owner.get(&versions).await.text().contains(&asked), "it is not offered");
    let asked = app.owner.get(&asked).await.text();
    assert!(asked.contains("was marked as compromised on"), "{asked}");
    assert!(!asked.contains("/rpc/versions/switch"), "{asked}");
    // What was stored already is no other secret, whether it is current or not.
    for known in ["first", "second"] {
        let reply = save(&app, id, "3", &[("password", known)]).await;
        assert_eq!(reply.status, 422, "{known}: {}", reply.text());
        assert!(reply.at("password").is_some(), "{known}: {}", reply.text());
    }
    assert_eq!(post(&app, "credentials/enable", id, &[]).await.status, 409);

    assert_eq!(save(&app, id, "3", &[("password", "third")]).await.status, 200);
    assert!(auths(&app.docker_config(&token, "", &[]).await).is_empty(), "it is still disabled");
    assert_eq!(offers(&app, id).await, [true; 3], "it has another secret");
    assert_eq!(post(&app, "credentials/enable", id, &[]).await.status, 200);
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await)["ghcr.io"], "acme-bot:third");
    let back = post(&app, "versions/switch", id, &[("version", "2")]).await;
    assert!(matches!(back.error(), Error::Conflict(_)), "{}", back.text());
}

#[tokio::test]
async fn the_record_says_who_had_which_version_and_what_is_done() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    app.credential(&app.owner, "acme", "twin", "quay.io", "first").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "nightly-build", &[id], "pull").await;
    app.pipeline(&app.owner, "acme", "never-fetched", &[id], "pull").await;
    app.docker_config(&token, "", &[]).await;

    let question = app.owner.get(&format!("/p/acme/credentials/{id}/compromise")).await.text();
    let (_, question) = question.split_once("id=\"compromise-credential\"").unwrap();
    assert!(
        question.contains("nightly-build") && !question.contains("never-fetched"),
        "{question}"
    );
    let before = record(&app, id).await;
    assert!(before.contains("This credential is not marked as compromised."), "{before}");

    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str())];
    let reply = app.owner.post_form("/rpc/credentials/compromise", &form).await;
    let page = format!("/p/acme/credentials/{id}/compromised?said=");
    assert!(reply.location().starts_with(&page), "{}", reply.location());
    let marked = app.owner.follow(reply).await.text();
    for said in [
        "ghcr is disabled and marked as compromised.",
        "The stored secret is still the old one",
        "The old secret is also stored in twin.",
        "Version 1 is still stored here.",
        "0 of 1 received it. These did not: nightly-build.",
        "Until the old secret is revoked at ghcr.io",
        "It can be enabled when another secret is stored.",
    ] {
        assert!(marked.contains(said), "{said}: {marked}");
    }
    assert!(!marked.contains("Enable it"), "it would be refused: {marked}");

    assert_eq!(save(&app, id, "2", &[("password", "second")]).await.status, 200);
    assert!(record(&app, id).await.contains("Enable it"), "it has another secret");
    assert_eq!(post(&app, "credentials/enable", id, &[]).await.status, 200);
    let replaced = record(&app, id).await;
    assert!(replaced.contains("The old secret is also stored in twin."), "{replaced}");
    let destroy = [("version", "1"), ("password", PASSWORD)];
    assert_eq!(post(&app, "versions/destroy", id, &destroy).await.status, 200);
    app.docker_config(&token, "", &[]).await;
    let done = record(&app, id).await;
    for said in [
        "stored version 2 on",
        "No old version is stored any more.",
        "The old versions were destroyed, so Regcred cannot compare them any more.",
        "It is enabled.",
        "Every pipeline that has a grant and received the old secret has a newer one.",
    ] {
        assert!(done.contains(said), "{said}: {done}");
    }
    assert!(!done.contains("stored in twin"), "{done}");
}

#[tokio::test]
async fn who_may_not_write_reads_the_record_and_marks_nothing() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "first").await;
    let viewer = app.member(Role::Viewer, "acme").await;
    let text = id.to_string();
    let form = [("project", "acme"), ("id", text.as_str())];
    let reply = viewer.post_json_accept("/rpc/credentials/compromise", &form).await;
    assert_eq!((reply.status.as_u16(), reply.error()), (403, Error::Forbidden));
    let page = viewer.get(&format!("/p/acme/credentials/{id}")).await.text();
    assert!(!page.contains("Mark as compromised"), "{page}");
    assert_eq!(viewer.get(&format!("/p/acme/credentials/{id}/compromise")).await.status, 403);
    assert_eq!(viewer.get(&format!("/p/acme/credentials/{id}/compromised")).await.status, 200);
    assert!(app.stored("acme", id).await.compromised.is_none());
}
