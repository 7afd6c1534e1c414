//! What ends when an issuer is removed, and what begins again when it is added.

use super::{CREATE, DELETE, HERE, KNOWN, PAGE, listed, post_rule};
use crate::app::{App, PASSWORD};
use crate::failpoint::{break_chain, mend_table};
use crate::trust::issuer::Issuer;
use regcred::domain::permission::of;
use regcred::domain::proof::Proof;
use regcred::domain::trust_rule::Provider;
use regcred::vault::INSTANCE;
use serde_json::{Value, json};
use uuid::Uuid;

const FETCH: &str = "/api/v1/credential?server=ghcr.io";

/// What a job of GitLab's project 20 says.
fn job() -> Value {
    json!({
        "project_id": "20", "project_path": "acme/api", "ref": "main", "ref_type": "branch",
        "ref_path": "refs/heads/main", "pipeline_source": "push", "pipeline_id": "574",
    })
}

async fn remove(app: &App, url: &str) {
    let (_, id) = listed(app).await.into_iter().find(|(known, _)| known == url).unwrap();
    let form = [("id", id.to_string()), ("password", PASSWORD.to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, &**value)).collect();
    let reply = app.owner.post_form(DELETE, &form).await;
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains("The issuer was removed."), "{page}");
}

/// A pipeline with a credential and a rule for this issuer.
async fn trusting(app: &App, issuer: &str) -> Uuid {
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2-hunter2").await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    app.trust_issuer(issuer).await;
    let reply = post_rule(&app.owner, pipeline, issuer).await;
    assert!(reply.location().contains("?said="), "{} {}", reply.location(), reply.text());
    pipeline
}

#[tokio::test]
async fn a_removed_issuer_proves_nothing_from_the_next_request_on_at_another_server_too() {
    let (app, issuer) = (App::reaching(HERE).await, Issuer::start().await);
    let pipeline = trusting(&app, &issuer.url).await;
    let other = app.another_server().await;
    let at_other = async |token: &str| {
        let body = json!({ "pipeline": pipeline, "token": token }).to_string();
        other.tell("", "/api/v1/token", &body).await.status.as_u16()
    };
    let reply = app.show(pipeline, &issuer.token(&job())).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let short = reply.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(app.fetch(&short, FETCH).await.status, 200);
    // That server may ask no issuer for its keys, but it would.
    assert_eq!(at_other(&issuer.token(&job())).await, 503);

    remove(&app, &issuer.url).await;
    let reply = app.show(pipeline, &issuer.token(&job())).await;
    assert_eq!(reply.status, 403, "{}", reply.text());
    assert!(!reply.text().contains(&issuer.url), "a stranger is not told whom a rule names");
    assert_eq!(at_other(&issuer.token(&job())).await, 403);
    for server in [&app.nobody(), &other] {
        assert_eq!(server.fetch(&short, FETCH, &[]).await.status, 401);
    }
    let page = app.owner.get(&format!("/p/acme/pipelines/{pipeline}/identity")).await.text();
    assert!(page.contains("Issuer not trusted"), "{page}");

    let (of, token) = (pipeline.to_string(), issuer.token(&job()));
    let form = [("project", "acme"), ("pipeline", of.as_str()), ("token", token.as_str())];
    let reply = app.owner.post_form("/rpc/trust-rules/try", &form).await;
    let page = app.owner.follow(reply).await.text();
    assert!(page.contains("is not on the list of trusted issuers"), "a member is told: {page}");

    // The rule is still there. What it gave before does not come back.
    app.trust_issuer(&issuer.url).await;
    assert_eq!(app.show(pipeline, &issuer.token(&job())).await.status, 200);
    assert_eq!(app.fetch(&short, FETCH).await.status, 401);
    let page = app.owner.get(&format!("/p/acme/pipelines/{pipeline}/identity")).await.text();
    assert!(!page.contains("Issuer not trusted"), "{page}");
}

