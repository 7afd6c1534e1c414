//! Trust rules are asked as well, are changed, and are called by their titles.

use super::Scene;
use crate::app::{PASSWORD, Reply};
use crate::forms::value_in;
use regcred::domain::audit::{Action, Detail, TermChange};
use regcred::domain::permission::of;
use regcred::domain::proof::Proof;
use regcred::domain::trust_rule::{Provider, TrustRule};

const RULE: [(&str, &str); 6] = [
    ("form[provider]", "github"),
    ("form[issuer]", "https://token.actions.githubusercontent.com"),
    ("form[audience]", "https://regcred.example.com"),
    ("form[claims][repository_id]", "1"),
    ("form[claims][repository_owner_id]", "2"),
    ("form[claims][ref]", "refs/heads/main"),
];

impl Scene {
    async fn rule(&self) -> TrustRule {
        let owner = &self.app.owner;
        let reader = self.app.evidence(owner, "acme").await.can::<of::PipelineRead>().unwrap();
        let page = self.app.vault.pipeline_page(&reader, self.pipeline).await.unwrap();
        page.pipeline.rules.into_iter().next().unwrap()
    }

    /// Saves the form of the only rule, as it stands, with these fields.
    async fn change_rule(&self, more: &[(&str, &str)]) -> Reply {
        let rule = self.rule().await;
        let (pipeline, id) = (self.pipeline.to_string(), rule.id.to_string());
        let epoch = rule.identity_epoch.to_string();
        let mut form = RULE.to_vec();
        form.extend([
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("id", id.as_str()),
            ("epoch", epoch.as_str()),
            ("password", PASSWORD),
        ]);
        form.retain(|(field, _)| !more.iter().any(|(other, _)| other == field));
        form.extend_from_slice(more);
        self.app.owner.post_json_accept("/rpc/trust-rules/update", &form).await
    }
}

#[tokio::test]
async fn a_rule_that_can_never_match_is_doubted_and_says_where_it_is_changed() {
    let scene = Scene::new().await;
    let buildkite = [
        ("form[provider]", "buildkite"),
        ("form[issuer]", "https://agent.buildkite.com"),
        ("form[audience]", "https://regcred.example.com"),
        ("form[claims][organization_id]", "0184990a-477b-4fa8-9968-496074483cee"),
        ("form[claims][pipeline_id]", "0184990a-4782-42b5-afc1-16715b10b8ff"),
        ("form[claims][build_branch]", "main"),
        ("form[claims][build_tag]", "v1"),
    ];
    let page = scene.page_after("/rpc/trust-rules/create", &buildkite).await;
    let sentence = "A build of a tag has no branch";
    scene.assert_doubted(&page, sentence, "Change the rule").await;
    assert!(page.contains("No credential is granted to this pipeline yet"), "{page}");
}

#[tokio::test]
async fn a_name_in_the_place_of_an_id_is_doubted_after_the_save_and_says_where_it_is_changed() {
    let scene = Scene::new().await;
    let buildkite = [
        ("form[provider]", "buildkite"),
        ("form[issuer]", "https://agent.buildkite.com"),
        ("form[audience]", "https://regcred.example.com"),
        ("form[claims][organization_id]", "acme"),
        ("form[claims][pipeline_id]", "api"),
        ("form[claims][build_branch]", "main"),
    ];
    let page = scene.page_after("/rpc/trust-rules/create", &buildkite).await;
    let sentence = "The organization id and pipeline id are not UUIDs, so no token matches.";
    scene.assert_doubted(&page, sentence, "Change the rule").await;
}

