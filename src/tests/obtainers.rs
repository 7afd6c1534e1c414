//! Who can read a secret: everyone who could grant the credential to their own pipeline, and who has
//! a live token or meets a trust rule of a pipeline that may have it.

use crate::app::App;
use regcred::crypto::token::parse_token;
use regcred::domain::user::Role;
use uuid::Uuid;

/// Who is named, each with their role, in an order that no database decides.
async fn obtainers(app: &App, id: Uuid) -> Vec<String> {
    let named = app.credential_page("acme", id).await.obtainers;
    let mut named: Vec<String> =
        named.into_iter().map(|(name, role)| format!("{name}: {role}")).collect();
    named.sort();
    named
}

#[tokio::test]
async fn owners_and_maintainers_can_obtain_a_credential_and_nobody_else() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let viewer = app.member(Role::Viewer, "acme").await;
    for role in [Role::Auditor, Role::Maintainer, Role::Owner] {
        app.member(role, "acme").await;
    }
    app.project("beta").await;
    let expected = ["Olga Owner: Owner", "maintainer: Maintainer", "owner: Owner"];
    assert_eq!(obtainers(&app, id).await, expected);
    // Everybody who sees the credential sees who could obtain it.
    let page = viewer.get(&format!("/p/acme/credentials/{id}/readers")).await.text();
    let section = page.split("id=\"obtainers\"").nth(1).unwrap().split("</section>").next();
    let section = section.unwrap().to_lowercase();
    assert_eq!(section.matches("<li>").count(), 3, "{section}");
    assert!(section.contains("olga owner") && section.contains("maintainer"), "{section}");
    for name in ["viewer", "auditor", "beta"] {
        assert!(!section.contains(name), "{name}: {section}");
    }
}

#[tokio::test]
async fn who_lost_the_role_or_may_not_sign_in_can_obtain_nothing() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    app.member(Role::Maintainer, "acme").await;
    app.member(Role::Owner, "acme").await;
    assert_eq!(obtainers(&app, id).await.len(), 3);
    app.raw("UPDATE person SET disabled_at = 1 WHERE name = 'maintainer'").await;
    let owner = "person_id IN (SELECT id FROM person WHERE name = 'owner')";
    app.raw(&format!("UPDATE membership SET role = 'viewer' WHERE {owner}")).await;
    assert_eq!(obtainers(&app, id).await, ["Olga Owner: Owner"]);
}

#[tokio::test]
async fn live_tokens_and_rules_are_named_with_their_pipeline_their_maker_and_their_last_use() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    let (build, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let (_, theirs) = app.pipeline(&maintainer, "acme", "deploy", &[id], "pull").await;
    app.bare_pipeline("elsewhere").await;
    let rule = [
        ("form[provider]", "github"),
        ("form[issuer]", "https://token.actions.githubusercontent.com"),
        ("form[audience]", "https://regcred.example.com"),
        ("form[claims][repository_id]", "7"),
        ("form[claims][repository_owner_id]", "8"),
        ("form[claims][ref]", "refs/heads/main"),
    ];
    assert_eq!(app.ask_rule(&app.owner, build, &rule).await.status, 200);
    app.docker_config(&token, "", &[]).await;
    let names = |token: &str| format!("token {}", parse_token(token).unwrap().id);
    let named = async || {
        let page = app.credential_page("acme", id).await;
        let mut named: Vec<(String, String, String, bool, bool)> = page
            .holders
            .into_iter()
            .map(|one| {
                let is_used = one.last_used_at.is_some();
                (one.pipeline, one.what, one.made_by.name, one.is_gone, is_used)
            })
            .collect();
        named.sort();
        named
    };
    let row = |pipeline: &str, what: &str, by: &str, is_gone: bool, is_used: bool| {
        (pipeline.to_owned(), what.to_owned(), by.to_owned(), is_gone, is_used)
    };
    let (own, theirs_named) = (names(&token), names(&theirs));
    let of_owner = [
        row("build", &own, "Olga Owner", false, true),
        row("build", "trust rule for GitHub Actions", "Olga Owner", false, false),
    ];
    let of = |is_gone| row("deploy", &theirs_named, "maintainer", is_gone, false);
    assert_eq!(named().await, [&of_owner[..], &[of(false)]].concat());
    // Who lost the role is a member no more; what they made is there still.
    app.raw("UPDATE membership SET role = 'viewer' WHERE role = 'maintainer'").await;
    assert_eq!(named().await, [&of_owner[..], &[of(true)]].concat());
    let page = app.owner.get(&format!("/p/acme/credentials/{id}/readers")).await.text();
    assert!(
        page.contains("Created by maintainer, who is no longer a maintainer or owner"),
        "{page}"
    );
    // What is revoked or over lets nobody in.
    let (pipeline, token) = (build.to_string(), parse_token(&token).unwrap().id);
    let revoke = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", token.as_str())];
    assert_eq!(app.owner.post_json_accept("/rpc/tokens/revoke", &revoke).await.status, 200);
    app.raw("UPDATE pipeline_token SET expires_on = '2020-01-31' WHERE created_by = 'maintainer'")
        .await;
    assert_eq!(named().await, of_owner[1..]);
}
