//! What depends on grants: who shares a credential by them, and what is judged of one that waits or is gone.

use super::{CONFIG, Scene, in_days, none, one};
use regcred::domain::finding::FindingKind;
use regcred::vault::told_at;

#[tokio::test]
async fn a_credential_that_pipelines_of_two_environments_receive_is_found() {
    let scene = Scene::new().await;
    let (app, by) = (&scene.app, &scene.app.owner);
    let mut others = Vec::new();
    for (name, host, environment) in
        [("quay", "quay.io", "production"), ("test", "r.example.com", "staging")]
    {
        let more = [("access", "pull"), ("environment", environment)];
        others.push(app.credential_with(by, "acme", name, host, name, &more).await);
    }
    app.grant(scene.build, others[0], &[]).await;
    let (_, other) = app.pipeline(by, "acme", "other", &[scene.ghcr, others[1]], "pull").await;
    scene.fetch(0).await;
    assert_eq!(scene.found(0).await, none());
    assert_eq!(app.fetch(&other, CONFIG).await.status, 200);
    assert_eq!(scene.found(0).await, one(FindingKind::Shared, "ghcr", ""));
    app.raw("UPDATE credential SET environment = 'production' WHERE name = 'ghcr'").await;
    assert_eq!(
        scene.found(0).await,
        one(FindingKind::Shared, "ghcr", ""),
        "it says what it is for"
    );
    app.raw("UPDATE credential SET environment = 'any' WHERE name = 'ghcr'").await;
    assert_eq!(scene.found(0).await, none());
}

#[tokio::test]
async fn a_grant_that_waits_for_its_approval_or_has_ended_is_not_judged() {
    let scene = Scene::new().await;
    let app = &scene.app;
    app.pipeline(&app.owner, "acme", "idle", &[scene.ghcr], "pull").await;
    scene.fetch(20).await;
    let idle = one(FindingKind::NeverUsed, "ghcr", "idle");
    assert_eq!(scene.found(31).await, idle);
    let of_idle = "WHERE pipeline_id = (SELECT id FROM pipeline WHERE name = 'idle')";
    for (column, unusable, usable) in
        [("expires_on", "'2020-01-01'", "NULL"), ("needs_approval", "TRUE", "FALSE")]
    {
        app.raw(&format!("UPDATE access_grant SET {column} = {unusable} {of_idle}")).await;
        assert_eq!(scene.found(31).await, none(), "{column}");
        app.raw(&format!("UPDATE access_grant SET {column} = {usable} {of_idle}")).await;
        assert_eq!(scene.found(31).await, idle, "{column}");
    }
}

#[tokio::test]
async fn a_grant_that_was_revoked_and_made_again_is_judged_by_what_it_delivered_itself() {
    let scene = Scene::new().await;
    let app = &scene.app;
    let (_, other) = app.pipeline(&app.owner, "acme", "other", &[scene.ghcr], "pull").await;
    scene.fetch(0).await;
    let of_build = "WHERE pipeline_id = (SELECT id FROM pipeline WHERE name = 'build')";
    let made = in_days(1).0;
    app.raw(&format!("UPDATE access_grant SET created_at = {made} {of_build}")).await;
    let reply = told_at(in_days(25), app.fetch(&other, CONFIG)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(scene.found(30).await, none());
    assert_eq!(scene.found(32).await, one(FindingKind::NeverUsed, "ghcr", "build"));
    scene.fetch(26).await;
    assert_eq!(scene.found(32).await, none());
}

/// The pipeline receives two credentials, and its files name an image of the second alone.
async fn one_undeclared() -> Scene {
    let scene = Scene::new().await;
    let (app, by) = (&scene.app, &scene.app.owner);
    let quay = app.credential(by, "acme", "quay", "quay.io", "another").await;
    app.grant(scene.build, quay, &[]).await;
    scene.declare("Dockerfile", "FROM quay.io/acme/one\n").await;
    scene.fetch(1).await;
    scene
}

#[tokio::test]
async fn what_no_file_names_is_not_judged_while_nobody_can_receive_it() {
    let scene = one_undeclared().await;
    let app = &scene.app;
    let undeclared = one(FindingKind::NotDeclared, "ghcr", "build");
    let of_ghcr = "WHERE credential_id = (SELECT id FROM credential WHERE name = 'ghcr')";
    for (change, undo) in [
        (
            "UPDATE credential SET disabled_at = 1 WHERE name = 'ghcr'".to_owned(),
            "UPDATE credential SET disabled_at = NULL WHERE name = 'ghcr'".to_owned(),
        ),
        (
            format!("UPDATE access_grant SET expires_on = '2020-01-01' {of_ghcr}"),
            format!("UPDATE access_grant SET expires_on = NULL {of_ghcr}"),
        ),
    ] {
        assert_eq!(scene.found(1).await, undeclared, "{change}");
        app.raw(&change).await;
        assert_eq!(scene.found(1).await, none(), "{change}");
        app.raw(&undo).await;
    }
}

#[tokio::test]
async fn what_no_file_names_is_resolved_when_its_grant_is_revoked() {
    let scene = one_undeclared().await;
    let app = &scene.app;
    assert_eq!(scene.found(1).await, one(FindingKind::NotDeclared, "ghcr", "build"));
    let of_ghcr = "credential_id = (SELECT id FROM credential WHERE name = 'ghcr')";
    app.raw(&format!("DELETE FROM access_grant WHERE {of_ghcr}")).await;
    assert_eq!(scene.found(1).await, none());
}

#[tokio::test]
async fn what_is_refused_again_and_again_since_a_credential_was_deleted_is_found() {
    let scene = Scene::new().await;
    scene.fetch(0).await;
    let id = scene.ghcr.to_string();
    let form = [
        ("project", "acme"),
        ("id", id.as_str()),
        ("typed_name", "ghcr"),
        ("password", crate::app::PASSWORD),
    ];
    let reply = scene.app.owner.post_json_accept("/rpc/credentials/delete", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    for _ in 0..3 {
        assert_eq!(scene.found(0).await, none());
        scene.fetch(0).await;
    }
    assert_eq!(scene.found(0).await, one(FindingKind::RefusedSince, "", "build"));
}
