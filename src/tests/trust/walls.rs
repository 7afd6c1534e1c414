//! Trust rules, approvals and the explainer of one project are nothing to another.

use super::{granted, shown_once};
use crate::app::{Browser, PASSWORD, Reply};
use crate::signing::{drone, drone_body};
use regcred::domain::matching::ExplainForm;
use regcred::domain::permission::of;
use regcred::domain::user::Role;

/// Calls that would work, or at least be understood, for who may: with the project, the pipeline,
/// the rule and the grant of these ids.
async fn calls(by: &Browser, project: &str, at: [&str; 3]) -> Vec<(&'static str, Reply)> {
    let [pipeline, rule, grant] = at;
    let with = |more: &[(&'static str, &str)]| {
        let mut form = vec![("project", project.to_owned()), ("pipeline", pipeline.to_owned())];
        form.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        form
    };
    let forms = [
        (
            "/rpc/trust-rules/create",
            with(&[
                ("form[provider]", "drone"),
                ("form[claims][repo.id]", "7"),
                ("password", PASSWORD),
            ]),
        ),
        (
            "/rpc/trust-rules/update",
            with(&[("id", rule), ("form[claims][repo.id]", "8"), ("password", PASSWORD)]),
        ),
        (
            "/rpc/grants/update",
            with(&[("id", grant), ("form[intent]", "pull"), ("password", PASSWORD)]),
        ),
        ("/rpc/trust-rules/delete", with(&[("id", rule)])),
        ("/rpc/trust-rules/try", with(&[("token", "a.b.c")])),
        ("/rpc/grants/approve", with(&[("id", grant), ("days", "30"), ("password", PASSWORD)])),
    ];
    let mut replies = Vec::new();
    for (path, form) in forms {
        let form: Vec<(&str, &str)> =
            form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        replies.push((path, by.post_json_accept(path, &form).await));
    }
    replies
}

#[tokio::test]
async fn another_project_sees_nothing() {
    let (app, pipeline, _) = granted().await;
    let (secret, _) = shown_once(&app, pipeline, "7").await;
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let page = app.vault.pipeline_page(&reader, pipeline).await.unwrap().pipeline;
    let ids = [pipeline, page.rules[0].id, page.grants[0].id].map(|id| id.to_string());
    let at = ids.each_ref().map(String::as_str);
    let beta = app.project("beta").await;
    let (rules, events) = (
        "SELECT COUNT(*) FROM trust_rule",
        "SELECT COUNT(*) FROM audit_event WHERE action <> 'session.created'",
    );
    let before = (app.scalar_i64(rules).await, app.scalar_i64(events).await);
    for (path, reply) in calls(&beta, "acme", at).await {
        assert_eq!(reply.status, 404, "{path}");
    }
    // Their own project with the things of another.
    for (path, reply) in calls(&beta, "beta", at).await {
        assert_eq!(reply.status, 404, "{path}: {}", reply.text());
        let text = reply.text();
        assert!(!text.contains("build") && !text.contains("ghcr"), "{path}: {text}");
    }
    let (image, theirs) = ("ghcr.io/acme/api".to_owned(), at[0].to_owned());
    let form = ExplainForm { image, pipeline: theirs, ..ExplainForm::default() };
    let reader = app.evidence(&beta, "beta").await.can::<of::PipelineRead>().unwrap();
    assert_eq!(app.vault.explain(&reader, &form).await.unwrap_err().status(), 422);
    for (path, reply) in calls(&app.nobody(), "acme", at).await {
        assert_eq!(reply.status, 401, "{path}");
    }
    let (of_acme, body) = ("/api/v1/drone/acme", drone_body(7));
    let reply = app.nobody().signed("/api/v1/drone/beta", &drone(&secret, &body), &body).await;
    assert!(matches!(reply.status.as_u16(), 401 | 403), "{}", reply.status);
    assert_eq!((app.scalar_i64(rules).await, app.scalar_i64(events).await), before);
    let reply = app.nobody().signed(of_acme, &drone(&secret, &body), &body).await;
    assert_eq!(reply.status, 200, "it is still taken: {}", reply.text());
}

#[tokio::test]
async fn who_may_only_read_explains_and_changes_nothing() {
    let (app, pipeline, _) = granted().await;
    shown_once(&app, pipeline, "7").await;
    let reader = app.evidence(&app.owner, "acme").await.can::<of::PipelineRead>().unwrap();
    let page = app.vault.pipeline_page(&reader, pipeline).await.unwrap().pipeline;
    let ids = [pipeline, page.rules[0].id, page.grants[0].id].map(|id| id.to_string());
    let at = ids.each_ref().map(String::as_str);
    for role in [Role::Viewer, Role::Auditor] {
        let member = app.member(role, "acme").await;
        for (path, reply) in calls(&member, "acme", at).await {
            let expected = if path == "/rpc/trust-rules/try" { 422 } else { 403 };
            assert_eq!(reply.status, expected, "{path} as {role:?}: {}", reply.text());
        }
        let page = format!("/p/acme/match?image=ghcr.io%2Facme%2Fapi&pipeline={pipeline}");
        assert_eq!(member.get(&page).await.status, 200, "{role:?}");
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM trust_rule").await, 1);
}
