//! Rows that were changed in Regcred, and that somebody put back whole as they were before.

use crate::app::{App, PASSWORD, credential_form};
use crate::departed::{back, operate};
use crate::signing::Woodpecker;
use regcred::domain::trust_rule::Provider;
use regcred::domain::user::Role;
use serde_json::{Value, json};
use uuid::Uuid;

/// Keeps the rows of the table, does it, and puts the rows back. Before that, nothing is found.
pub(super) async fn rolled_back(app: &App, table: &str, act: impl AsyncFnOnce()) -> Value {
    app.tamper(&format!("CREATE TABLE kept AS SELECT * FROM {table}")).await;
    act().await;
    assert_eq!(back(app).await, json!([]), "{table}");
    app.tamper(&format!("DELETE FROM {table}")).await;
    app.tamper(&format!("INSERT INTO {table} SELECT * FROM kept")).await;
    app.tamper("DROP TABLE kept").await;
    back(app).await
}

/// The same with these columns of rows that others depend on.
pub(super) async fn columns_rolled_back(
    app: &App,
    (table, columns): (&str, &[&str]),
    act: impl AsyncFnOnce(),
) -> Value {
    app.tamper(&format!("CREATE TABLE kept AS SELECT * FROM {table}")).await;
    act().await;
    assert_eq!(back(app).await, json!([]), "{table}");
    let set: Vec<String> =
        columns.iter().map(|column| format!("{column} = kept.{column}")).collect();
    let set = set.join(", ");
    app.tamper(&format!("UPDATE {table} SET {set} FROM kept WHERE kept.id = {table}.id")).await;
    app.tamper("DROP TABLE kept").await;
    back(app).await
}

pub(super) fn of_acme(what: &str) -> Value {
    json!([{ "project": "acme", "what": what }])
}

pub(super) async fn ask(app: &App, path: &str, form: &[(&str, &str)]) {
    let reply = app.owner.post_json_accept(path, form).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
}

#[tokio::test]
async fn an_account_that_was_disabled_and_an_admin_who_is_none_are_found_when_they_are_back() {
    let app = App::new().await;
    let leaving = app.new_member("leaving", Role::Viewer).await;
    let email = app.evidence(&leaving, "acme").await.person().email.clone();
    operate(&app, &["user", "admin", &email, "--yes"]).await.done();
    let columns = ["is_admin", "disabled_at", "mac"];
    let found = columns_rolled_back(&app, ("person", columns.as_slice()), async || {
        operate(&app, &["user", "admin", &email, "--no"]).await.done();
        operate(&app, &["user", "disable", &email, "--yes"]).await.done();
    })
    .await;
    let account = format!("account of {email} (enabled)");
    let rights = format!("rights of {email} (instance admin)");
    let expected = json!([{ "project": "", "what": account }, { "project": "", "what": rights }]);
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_account_that_was_enabled_is_found_when_it_is_disabled_again() {
    let app = App::new().await;
    let leaving = app.new_member("leaving", Role::Viewer).await;
    let email = app.evidence(&leaving, "acme").await.person().email.clone();
    operate(&app, &["user", "disable", &email, "--yes"]).await.done();
    let columns = ["disabled_at", "mac"];
    let found = columns_rolled_back(&app, ("person", columns.as_slice()), async || {
        operate(&app, &["user", "enable", &email]).await.done();
    })
    .await;
    let what = format!("account of {email} (disabled)");
    assert_eq!(found, json!([{ "project": "", "what": what }]));
}

#[tokio::test]
async fn an_issuer_that_was_removed_is_found_when_it_is_back() {
    let app = App::new().await;
    app.trust_issuer("https://gitlab.example.com").await;
    let id = app.database.scalar::<Uuid>("SELECT id FROM issuer").await.to_string();
    let found = rolled_back(&app, "issuer", async || {
        let form = [("id", id.as_str()), ("password", PASSWORD)];
        ask(&app, "/rpc/issuers/delete", &form).await;
        // Another entry of the same address is none that is back.
        app.trust_issuer("https://gitlab.example.com").await;
    })
    .await;
    let what = "issuer https://gitlab.example.com";
    assert_eq!(found, json!([{ "project": "", "what": what }]));
}

#[tokio::test]
async fn a_grant_that_was_revoked_is_found_when_it_is_back() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let grant = app.database.scalar::<Uuid>("SELECT id FROM access_grant").await.to_string();
    let pipeline = pipeline.to_string();
    let found = rolled_back(&app, "access_grant", async || {
        let form = [("project", "acme"), ("pipeline", pipeline.as_str()), ("id", grant.as_str())];
        ask(&app, "/rpc/grants/delete", &form).await;
    })
    .await;
    assert_eq!(found, of_acme("grant of ghcr to build"));
}

