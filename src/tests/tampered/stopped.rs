//! What was stopped or narrowed in Regcred, and goes on because somebody put rows back.

use super::rolled_back::{ask, columns_rolled_back, of_acme, rolled_back};
use crate::app::{App, Browser, PASSWORD, Reply, credential_form};
use crate::departed::{operate, operate_with};
use crate::edits::save;
use crate::trust::drone_rule;
use regcred::domain::user::Role;
use uuid::Uuid;

/// What every save of a credential writes.
const SAVED: [&str; 4] = ["revision", "updated_at", "updated_by", "mac"];

async fn ghcr(app: &App) -> Uuid {
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2-hunter2").await
}

#[tokio::test]
async fn a_credential_that_was_disabled_or_enabled_is_found_when_it_is_as_before() {
    let (disable, enable) = ("/rpc/credentials/disable", "/rpc/credentials/enable");
    let columns = [&["disabled_at"][..], &SAVED[..]].concat();
    for (before, function, said) in [
        (None, disable, "State of ghcr: Enabled, not Disabled"),
        (Some(disable), enable, "State of ghcr: Disabled, not Enabled"),
    ] {
        let app = App::new().await;
        let id = ghcr(&app).await.to_string();
        let form = [("project", "acme"), ("id", id.as_str())];
        if let Some(before) = before {
            ask(&app, before, &form).await;
        }
        let found = columns_rolled_back(&app, ("credential", columns.as_slice()), async || {
            ask(&app, function, &form).await;
        })
        .await;
        assert_eq!(found, of_acme(said));
    }
}

#[tokio::test]
async fn a_pipeline_or_credential_that_was_deleted_is_found_when_it_is_back() {
    for (table, name) in [("pipeline", "build"), ("credential", "ghcr")] {
        let app = App::new().await;
        let id =
            if table == "pipeline" { app.bare_pipeline(name).await.0 } else { ghcr(&app).await };
        let id = id.to_string();
        let found = rolled_back(&app, table, async || {
            let form = [
                ("project", "acme"),
                ("id", id.as_str()),
                ("typed_name", name),
                ("password", PASSWORD),
            ];
            ask(&app, &format!("/rpc/{table}s/delete"), &form).await;
        })
        .await;
        assert_eq!(found, of_acme(&format!("{table} {name}")));
    }
}

#[tokio::test]
async fn a_compromised_credential_is_found_and_stays_disabled_when_its_mark_is_gone() {
    let app = App::new().await;
    let id = ghcr(&app).await.to_string();
    let columns = ["compromised_at", "compromised_by", "compromised_version"];
    let form = [("project", "acme"), ("id", id.as_str())];
    let found = columns_rolled_back(&app, ("credential", columns.as_slice()), async || {
        ask(&app, "/rpc/credentials/compromise", &form).await;
    })
    .await;
    assert_eq!(found, of_acme("Compromised mark of ghcr: No, not Yes"));
    let reply = app.owner.post_json_accept("/rpc/credentials/enable", &form).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("changed or removed outside Regcred"), "{}", reply.text());
}

#[tokio::test]
async fn a_secret_that_was_replaced_is_found_when_it_is_the_current_one_again() {
    let app = App::new().await;
    let id = ghcr(&app).await;
    let columns = [&["secret_version", "secret_set_at", "secret_set_by"][..], &SAVED[..]].concat();
    let found = columns_rolled_back(&app, ("credential", columns.as_slice()), async || {
        let reply = save(&app, id, "1", &[("password", "correct-horse-battery")]).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    })
    .await;
    assert_eq!(found, of_acme("credential ghcr"));
}

#[tokio::test]
async fn a_grant_that_was_narrowed_is_found_when_its_terms_are_as_before() {
    let app = App::new().await;
    let id = ghcr(&app).await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let grant = app.database.scalar::<Uuid>("SELECT id FROM access_grant").await.to_string();
    let pipeline = pipeline.to_string();
    let found = rolled_back(&app, "access_grant", async || {
        let form = [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("id", grant.as_str()),
            ("form[intent]", "pull"),
            ("form[branches]", "main"),
            ("password", PASSWORD),
        ];
        ask(&app, "/rpc/grants/update", &form).await;
    })
    .await;
    assert_eq!(found, of_acme("terms of the grant of ghcr to build"));
}

