//! What cannot be recorded is not done (security T30): no secret leaves without its receipt, and no
//! change stands without its event. The database is made to refuse by a trigger.

use crate::app::{App, Reply, credential_form};
use crate::canary::search::{Canary, Search};
use axum::http::StatusCode;
use regcred::domain::job::JobKind;
use regcred::store::{Called, Unrecorded};
use std::sync::Arc;
use tokio::task::JoinSet;
use uuid::Uuid;

/// From now on nothing can be inserted into the table.
pub async fn break_table(app: &App, table: &str) {
    refuse(app, "INSERT", table, None).await;
}

/// From now on the chain takes no event; `mend_table` ends it.
pub async fn break_chain(app: &App, chain: Uuid) {
    let is_it = format!("NEW.chain = {}", app.database.id(chain));
    refuse(app, "INSERT", "audit_event", Some(&is_it)).await;
}

/// From now on no chain takes an event about what is called so; `mend_table` ends it.
pub async fn break_events_about(app: &App, name: &str) {
    let is_it = format!("NEW.subject = '{name}'");
    refuse(app, "INSERT", "audit_event", Some(&is_it)).await;
}

/// From now on no chain but this takes an event; `mend_table` ends it.
pub async fn break_other_chains(app: &App, chain: Uuid) {
    let is_other = format!("NEW.chain <> {}", app.database.id(chain));
    refuse(app, "INSERT", "audit_event", Some(&is_other)).await;
}

/// From now on the table refuses this, of the rows that are such.
async fn refuse(app: &App, event: &str, table: &str, such: Option<&str>) {
    let such = such.map(|such| format!("WHEN ({such})")).unwrap_or_default();
    let sql = if app.database.is_embedded() {
        format!(
            "CREATE TRIGGER failpoint BEFORE {event} ON {table} {such} BEGIN SELECT RAISE(ABORT, 'failpoint'); END"
        )
    } else {
        format!(
            "CREATE FUNCTION failpoint() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'failpoint'; END $$;
             CREATE TRIGGER failpoint BEFORE {event} ON {table} FOR EACH ROW {such} EXECUTE FUNCTION failpoint()"
        )
    };
    app.raw(&sql).await;
}

/// It can again.
pub async fn mend_table(app: &App, table: &str) {
    if app.database.is_embedded() {
        app.raw("DROP TRIGGER failpoint").await;
    } else {
        app.raw(&format!("DROP TRIGGER failpoint ON {table}; DROP FUNCTION failpoint()")).await;
    }
}

/// Every byte of the answer.
fn everything(reply: &Reply) -> Vec<u8> {
    let mut all = reply.body.clone();
    for (name, value) in &reply.headers {
        all.extend_from_slice(name.as_str().as_bytes());
        all.extend_from_slice(value.as_bytes());
    }
    all
}