/// An instance with a rule for Woodpecker that a maintainer made; the id of its pipeline, and theirs.
async fn with_rule(app: &App) -> (String, String) {
    let maintainer = app.new_member("leaving", Role::Maintainer).await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let key = Woodpecker::new().public_key();
    let fields = [
        ("form[provider]", "woodpecker"),
        ("form[claims][repo.id]", "7"),
        ("form[public_key]", key.as_str()),
    ];
    let reply = app.ask_rule(&maintainer, pipeline, &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let email = app.evidence(&maintainer, "acme").await.person().email.clone();
    (pipeline.to_string(), email)
}

fn rule() -> Value {
    of_acme(&format!("trust rule for {} of build", Provider::Woodpecker.label()))
}

#[tokio::test]
async fn a_trust_rule_that_was_deleted_is_found_when_it_is_back() {
    let app = App::new().await;
    let (pipeline, _) = with_rule(&app).await;
    let id = app.database.scalar::<Uuid>("SELECT id FROM trust_rule").await.to_string();
    let found = rolled_back(&app, "trust_rule", async || {
        let form = [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("id", id.as_str()),
            ("password", PASSWORD),
        ];
        ask(&app, "/rpc/trust-rules/delete", &form).await;
    })
    .await;
    assert_eq!(found, rule());
}

#[tokio::test]
async fn a_trust_rule_that_stopped_is_found_when_it_works_again() {
    let app = App::new().await;
    let (_, email) = with_rule(&app).await;
    let found = rolled_back(&app, "trust_rule", async || {
        operate(&app, &["user", "disable", &email, "--yes"]).await.done();
    })
    .await;
    assert_eq!(found, rule());
}

#[tokio::test]
async fn a_trust_rule_that_was_changed_is_found_when_it_is_as_before() {
    let app = App::new().await;
    let (pipeline, _) = with_rule(&app).await;
    let id = app.database.scalar::<Uuid>("SELECT id FROM trust_rule").await.to_string();
    let epoch = app.scalar_i64("SELECT identity_epoch FROM trust_rule").await.to_string();
    let key = Woodpecker::new().public_key();
    let found = rolled_back(&app, "trust_rule", async || {
        let form = [
            ("project", "acme"),
            ("pipeline", pipeline.as_str()),
            ("id", id.as_str()),
            ("epoch", epoch.as_str()),
            ("password", PASSWORD),
            ("form[provider]", "woodpecker"),
            ("form[claims][repo.id]", "8"),
            ("form[public_key]", key.as_str()),
        ];
        ask(&app, "/rpc/trust-rules/update", &form).await;
    })
    .await;
    assert_eq!(found, rule());
}

#[tokio::test]
async fn a_protected_mark_that_was_set_is_found_when_it_is_gone() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await.to_string();
    let columns = ["is_protected", "revision", "updated_at", "updated_by", "mac"];
    let found = columns_rolled_back(&app, ("credential", columns.as_slice()), async || {
        let edit = [("id", id.as_str()), ("revision", "1"), ("is_protected", "true")];
        let form = credential_form("acme", "ghcr", "ghcr.io", "", &edit);
        app.owner.post_multipart("/rpc/credentials/update", &form, None).await;
        let marked = "SELECT COUNT(*) FROM credential WHERE is_protected";
        assert_eq!(app.scalar_i64(marked).await, 1);
    })
    .await;
    assert_eq!(found, of_acme("Protected of ghcr: No, not Yes"));
}

