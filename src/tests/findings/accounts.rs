//! Whose account a credential is, as far as its token says.

use super::{App, Scene, found, none, one};
use regcred::domain::finding::FindingKind;
use regcred::domain::user::Role;

#[tokio::test]
async fn a_personal_token_is_found_by_its_first_letters_and_nothing_of_it_is_kept() {
    for (secret, expected) in [
        ("dckr_pat_zebra", one(FindingKind::PersonalAccount, "hub", "")),
        ("dckr_oat_zebra", none()),
    ] {
        let app = App::new().await;
        app.credential(&app.owner, "acme", "hub", "docker.io", secret).await;
        assert_eq!(found(&app, 0).await, expected, "{secret}");
        let kept = "SELECT COALESCE(MAX(token), '') FROM secret_version";
        let kept = app.database.scalar_text(kept).await;
        assert_eq!(kept, if expected.is_empty() { "" } else { "docker" });
        let fact = app.database.scalar_text("SELECT COALESCE(MAX(found), '') FROM finding").await;
        assert!(!fact.contains("zebra") && !fact.contains("dckr_"), "{fact}");
    }
}

#[tokio::test]
async fn an_owner_who_cannot_sign_in_any_more_is_found_and_so_is_their_account() {
    let scene = Scene::new().await;
    let app = &scene.app;
    app.member(Role::Viewer, "acme").await;
    let email = app.database.scalar_text("SELECT email FROM person WHERE name = 'viewer'").await;
    for (set, expected) in [
        ("owner = 'viewer'".to_owned(), one(FindingKind::NoOwner, "ghcr", "")),
        (format!("username = '{email}'"), one(FindingKind::PersonalAccount, "ghcr", "")),
    ] {
        let before = app.database.scalar_text("SELECT owner FROM credential").await;
        app.raw(&format!("UPDATE credential SET {set}")).await;
        app.raw("UPDATE person SET disabled_at = 1 WHERE name = 'viewer'").await;
        assert_eq!(scene.found(0).await, expected, "{set}");
        app.raw("UPDATE person SET disabled_at = NULL WHERE name = 'viewer'").await;
        app.raw(&format!("UPDATE credential SET owner = '{before}'")).await;
    }
}
