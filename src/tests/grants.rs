//! Grants: which pipeline may have what, and how it is taken back.

use crate::app::{App, PASSWORD, auths};
use crate::pipelines::{form, page};
use regcred::domain::credential::Access;
use uuid::Uuid;

#[tokio::test]
async fn a_pipeline_receives_only_what_it_was_granted() {
    let app = App::new().await;
    let mine = app.credential(&app.owner, "acme", "mine", "ghcr.io", "mine-secret").await;
    let other = app.credential(&app.owner, "acme", "other", "quay.io", "other-secret").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[mine], "pull").await;
    let (id, second) = app.pipeline(&app.owner, "acme", "deploy", &[], "pull").await;
    let delivered = auths(&app.docker_config(&token, "", &[]).await);
    assert_eq!(
        delivered.into_iter().collect::<Vec<_>>(),
        [("ghcr.io".to_owned(), "acme-bot:mine-secret".to_owned())]
    );
    assert!(auths(&app.docker_config(&second, "", &[]).await).is_empty());
    let (pipeline, credential) = (id.to_string(), other.to_string());
    let grant = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("form[name]", ""),
        ("form[description]", ""),
        ("form[token_days]", ""),
        ("form[intent]", "pull"),
        ("form[credentials][]", credential.as_str()),
        ("password", PASSWORD),
    ];
    let reply = app.owner.post_json_accept("/rpc/grants/create", &grant).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(
        auths(&app.docker_config(&second, "", &[]).await)["quay.io"],
        "acme-bot:other-secret"
    );
    let again = app.owner.post_json_accept("/rpc/grants/create", &grant).await;
    assert_eq!(again.status, 422);
    assert!(again.at("credentials").unwrap().contains("already has"));
    let page = page(&app, id).await.unwrap();
    assert_eq!(page.pipeline.grants.len(), 1);
    assert_eq!(
        (page.pipeline.grants[0].terms.intent, page.pipeline.grants[0].deliveries),
        (Access::Pull, 1)
    );
}

#[tokio::test]
async fn all_that_is_wrong_with_a_grant_is_said_at_once() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let pipeline = pipeline.to_string();
    for password in ["not the password", PASSWORD] {
        let form = [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("form[credentials][]", ""),
            ("form[intent]", "all"),
            ("form[expires_on]", "soon"),
            ("password", password),
        ];
        let reply = app.owner.post_json_accept("/rpc/grants/create", &form).await;
        assert_eq!(reply.status, 422, "{}", reply.text());
        assert_eq!(reply.at("credentials").as_deref(), Some("Choose a credential."));
        for field in ["intent", "expires_on"] {
            assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
        }
        assert_eq!(reply.at("password").is_some(), password != PASSWORD);
    }
}

#[tokio::test]
async fn a_revoked_grant_is_gone_from_the_next_fetch() {
    let app = App::new().await;
    let credential = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (id, token) = app.pipeline(&app.owner, "acme", "build", &[credential], "pull").await;
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await).len(), 1);
    let grant = page(&app, id).await.unwrap().pipeline.grants[0].id.to_string();
    let pipeline = id.to_string();
    let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", grant.as_str())];
    let reply = app.owner.post_form("/rpc/grants/delete", &form).await;
    assert!(
        app.owner.follow(reply).await.text().contains("The grant of ghcr to build was revoked.")
    );
    let after = app.docker_config(&token, "", &[]).await;
    assert!(auths(&after).is_empty());
    assert_eq!(app.owner.post_json_accept("/rpc/grants/delete", &form).await.status, 404);
}

#[tokio::test]
async fn a_credential_is_not_granted_for_more_than_it_can_do_or_may() {
    let app = App::new().await;
    let only_pull = app
        .credential_with(&app.owner, "acme", "reader", "ghcr.io", "s", &[("access", "pull")])
        .await;
    let guarded = app
        .credential_with(&app.owner, "acme", "guarded", "quay.io", "s", &[("is_protected", "true")])
        .await;
    let reply = app
        .owner
        .post_json_accept(
            "/rpc/pipelines/create",
            &form("build", &only_pull.to_string(), "pull_push", PASSWORD),
        )
        .await;
    assert_eq!(reply.status, 422);
    assert!(reply.at("credentials").unwrap().contains("can only pull"), "{}", reply.text());
    // A protected one is granted, and waits.
    let (_, pusher) = app.pipeline(&app.owner, "acme", "pusher", &[guarded], "pull_push").await;
    let reply = app.docker_config(&pusher, "?intent=push", &[]).await;
    assert!(auths(&reply).is_empty());
    assert!(reply.header("regcred-left-out").contains("waiting for approval"));
    for intent in ["", "push", "all"] {
        let reply = app
            .owner
            .post_json_accept("/rpc/pipelines/create", &form("b", "", intent, PASSWORD))
            .await;
        assert_eq!(reply.status, 422, "{intent}");
    }
    // Also to pull: it is the same secret, and that can push.
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &[only_pull, guarded], "pull").await;
    assert_eq!(auths(&app.docker_config(&token, "", &[]).await).len(), 1);
}

#[tokio::test]
async fn one_form_grants_only_so_many_credentials() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let ids: Vec<String> = (0..201).map(|_| Uuid::now_v7().to_string()).collect();
    let pipeline = pipeline.to_string();
    let mut form = vec![
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("form[intent]", "pull"),
        ("password", PASSWORD),
    ];
    form.extend(ids.iter().map(|id| ("form[credentials][]", id.as_str())));
    let reply = app.owner.post_json_accept("/rpc/grants/create", &form).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    let said = reply.at("credentials").unwrap();
    assert_eq!(said, "Choose at most 200 credentials at once.");
    form.pop();
    let reply = app.owner.post_json_accept("/rpc/grants/create", &form).await;
    assert!(reply.at("credentials").unwrap().contains("was deleted"), "{}", reply.text());
}

#[tokio::test]
async fn who_edits_a_grant_sees_what_the_pipeline_received_lately() {
    let app = App::new().await;
    let more = [("access", "pull_push")];
    let id = app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2", &more).await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull_push").await;
    let html = app.owner.get(&format!("/p/acme/pipelines/{pipeline}")).await.text();
    let own = format!("/p/acme/pipelines/{pipeline}/grants/");
    let link = crate::forms::link_in(&html, &own).unwrap();
    let (grant, _) = link.rsplit_once('/').unwrap();
    let edit = format!("{grant}/edit");
    let page = app.owner.get(&edit).await.text();
    assert!(page.contains("Nothing in the last 30 days"), "{page}");
    for intent in ["pull", "push", "push"] {
        let path = format!("/api/v1/credential?server=ghcr.io&intent={intent}");
        assert_eq!(app.fetch(&token, &path).await.status, 200, "{intent}");
    }
    let page = app.owner.get(&edit).await.text();
    assert!(page.contains("1 to pull, 2 to push in the last 30 days"), "{page}");
}
