//! What no form takes any more, or what only time brings, stands in databases: it is doubted at its
//! row as well.

use super::Scene;

const REGCRED: &str = "https://regcred.example.com";

impl Scene {
    /// Has the only rule ask for these claims for this audience, as a form once let it.
    async fn age_rule(&self, claims: &str, audience: &str) {
        let sql = format!("UPDATE trust_rule SET claims = '{claims}', audience = '{audience}'");
        assert_eq!(self.app.raw(&sql).await, 1);
    }
}

/// A pipeline with a rule of this provider that its form takes.
async fn with_rule(provider: &str, issuer: &str, claims: &[(&str, &str)]) -> Scene {
    let scene = Scene::new().await;
    let names: Vec<String> =
        claims.iter().map(|(name, _)| format!("form[claims][{name}]")).collect();
    let mut fields =
        vec![("form[provider]", provider), ("form[issuer]", issuer), ("form[audience]", REGCRED)];
    fields.extend(names.iter().zip(claims).map(|(name, (_, value))| (name.as_str(), *value)));
    let reply = scene.app.ask_rule(&scene.app.owner, scene.pipeline, &fields).await;
    assert_eq!(reply.status, 200, "{provider}: {}", reply.text());
    scene
}

#[tokio::test]
async fn a_rule_that_its_form_would_not_take_now_is_doubted_at_its_row() {
    let github = [("repository_id", "1"), ("repository_owner_id", "2"), ("environment", "x")];
    let gitlab = [("project_id", "20"), ("environment", "x")];
    let cluster = [("sub", "system:serviceaccount:ci:build")];
    for (provider, issuer, taken, claims, audience, sentence) in [
        (
            "github",
            "https://token.actions.githubusercontent.com",
            &github[..],
            r#"{"repository_id":"1","ref":"refs/heads/main"}"#,
            REGCRED,
            "This rule does not check the owner id, so it accepts no token.",
        ),
        (
            "github",
            "https://token.actions.githubusercontent.com",
            &github[..],
            r#"{"repository_id":"1","repository_owner_id":"2","ref":"main"}"#,
            REGCRED,
            "The git reference is not a whole reference, so no token matches. For a branch, write refs/heads/main.",
        ),
        (
            "github",
            "https://token.actions.githubusercontent.com",
            &github[..],
            r#"{"repository_id":"1","repository_owner_id":"2","ref":"refs/head/main"}"#,
            REGCRED,
            "The git reference is of a kind that the provider does not have, so no token matches. Branches begin with refs/heads/, and tags with refs/tags/.",
        ),
        (
            "gitlab",
            "https://gitlab.com",
            &gitlab[..],
            r#"{"project_id":"20","ref_protected":"yes"}"#,
            REGCRED,
            "The provider says true or false for ref_protected, so no token matches.",
        ),
        (
            "kubernetes",
            "https://kubernetes.example.com",
            &cluster[..],
            r#"{"sub":"ci:build"}"#,
            REGCRED,
            "The subject of a service account is system:serviceaccount:NAMESPACE:NAME, so no token matches.",
        ),
        (
            "kubernetes",
            "https://kubernetes.example.com",
            &cluster[..],
            r#"{"sub":"system:serviceaccount:ci:build"}"#,
            "sts.amazonaws.com",
            "This audience belongs to another service. Enter the address of Regcred, and let the job request it.",
        ),
    ] {
        let scene = with_rule(provider, issuer, taken).await;
        let page = scene.app.owner.get(&scene.identity()).await.text();
        assert!(!page.contains(sentence), "{sentence}: {page}");
        scene.age_rule(claims, audience).await;
        let page = scene.app.owner.get(&scene.identity()).await.text();
        assert!(page.contains(sentence), "{sentence}: {page}");
        assert!(page.contains("Change the rule"), "{sentence}: {page}");
    }
}

#[tokio::test]
async fn a_grant_that_has_ended_is_doubted_at_its_row() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    scene.page_after_a_grant(id, &[("form[expires_on]", "2099-01-31")]).await;
    let sentence =
        "The grant ended on 2020-01-31, so the pipeline does not receive the credential.";
    assert_eq!(app.raw("UPDATE access_grant SET expires_on = '2020-01-31'").await, 1);
    let page = app.owner.get(&scene.path()).await.text();
    assert!(page.contains(sentence) && page.contains("Change the grant"), "{page}");
}
