//! What is granted, enabled or made current signs in with a stored secret: what is known against that is said.

use super::Scene;
use crate::edits::save;
use regcred::domain::short_id;
use uuid::Uuid;

#[tokio::test]
async fn a_secret_that_cannot_be_read_or_looked_wrong_is_doubted_when_it_is_granted() {
    for (change, sentence) in [
        ("secret_unreadable_at = 1", "The stored secret of the credential cannot be read"),
        (
            "secret_doubt = 'This is short.'",
            "The secret of the credential looks wrong: This is short.",
        ),
    ] {
        let scene = Scene::new().await;
        let app = &scene.app;
        let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
        assert_eq!(app.raw(&format!("UPDATE credential SET {change}")).await, 1);
        let page = scene.page_after_a_grant(id, &[]).await;
        scene.assert_doubted(&page, sentence, &format!("/p/acme/credentials/{id}/secret")).await;
    }
}

/// The page after the owner's post about one credential.
async fn page_after(scene: &Scene, function: &str, id: Uuid, more: &[(&str, &str)]) -> String {
    let id = id.to_string();
    let form = [&[("project", "acme"), ("id", id.as_str())], more].concat();
    let reply = scene.app.owner.post_form(function, &form).await;
    scene.app.owner.follow(reply).await.text()
}

/// Two credentials that serve the same, both granted to `build`. The one is disabled.
async fn twins(scene: &Scene) -> [Uuid; 2] {
    let (app, owner) = (&scene.app, &scene.app.owner);
    let mut twins = Vec::new();
    for name in ["one", "other"] {
        let id = app.credential(owner, "acme", name, "ghcr.io", name).await;
        app.grant(scene.pipeline, id, &[]).await;
        twins.push(id);
    }
    page_after(scene, "/rpc/credentials/disable", twins[0], &[("anyway", "true")]).await;
    twins.try_into().unwrap()
}

const REFUSED: &str = "other serves ghcr.io equally well as one, so deliveries of them to build are refused as ambiguous.";

#[tokio::test]
async fn what_is_enabled_beside_its_twin_is_doubted() {
    let scene = Scene::new().await;
    let [one, other] = twins(&scene).await;
    let page = page_after(&scene, "/rpc/credentials/enable", one, &[]).await;
    assert!(page.contains("alert-warning") && page.contains(REFUSED), "{page}");
    assert!(page.contains("one is enabled.") && !page.contains("receive it again"), "{page}");
    assert!(page.contains(&format!("/p/acme/credentials/{one}/edit")), "{page}");
    // Without its twin nothing is in the way.
    for id in [one, other] {
        page_after(&scene, "/rpc/credentials/disable", id, &[("anyway", "true")]).await;
    }
    let page = page_after(&scene, "/rpc/credentials/enable", one, &[]).await;
    assert!(page.contains("one is enabled: pipelines with a grant receive it again."), "{page}");
    assert!(!page.contains("alert-warning"), "{page}");
}

#[tokio::test]
async fn those_that_are_enabled_together_and_tie_are_counted() {
    let scene = Scene::new().await;
    let owner = &scene.app.owner;
    let [one, other] = twins(&scene).await;
    let enabled = async |ids: &[Uuid]| {
        let ids: String = ids.iter().copied().map(short_id::of).collect();
        let form = [("project", "acme"), ("is_disabled", "false"), ("ids[]", ids.as_str())];
        let reply = owner.post_form("/rpc/credentials/bulk", &form).await;
        owner.follow(reply).await.text()
    };
    let page = enabled(&[one]).await;
    let said = "1 of the enabled credentials serves its registry equally well as another one";
    assert!(page.contains("alert-warning") && page.contains(said), "{page}");
    for id in [one, other] {
        page_after(&scene, "/rpc/credentials/disable", id, &[("anyway", "true")]).await;
    }
    let page = enabled(&[one, other]).await;
    let said = "2 of the enabled credentials serve their registry equally well as another one";
    assert!(page.contains("alert-warning") && page.contains(said), "{page}");
}

#[tokio::test]
async fn a_version_that_is_made_current_is_told_with_all_that_is_in_its_way() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let [one, _] = twins(&scene).await;
    page_after(&scene, "/rpc/credentials/enable", one, &[]).await;
    let second = [("name", "one"), ("password", "second")];
    let revision = app.stored("acme", one).await.revision.to_string();
    assert_eq!(save(app, one, &revision, &second).await.status, 200);
    let page = page_after(&scene, "/rpc/versions/switch", one, &[("version", "1")]).await;
    assert!(page.contains("Version 1 of one is now current."), "{page}");
    assert!(page.contains("alert-warning") && page.contains(REFUSED), "{page}");
    for (change, said) in [
        ("UPDATE secret_version SET doubt = 'This is short.'", "looks wrong: This is short."),
        ("UPDATE secret_version SET expires_on = '2020-01-31'", "expired on 2020-01-31"),
    ] {
        assert!(app.raw(change).await > 0);
        let current = app.stored("acme", one).await.secret.version;
        let other = (3 - current).to_string();
        let page = page_after(&scene, "/rpc/versions/switch", one, &[("version", &*other)]).await;
        assert!(page.contains("alert-warning") && page.contains(said), "{page}");
        assert!(page.contains(&format!("/p/acme/credentials/{one}/secret")), "{page}");
    }
}