#[tokio::test]
async fn values_that_no_provider_signs_are_refused_at_the_field() {
    let scene = Scene::new().await;
    for (provider, issuer, claims, field) in [
        (
            "github",
            "https://token.actions.githubusercontent.com",
            &[("repository_id", "1"), ("repository_owner_id", "2"), ("ref", "main")][..],
            "claims.ref",
        ),
        (
            "github",
            "https://token.actions.githubusercontent.com",
            &[("repository_id", "1"), ("repository_owner_id", "2"), ("ref", "refs/head/main")][..],
            "claims.ref",
        ),
        (
            "gitlab",
            "https://gitlab.com",
            &[("project_id", "20"), ("ref_path", "main")][..],
            "claims.ref_path",
        ),
        (
            "gitlab",
            "https://gitlab.com",
            &[("project_id", "20"), ("ref_protected", "yes")][..],
            "claims.ref_protected",
        ),
        (
            "kubernetes",
            "https://kubernetes.example.com",
            &[("sub", "default:builder")][..],
            "claims.sub",
        ),
    ] {
        let names: Vec<String> =
            claims.iter().map(|(name, _)| format!("form[claims][{name}]")).collect();
        let mut fields = vec![
            ("form[provider]", provider),
            ("form[issuer]", issuer),
            ("form[audience]", "https://regcred.example.com"),
        ];
        fields.extend(names.iter().zip(claims).map(|(name, (_, value))| (name.as_str(), *value)));
        let reply = scene.app.ask_rule(&scene.app.owner, scene.pipeline, &fields).await;
        assert_eq!(reply.status, 422, "{field}: {}", reply.text());
        assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_changed_rule_is_another_and_ends_short_lived_tokens() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    scene.page_after_a_grant(id, &[]).await;
    scene.page_after("/rpc/trust-rules/create", &RULE).await;
    let before = scene.rule().await;
    let token = app.proved(scene.pipeline, &Proof::default()).await;
    let path = "/api/v1/credential?server=ghcr.io";
    assert_eq!(app.fetch(&token, path).await.status, 200);

    let reply = scene.change_rule(&[("form[claims][ref]", "refs/heads/dev")]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let after = scene.rule().await;
    assert_eq!(after.claims["ref"], "refs/heads/dev");
    assert!(after.identity_epoch > before.identity_epoch, "approvals are not for it");
    assert_eq!(after.id, before.id);
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let events = app.vault.store().chain().about(project, scene.pipeline, 50).await.unwrap();
    let change = TermChange::between("ref", "refs/heads/main", "refs/heads/dev");
    let changes = change.into_iter().collect();
    let detail = Detail::Rule { provider: Provider::GitHub, changes };
    let told = events.iter().filter(|event| event.action == Action::RuleChanged);
    let told: Vec<_> = told.map(|event| (&event.detail, event.at)).collect();
    assert_eq!(told, [(&detail, after.created_at)]);
    assert_eq!(app.fetch(&token, path).await.status, 401, "it was given for the rule of before");

    let old = before.identity_epoch.to_string();
    let reply = scene.change_rule(&[("epoch", old.as_str())]).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert_eq!(scene.rule().await.claims["ref"], "refs/heads/dev");
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn beside_a_wrong_password_all_else_that_is_wrong_with_a_rule_is_told() {
    let scene = Scene::new().await;
    scene.page_after("/rpc/trust-rules/create", &RULE).await;
    let wrong = ("password", "wrong password");
    let fields = [wrong, ("form[claims][ref]", "main"), ("form[audience]", "")];
    let reply = scene.change_rule(&fields).await;
    for field in ["claims.ref", "audience", "password"] {
        assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
    }
    let woodpecker = [("form[provider]", "woodpecker"), ("form[public_key]", "none"), wrong];
    let reply = scene.app.ask_rule(&scene.app.owner, scene.pipeline, &woodpecker).await;
    for field in ["claims.repo.id", "public_key", "password"] {
        assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
    }
}

#[tokio::test]
async fn another_title_changes_nothing_else() {
    let scene = Scene::new().await;
    scene.page_after("/rpc/trust-rules/create", &RULE).await;
    let page = scene.app.owner.get(&scene.identity()).await.text();
    assert!(page.contains("main of repository 1"), "it is called by what it says");
    let before = scene.rule().await;
    let token = scene.app.proved(scene.pipeline, &Proof::default()).await;
    let reply = scene.change_rule(&[("form[title]", "Nightly <b>")]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let after = scene.rule().await;
    assert_eq!(after.title, "Nightly <b>");
    assert_eq!(TrustRule { title: String::new(), ..after }, before);
    assert_ne!(scene.app.fetch(&token, "/api/v1/credential?server=ghcr.io").await.status, 401);
    let page = scene.app.owner.get(&scene.identity()).await.text();
    assert!(page.contains("Nightly &lt;b&gt;") && !page.contains("Nightly <b>"));
    let long = "x".repeat(101);
    let reply = scene.change_rule(&[("form[title]", long.as_str())]).await;
    assert!(reply.status == 422 && reply.at("title").is_some(), "{}", reply.text());
}

#[tokio::test]
async fn a_title_that_somebody_gave_meanwhile_is_not_written_over() {
    let scene = Scene::new().await;
    scene.page_after("/rpc/trust-rules/create", &RULE).await;
    assert_eq!(scene.change_rule(&[("form[title]", "Nightly")]).await.status, 200);
    // From pages that were opened before.
    let reply = scene.change_rule(&[("form[title]", "Weekly")]).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    let reply = scene.change_rule(&[("form[claims][ref]", "refs/heads/dev")]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(scene.rule().await.title, "Nightly");
    let id = scene.rule().await.id;
    let page = format!("/p/acme/pipelines/{}/trust/{id}/edit", scene.pipeline);
    let page = scene.app.owner.get(&page).await.text();
    let seen = value_in(&page, "form[seen_title]").unwrap();
    let now = [("form[seen_title]", seen.as_str()), ("form[claims][ref]", "refs/heads/dev")];
    assert_eq!(scene.change_rule(&now).await.status, 200);
    assert_eq!(scene.rule().await.title, "");
}

#[tokio::test]
async fn a_rule_that_stopped_is_confirmed_before_it_is_changed() {
    let scene = Scene::new().await;
    scene.page_after("/rpc/trust-rules/create", &RULE).await;
    let id = scene.rule().await.id;
    let project = scene.app.evidence(&scene.app.owner, "acme").await.project().id;
    let write = scene.app.vault.store().write().await.unwrap();
    assert!(write.trust_rules(project).end(id, 1).await.unwrap());
    write.commit_without_event(regcred::store::Unrecorded::Test).await.unwrap();
    let reply = scene.change_rule(&[("form[claims][ref]", "refs/heads/dev")]).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("Confirm it first"), "{}", reply.text());
}