#[tokio::test]
async fn the_page_of_a_removal_names_the_rules_that_stop_and_asks_for_the_password() {
    let app = App::new().await;
    let pipeline = trusting(&app, KNOWN).await;
    // Another spelling of the same issuer, and another issuer.
    let again = post_rule(&app.owner, pipeline, "https://GitLab.example.com/").await;
    assert!(again.location().contains("?said="), "{}", again.location());
    app.trust_issuer("https://ci.example.com").await;
    let id = listed(&app).await.into_iter().find(|(url, _)| url == KNOWN).unwrap().1.to_string();
    let list = app.owner.get(PAGE).await.text();
    assert!(list.contains(&format!("{PAGE}/{id}/remove")), "{list}");
    let page = app.owner.get(&format!("{PAGE}/{id}/remove")).await.text();
    assert!(page.contains("Trust rules that stop"), "{page}");
    let not_yet = "If you remove this issuer, its tokens will no longer be accepted";
    assert!(page.contains(not_yet), "nothing is removed before it is confirmed: {page}");
    assert_eq!(page.matches("data-label=\"Pipeline\"").count(), 2, "{page}");
    assert!(page.contains("acme") && page.contains("build"), "{page}");
    for password in ["", "wrong password"] {
        let form = [("id", id.as_str()), ("password", password)];
        let reply = app.owner.post_json_accept(DELETE, &form).await;
        assert_eq!(reply.status, 422, "{}", reply.text());
        assert!(reply.at("password").is_some());
    }
    let reply = app.owner.post_form(DELETE, &[("id", id.as_str()), ("password", "")]).await;
    let location = reply.location();
    assert!(location.starts_with(&format!("{PAGE}/{id}/remove?back=")), "{location}");
    assert_eq!(listed(&app).await.len(), 2);

    remove(&app, KNOWN).await;
    assert_eq!(listed(&app).await.len(), 1);
    let form = [("id", id.as_str()), ("password", PASSWORD)];
    assert_eq!(app.owner.post_json_accept(DELETE, &form).await.status, 404);
    assert_eq!(app.owner.get(&format!("{PAGE}/{id}/remove")).await.status, 404);
    let detail = "SELECT detail FROM audit_event WHERE action = 'issuer.removed'";
    assert_eq!(app.database.scalar_text(detail).await, r#"{"rules":2}"#);
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn many_tokens_of_an_issuer_end_before_its_removal_keeps_anybody_from_signing_in() {
    let app = App::new().await;
    let pipeline = trusting(&app, KNOWN).await;
    let id = listed(&app).await[0].1.to_string();
    let live =
        "SELECT COUNT(*) FROM pipeline_token WHERE expires_at IS NOT NULL AND revoked_at IS NULL";
    for (tokens, left) in [(65, 0), (3, 3)] {
        for _ in 0..tokens {
            app.proved(pipeline, &Proof::of(Provider::GitLab)).await;
        }
        // What is done under the chain of the instance is undone.
        break_chain(&app, INSTANCE).await;
        let form = [("id", id.as_str()), ("password", PASSWORD)];
        let reply = app.owner.post_json_accept(DELETE, &form).await;
        assert!(reply.status.is_server_error(), "{}", reply.text());
        mend_table(&app, "audit_event").await;
        assert_eq!(app.scalar_i64(live).await, left, "{tokens} tokens");
    }
    assert_eq!(listed(&app).await.len(), 1);
    remove(&app, KNOWN).await;
    assert_eq!(app.scalar_i64(live).await, 0);
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn a_rule_of_a_removed_issuer_is_neither_made_again_nor_confirmed() {
    let app = App::new().await;
    let pipeline = trusting(&app, KNOWN).await;
    assert_eq!(app.raw("UPDATE trust_rule SET ended_at = 1").await, 1);
    remove(&app, KNOWN).await;
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let page = app.vault.pipeline_page(&reader, pipeline).await.unwrap().pipeline;
    assert_eq!(page.unlisted, [KNOWN]);
    let (of, id) = (pipeline.to_string(), page.rules[0].id.to_string());
    let form = [
        ("project", "acme"),
        ("pipeline", of.as_str()),
        ("id", id.as_str()),
        ("password", PASSWORD),
    ];
    let confirm = "/rpc/trust-rules/confirm";
    let reply = app.owner.post_json_accept(confirm, &form).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("not on the list of trusted issuers"), "{}", reply.text());
    let reply = post_rule(&app.owner, pipeline, KNOWN).await;
    assert!(reply.location().contains("back="), "{}", reply.location());
    let reply = app.owner.post_json_accept(CREATE, &[("url", KNOWN), ("password", PASSWORD)]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(app.owner.post_json_accept(confirm, &form).await.status, 200);
}