#[tokio::test]
async fn a_protected_mark_that_a_second_person_took_off_is_found_when_it_is_back() {
    let app = App::new().await;
    let second = app.new_member("second", Role::Maintainer).await;
    let more = [("is_protected", "true")];
    let id = app.credential_with(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2", &more).await;
    let id = id.to_string();
    let columns = ["is_protected", "revision", "updated_at", "updated_by", "mac"];
    let found = columns_rolled_back(&app, ("credential", columns.as_slice()), async || {
        let edit = [("id", id.as_str()), ("revision", "1"), ("is_protected", "")];
        let form = credential_form("acme", "ghcr", "ghcr.io", "", &edit);
        app.owner.post_multipart("/rpc/credentials/update", &form, None).await;
        // What is only proposed left the credential as it was.
        assert_eq!(back(&app).await, json!([]));
        let change = app.database.scalar::<Uuid>("SELECT id FROM guard_change").await.to_string();
        let revision = app.scalar_i64("SELECT revision FROM credential").await.to_string();
        let form = [
            ("project", "acme"),
            ("credential", id.as_str()),
            ("id", change.as_str()),
            ("revision", revision.as_str()),
            ("password", PASSWORD),
        ];
        let reply = second.post_json_accept("/rpc/guard-changes/approve", &form).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    })
    .await;
    assert_eq!(found, of_acme("Protected of ghcr: Yes, not No"));
}

#[tokio::test]
async fn access_and_paths_that_were_narrowed_are_found_when_they_are_as_before() {
    let columns = ["access", "paths", "search_key", "revision", "updated_at", "updated_by", "mac"];
    for (before, after, what) in [
        (("access", "pull_push"), ("access", "pull"), "Access of ghcr: Pull and push, not Pull"),
        (("paths", "acme"), ("paths", "acme/api"), "Repository path of ghcr: acme, not acme/api"),
    ] {
        let app = App::new().await;
        let (owner, more) = (&app.owner, [before]);
        let id = app.credential_with(owner, "acme", "ghcr", "ghcr.io", "hunter2", &more).await;
        let id = id.to_string();
        let found = columns_rolled_back(&app, ("credential", columns.as_slice()), async || {
            let edit = [("id", id.as_str()), ("revision", "1"), after];
            let form = credential_form("acme", "ghcr", "ghcr.io", "", &edit);
            owner.post_multipart("/rpc/credentials/update", &form, None).await;
            assert_eq!(app.scalar_i64("SELECT revision FROM credential").await, 2);
        })
        .await;
        assert_eq!(found, of_acme(what));
    }
}

#[tokio::test]
async fn a_token_service_that_was_removed_or_replaced_is_found_when_it_is_as_before() {
    let [first, second] = ["https://auth.example.com:443", "https://login.example.com:443"];
    for (then, left) in [("", "none"), (second, second)] {
        let app = App::new().await;
        let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await.to_string();
        let set = async |origin: &str| {
            let form = [
                ("project", "acme"),
                ("id", id.as_str()),
                ("origin", origin),
                ("password", PASSWORD),
            ];
            ask(&app, "/rpc/credentials/token-service", &form).await;
        };
        set(first).await;
        let columns = ["token_service", "updated_at", "updated_by", "mac"];
        let found =
            columns_rolled_back(&app, ("credential", columns.as_slice()), async || set(then).await)
                .await;
        assert_eq!(found, of_acme(&format!("Token service of ghcr: {first}, not {left}")));
    }
}