/// An instance with a credential that a pipeline may have: its id, and the pipeline's token.
async fn with_a_grant(secret: &Canary) -> (App, Uuid, String) {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", secret.as_str()).await;
    let (_, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    (app, id, token)
}

#[tokio::test]
async fn no_secret_leaves_without_its_receipt() {
    for table in ["receipt", "pipeline_fetch"] {
        let secret = Canary::text();
        let search = Search::new([&secret]);
        let (app, _, token) = with_a_grant(&secret).await;
        break_table(&app, table).await;
        let reply = app.docker_config(&token, "", &[]).await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{table}");
        assert!(!reply.header("retry-after").is_empty());
        search.assert_absent("the answer", &everything(&reply));
        assert!(!reply.text().contains("auths") && !reply.text().contains("failpoint"));
        assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM receipt").await, 0, "{table}");

        mend_table(&app, table).await;
        let reply = app.docker_config(&token, "", &[]).await;
        assert_eq!(reply.status, StatusCode::OK, "{table}");
        assert_eq!(search.who(&reply.body).len(), 1, "now it is delivered");
        assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM receipt").await, 1, "{table}");
        let project = app.evidence(&app.owner, "acme").await.project().id;
        assert_eq!(app.vault.first_break(project).await.unwrap(), None, "{table}");
    }
}

#[tokio::test]
async fn of_many_at_once_none_gets_a_secret_without_its_receipt() {
    let secret = Canary::text();
    let search = Search::new([&secret]);
    let (app, _, token) = with_a_grant(&secret).await;
    break_table(&app, "receipt").await;
    let (app, token) = (Arc::new(app), Arc::new(token));
    let mut asking = JoinSet::new();
    for _ in 0..32 {
        let (app, token) = (Arc::clone(&app), Arc::clone(&token));
        asking.spawn(async move { app.docker_config(&token, "", &[]).await });
    }
    for reply in asking.join_all().await {
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
        search.assert_absent("the answer", &everything(&reply));
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM receipt").await, 0);
}

#[tokio::test]
async fn a_refusal_is_recorded_before_it_is_told() {
    let secret = Canary::text();
    let (app, id, token) = with_a_grant(&secret).await;
    let id = id.to_string();
    let form = [("project", "acme"), ("id", &*id)];
    app.owner.post_form("/rpc/credentials/disable", &form).await;
    break_table(&app, "receipt").await;
    let reply = app.docker_config(&token, "", &[]).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    mend_table(&app, "receipt").await;
    assert_eq!(app.docker_config(&token, "", &[]).await.status, StatusCode::OK);
    let refused = "SELECT COUNT(*) FROM receipt WHERE outcome = 'refused'";
    assert_eq!(app.scalar_i64(refused).await, 1);
}

#[tokio::test]
async fn no_change_stands_without_its_event() {
    let secret = Canary::text();
    let search = Search::new([&secret]);
    let (app, id, token) = with_a_grant(&secret).await;
    let id = id.to_string();
    let pipeline = app.scalar_i64("SELECT COUNT(*) FROM pipeline").await;
    let counts = [
        "SELECT COUNT(*) FROM credential",
        "SELECT COUNT(*) FROM secret_version WHERE sealed IS NOT NULL",
        "SELECT COUNT(*) FROM credential WHERE disabled_at IS NULL",
        "SELECT COUNT(*) FROM pipeline",
        "SELECT COUNT(*) FROM pipeline_token",
        "SELECT COUNT(*) FROM access_grant",
        "SELECT COUNT(*) FROM audit_event",
        "SELECT CAST(MAX(seq) AS BIGINT) FROM chain_head",
    ];
    let mut before = Vec::new();
    for sql in counts {
        before.push(app.scalar_i64(sql).await);
    }
    assert_eq!((before[0], before[1], pipeline), (1, 1, 1));

    break_table(&app, "audit_event").await;
    let on_one = [("project", "acme"), ("id", &*id), ("typed_name", "ghcr")];
    let edit = [("id", &*id), ("revision", "1")];
    let created = credential_form("acme", "another", "quay.io", secret.as_str(), &[]);
    let updated = credential_form("acme", "renamed", "ghcr.io", secret.as_str(), &edit);
    let new_pipeline = [
        ("project", "acme"),
        ("form[name]", "another"),
        ("form[description]", ""),
        ("form[token_days]", "30"),
        ("form[intent]", "pull"),
        ("form[credentials][]", &*id),
        ("password", crate::app::PASSWORD),
    ];
    let delete = [on_one.as_slice(), &[("password", crate::app::PASSWORD)]].concat();
    let owner = &app.owner;
    let replies = [
        owner.post_multipart_json_accept("/rpc/credentials/create", &created, None).await,
        owner.post_multipart_json_accept("/rpc/credentials/update", &updated, None).await,
        owner.post_json_accept("/rpc/credentials/disable", &on_one[..2]).await,
        owner.post_json_accept("/rpc/credentials/delete", &delete).await,
        owner.post_json_accept("/rpc/pipelines/create", &new_pipeline).await,
    ];
    for (number, reply) in replies.iter().enumerate() {
        assert!(reply.status.is_server_error(), "{number}: {}", reply.status);
        assert!(reply.error().to_string().contains("Nothing was"), "{number}: {}", reply.text());
        assert!(!reply.text().contains("failpoint"), "{number}");
        search.assert_absent("the answer", &everything(reply));
    }
    for (sql, before) in counts.into_iter().zip(before) {
        assert_eq!(app.scalar_i64(sql).await, before, "{sql}");
    }

    mend_table(&app, "audit_event").await;
    let reply = owner.post_multipart_json_accept("/rpc/credentials/create", &created, None).await;
    assert!(reply.status.is_success(), "{}", reply.text());
    assert_eq!(search.who(&app.docker_config(&token, "", &[]).await.body).len(), 1);
}

#[tokio::test]
async fn a_page_is_shown_when_its_session_cannot_be_prolonged() {
    let app = App::new().await;
    let page = "/p/acme/credentials";
    assert_eq!(app.owner.get(page).await.status, StatusCode::OK);
    // It was used long ago, so that the next page says that it is used.
    let long_ago = r#"UPDATE session SET data = replace(data, '"seen":1', '"seen":-1')"#;
    assert!(app.raw(long_ago).await > 0);
    refuse(&app, "UPDATE", "session", None).await;
    assert_eq!(app.owner.get(page).await.status, StatusCode::OK);
    let used = r#"SELECT COUNT(*) FROM session WHERE data LIKE '%"seen":1%'"#;
    assert_eq!(app.scalar_i64(used).await, 0, "it was written after all");
    mend_table(&app, "session").await;
    assert_eq!(app.owner.get(page).await.status, StatusCode::OK);
    assert_eq!(app.scalar_i64(used).await, 1);
}

#[tokio::test]
async fn who_goes_on_after_an_error_is_not_told_that_all_was_kept() {
    let app = App::new().await;
    let store = app.vault.store();
    let id = Uuid::now_v7();
    let write = store.write().await.unwrap();
    let ci = || Called {
        name: "ci",
        name_key: "ci".to_owned(),
        description: "",
        search_key: "ci".to_owned(),
    };
    write.pipelines(id).insert(id, ci(), 0, "Olga").await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();

    let write = store.write().await.unwrap();
    write.jobs().enqueue(JobKind::Sweep, "kept", 1).await.unwrap();
    let taken = write.pipelines(id).insert(id, ci(), 0, "Olga").await;
    taken.unwrap_err();
    let is_said = write.commit_without_event(Unrecorded::Test).await.is_ok();
    let is_kept = store.jobs().has_due(&[JobKind::Sweep], 1).await.unwrap();
    assert_eq!(is_said, is_kept);
}
