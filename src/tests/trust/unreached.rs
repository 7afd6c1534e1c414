//! Issuers that do not do their part: what is said when a rule is saved, and what a job is told.

use super::issuer::{AUDIENCE, Issuer};
use crate::app::App;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const HERE: &[&str] = &["127.0.0.0/8"];
const NOWHERE: &[&str] = &[];
const BINDING: &str = "system:service-account-issuer-discovery";
const ACCOUNT: (&str, &str) = ("sub", "system:serviceaccount:ci:builder");

#[tokio::test]
async fn an_issuer_that_answers_something_else_is_named_with_what_it_said() {
    let app = App::reaching(HERE).await;
    for (status, number) in [
        ("401 Unauthorized", "401"),
        ("403 Forbidden", "403"),
        ("404 Not Found", "404"),
        ("503 Service Unavailable", "503"),
    ] {
        let issuer = Issuer::start().await;
        issuer.says(status);
        let host = issuer.url.strip_prefix("http://").unwrap();
        let (pipeline, _) = app.bare_pipeline(number).await;
        // The rule is saved all the same, and the page says what went wrong.
        let page = app.add_rule(pipeline, "kubernetes", &issuer.url, &[ACCOUNT]).await;
        assert!(page.contains("The trust rule was added."), "{status}");
        assert!(page.contains(&format!("answered {number}")), "{status}");
        assert_eq!(issuer.asked(), 1);
        let token = issuer.token(&json!({ "sub": ACCOUNT.1 }));
        let reply = app.show(pipeline, &token).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (503, "upstream"), "{status}");
        assert_eq!(reply.header("retry-after"), "30");
        let told = reply.text();
        assert!(told.contains(host) && told.contains(&format!("answered {number}")), "{told}");
        let is_told = matches!(number, "401" | "403");
        assert_eq!(told.contains(BINDING), is_told, "{told}");
        assert_eq!(issuer.asked(), 1, "it is left alone for a moment");
    }
    assert_eq!(app.count_receipts().await, 0);
}

#[tokio::test]
async fn an_issuer_where_nobody_is_or_that_may_not_be_called_is_said_to_be_so() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    for (networks, said) in [(HERE, "cannot be reached"), (NOWHERE, "not public")] {
        let app = App::reaching(networks).await;
        let (pipeline, _) = app.bare_pipeline("build").await;
        let page = app.add_rule(pipeline, "oidc", &url, &[("sub", "builder")]).await;
        assert!(page.contains("No token can be verified with this trust rule yet."), "{said}");
        assert!(page.contains(said), "{said}");
        let issuer = Issuer::start().await;
        let token = issuer.token(&json!({"iss": url, "sub": "builder"}));
        let reply = app.show(pipeline, &token).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (503, "upstream"));
        let told = reply.text();
        assert!(told.contains(said) && told.contains(&format!("127.0.0.1:{port}")), "{told}");
    }
}

#[tokio::test]
async fn an_issuer_that_answers_is_asked_once_when_the_rule_is_saved_and_nothing_is_said() {
    let (app, issuer) = (App::reaching(HERE).await, Issuer::start().await);
    let (pipeline, _) = app.bare_pipeline("build").await;
    let page = app.add_rule(pipeline, "kubernetes", &issuer.url, &[ACCOUNT]).await;
    assert!(page.contains("The trust rule was added."));
    assert!(!page.contains("No token can be verified"));
    let token = issuer.token(&json!({ "sub": ACCOUNT.1, "aud": [AUDIENCE] }));
    assert_eq!(app.show(pipeline, &token).await.status, 200);
    assert_eq!(issuer.asked(), 1, "its keys are remembered for the first token");
}