/// That person approves the only grant for so many days, as it stands now.
async fn approve(app: &App, by: &Browser, pipeline: Uuid, days: &str) {
    let grant = app.database.scalar::<Uuid>("SELECT id FROM access_grant").await.to_string();
    let epoch = app.scalar_i64("SELECT identity_epoch FROM pipeline").await.to_string();
    let revision = app.scalar_i64("SELECT revision FROM access_grant").await.to_string();
    let pipeline = pipeline.to_string();
    let form = [
        ("project", "acme"),
        ("pipeline", pipeline.as_str()),
        ("id", grant.as_str()),
        ("epoch", epoch.as_str()),
        ("revision", revision.as_str()),
        ("days", days),
        ("password", PASSWORD),
    ];
    let reply = by.post_json_accept("/rpc/grants/approve", &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn an_approval_that_was_given_for_less_is_found_when_the_longer_one_is_back() {
    let app = App::new().await;
    let more = [("is_protected", "true")];
    let secret = "hunter2-hunter2";
    let id = app.credential_with(&app.owner, "acme", "release", "ghcr.io", secret, &more).await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    app.grant(pipeline, id, &[("form[intent]", "pull_push")]).await;
    let second = app.member(Role::Maintainer, "acme").await;
    approve(&app, &second, pipeline, "300").await;
    let found = rolled_back(&app, "access_grant", async || {
        approve(&app, &second, pipeline, "7").await;
    })
    .await;
    assert_eq!(found, of_acme("approval of the grant of release to build"));
}

#[tokio::test]
async fn a_destination_that_was_deleted_stopped_or_without_a_token_is_found_when_it_is_as_before() {
    for (end, said) in [
        ("delete", "destination siem"),
        ("switch", "destination siem (started)"),
        ("leave", "token of the destination siem"),
    ] {
        let app = App::new().await;
        let keeper = app.new_member("keeper", Role::Owner).await;
        let email = app.evidence(&keeper, "acme").await.person().email.clone();
        let form = [
            ("project", "acme"),
            ("form[name]", "siem"),
            ("form[transport]", "pull"),
            ("form[format]", "json"),
            ("form[address]", ""),
            ("form[from]", "now"),
            ("password", PASSWORD),
        ];
        let reply = keeper.post_json_accept("/rpc/destinations/create", &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let id = app.database.scalar::<Uuid>("SELECT id FROM destination").await.to_string();
        let found = rolled_back(&app, "destination", async || {
            if end == "leave" {
                let remove = ["project", "member", "remove", "acme", email.as_str(), "--yes"];
                operate(&app, &remove).await.done();
            } else {
                let form = [("project", "acme"), ("id", id.as_str()), ("password", PASSWORD)];
                ask(&app, &format!("/rpc/destinations/{end}"), &form).await;
            }
        })
        .await;
        assert_eq!(found, of_acme(said));
    }
}

/// Saves the protected mark of the credential as it stands now.
async fn mark(app: &App, id: &str, is_protected: &str) {
    change(app, id, &[("is_protected", is_protected)]).await;
}

async fn change(app: &App, id: &str, fields: &[(&str, &str)]) {
    let revision = app.scalar_i64("SELECT revision FROM credential").await.to_string();
    let edit = [&[("id", id), ("revision", revision.as_str())], fields].concat();
    let form = credential_form("acme", "ghcr", "ghcr.io", "", &edit);
    app.owner.post_multipart("/rpc/credentials/update", &form, None).await;
}

/// That person approves the only change that waits, as it stands now.
async fn lower(app: &App, by: &Browser, id: &str) -> Reply {
    let change = app.database.scalar::<Uuid>("SELECT id FROM guard_change").await.to_string();
    let revision = app.scalar_i64("SELECT revision FROM credential").await.to_string();
    let form = [
        ("project", "acme"),
        ("credential", id),
        ("id", change.as_str()),
        ("revision", revision.as_str()),
        ("password", PASSWORD),
    ];
    by.post_json_accept("/rpc/guard-changes/approve", &form).await
}

#[tokio::test]
async fn a_proposed_change_that_was_decided_on_is_found_and_approved_by_nobody_when_it_is_back() {
    let app = App::new().await;
    let second = app.new_member("second", Role::Maintainer).await;
    let (secret, more) = ("hunter2-hunter2", [("is_protected", "true")]);
    let id = app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", secret, &more).await;
    let id = id.to_string();
    let protected = "SELECT COUNT(*) FROM credential WHERE is_protected";
    mark(&app, &id, "").await;
    let found = rolled_back(&app, "guard_change", async || {
        let reply = lower(&app, &second, &id).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(app.scalar_i64(protected).await, 0);
        mark(&app, &id, "true").await;
        assert_eq!(app.scalar_i64(protected).await, 1);
    })
    .await;
    assert_eq!(found, of_acme("proposed change of ghcr"));
    let reply = lower(&app, &second, &id).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("changed or removed outside Regcred"), "{}", reply.text());
    assert_eq!(app.scalar_i64(protected).await, 1);
}

#[tokio::test]
async fn a_proposed_change_that_gave_way_to_another_is_approved_by_nobody_when_it_is_back() {
    let app = App::new().await;
    let second = app.new_member("second", Role::Maintainer).await;
    let (secret, more) = ("hunter2-hunter2", [("is_protected", "true"), ("paths", "acme/api")]);
    let id = app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", secret, &more).await;
    let id = id.to_string();
    let wider = |paths| [("is_protected", "true"), ("paths", paths)];
    change(&app, &id, &wider("acme")).await;
    let found = rolled_back(&app, "guard_change", async || {
        change(&app, &id, &wider("acme/api, acme/web")).await;
    })
    .await;
    assert_eq!(found, of_acme("proposed change of ghcr"));
    let reply = lower(&app, &second, &id).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    let kept = "SELECT COUNT(*) FROM guard_change";
    assert_eq!(app.scalar_i64(kept).await, 1);
}

#[tokio::test]
async fn a_session_that_ended_with_its_password_is_found_when_it_is_back() {
    let app = App::new().await;
    let robbed = app.new_member("robbed", Role::Maintainer).await;
    let email = app.evidence(&robbed, "acme").await.person().email.clone();
    let found = rolled_back(&app, "session", async || {
        let set = ["user", "password", email.as_str()];
        operate_with(&app, &set, b"another horse battery staple").await.done();
    })
    .await;
    let what = format!("session of {email}");
    assert_eq!(found, serde_json::json!([{ "project": "", "what": what }]));
}

#[tokio::test]
async fn a_drone_secret_that_was_renewed_is_found_when_the_rules_of_before_are_back() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    drone_rule(&app, pipeline, "7").await;
    app.raw("UPDATE trust_rule SET created_at = created_at - 600000").await;
    let pipeline = pipeline.to_string();
    let found = rolled_back(&app, "trust_rule", async || {
        let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("password", PASSWORD)];
        ask(&app, "/rpc/trust-rules/renew-secret", &form).await;
    })
    .await;
    assert_eq!(found, of_acme("trust rule for Drone of build"));
}
