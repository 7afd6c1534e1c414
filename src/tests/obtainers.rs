//! Who can read a secret: everyone who could grant the credential to their own pipeline.

use crate::app::App;
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
    let page = viewer.get(&format!("/p/acme/credentials/{id}")).await.text();
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