#[tokio::test]
async fn an_issuer_that_never_answers_holds_up_nobody_but_its_own_jobs() {
    let app = App::reaching(HERE).await;
    let (slow, quick) = (Issuer::start().await, Issuer::start().await);
    let (one, _) = app.bare_pipeline("one").await;
    let (other, _) = app.bare_pipeline("other").await;
    app.add_rule(one, "kubernetes", &slow.url, &[ACCOUNT]).await;
    app.add_rule(other, "kubernetes", &quick.url, &[ACCOUNT]).await;
    let app = app.knowing_no_keys(HERE);
    slow.says("");
    let asked = slow.asked();
    let said = json!({ "sub": ACCOUNT.1, "aud": [AUDIENCE] });
    // More than are worked on at once.
    let mut waiting = JoinSet::new();
    for _ in 0..16 {
        let body = json!({ "pipeline": one, "token": slow.token(&said) }).to_string();
        let job = app.nobody();
        waiting.spawn(async move { job.tell("", "/api/v1/token", &body).await.status });
    }
    while slow.asked() == asked {
        tokio::task::yield_now().await;
    }
    let reply = app.show(other, &quick.token(&said)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(waiting.try_join_next().is_none(), "they wait for their issuer still");
    assert_eq!(slow.asked(), asked + 1, "one asks for all of them");
    slow.says("200 OK");
    assert!(waiting.join_all().await.iter().all(|status| *status == 200));
    assert_eq!(slow.asked(), asked + 1);
}

#[tokio::test]
async fn people_who_try_tokens_of_an_issuer_that_never_answers_hold_up_nobody() {
    let app = App::reaching(HERE).await;
    let slow = Issuer::start().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    app.add_rule(pipeline, "kubernetes", &slow.url, &[ACCOUNT]).await;
    let app = app.knowing_no_keys(HERE);
    slow.says("");
    let asked = slow.asked();
    let mut waiting = JoinSet::new();
    for _ in 0..16 {
        let (by, id) = (app.owner.clone(), pipeline.to_string());
        let pasted = slow.token(&json!({ "sub": ACCOUNT.1, "aud": [AUDIENCE] }));
        waiting.spawn(async move {
            let form = [("project", "acme"), ("pipeline", id.as_str()), ("token", &*pasted)];
            by.post_form("/rpc/trust-rules/try", &form).await.status
        });
    }
    while slow.asked() == asked {
        tokio::task::yield_now().await;
    }
    assert_eq!(app.nobody().get("/sign-in").await.status, 200);
    assert_eq!(app.fetch("made-up", "/api/v1/docker-config").await.status, 401);
    assert!(waiting.try_join_next().is_none(), "they wait for the issuer still");
}

#[tokio::test]
async fn a_known_provider_is_entered_in_no_other_form() {
    let app = App::reaching(HERE).await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let gitlab = Issuer::with_keys_at("/oauth/discovery/keys").await;
    for (provider, issuer, form) in [
        ("oidc", "https://token.actions.acme.ghe.com", "Choose GitHub Actions above"),
        ("oidc", "https://acme.gitlab-dedicated.com", "Choose GitLab CI above"),
        ("oidc", gitlab.url.as_str(), "Choose GitLab CI above"),
        // That form, too, asks for nothing that tells a fork from the project.
        ("azure_devops", gitlab.url.as_str(), "Choose GitLab CI above"),
    ] {
        let fields = [
            ("form[provider]", provider),
            ("form[issuer]", issuer),
            ("form[audience]", AUDIENCE),
            ("form[claims][sub]", "repo:acme/api:ref:refs/heads/main"),
        ];
        let reply = app.ask_rule(&app.owner, pipeline, &fields).await;
        assert_eq!(reply.status, 422, "{issuer}: {}", reply.text());
        assert!(reply.at("issuer").unwrap().contains(form), "{issuer}: {}", reply.text());
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM trust_rule").await, 0);
    let ids = [("project_id", "20"), ("ref_path", "refs/heads/main")];
    let page = app.add_rule(pipeline, "gitlab", &gitlab.url, &ids).await;
    assert!(page.contains("The trust rule was added."));
}
