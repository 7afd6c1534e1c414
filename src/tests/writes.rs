//! What is written to the database, counted: nothing for a stranger, and once for a change.

mod forms;

use crate::app::{App, Browser, PASSWORD, Reply, credential_form, pipeline_form, soak};
use leptos::server_fn::axum::server_fn_paths;
use uuid::Uuid;

/// A session's cookie that nobody was given.
const FORGED: &str = "sid=AAAAAAAAAAAAAAAAAAAAAA";

/// The tables of the instance, but for those of the index of searches, which the embedded database
/// keeps by itself and lets nobody watch.
async fn tables(app: &App) -> Vec<String> {
    let names = if app.database.is_embedded() {
        "SELECT group_concat(name) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'credential_search%'"
    } else {
        "SELECT string_agg(table_name::text, ',') FROM information_schema.tables WHERE table_schema = 'public'"
    };
    app.database.scalar_text(names).await.split(',').map(str::to_owned).collect()
}

/// From now on each row that is written, in whatever table, is counted.
async fn count_writes(app: &App) {
    let tables = tables(app).await;
    assert!(tables.len() > 15, "{tables:?}");
    app.raw("CREATE TABLE written (in_table TEXT NOT NULL)").await;
    let is_embedded = app.database.is_embedded();
    if !is_embedded {
        app.raw(
            "CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO written VALUES (TG_TABLE_NAME); RETURN NULL; END $$",
        )
        .await;
    }
    for table in tables {
        for event in ["INSERT", "UPDATE", "DELETE"] {
            let name = format!("count_{table}_{event}");
            let sql = if is_embedded {
                format!(
                    "CREATE TRIGGER {name} AFTER {event} ON \"{table}\" BEGIN INSERT INTO written VALUES ('{table}'); END"
                )
            } else {
                format!(
                    "CREATE TRIGGER {name} AFTER {event} ON \"{table}\" FOR EACH ROW EXECUTE FUNCTION count_write()"
                )
            };
            app.raw(&sql).await;
        }
    }
}

async fn written(app: &App) -> i64 {
    app.scalar_i64("SELECT COUNT(*) FROM written").await
}

/// Forms to the server function at `path` that nobody is allowed to send, or that are no form of it.
/// A wrong password is not among them: that one is a guess, and guesses are counted.
async fn send_broken_forms(browser: &Browser, path: &str) {
    let id = Uuid::now_v7().to_string();
    let id = id.as_str();
    let fields = [
        ("project", "acme"),
        ("id", id),
        ("pipeline", id),
        ("version", "1"),
        ("link", "guess"),
        ("project_name", "Acme"),
        ("name", "Mallory"),
        ("email", "mallory@example.com"),
        ("input", "ghcr.io"),
        ("typed_name", "ghcr"),
        ("back", "/p/acme/credentials"),
        ("days", "30"),
        ("token", "a.b.c"),
        ("form[name]", "build"),
        ("form[description]", "typed"),
        ("form[token_days]", "30"),
        ("form[intent]", "pull"),
        ("revision", "1"),
        ("form[provider]", "github"),
    ];
    let with_password = [fields.as_slice(), &[("password", PASSWORD)]].concat();
    let is_a_guess = path == "/rpc/session/create";
    let form = if is_a_guess { fields.as_slice() } else { with_password.as_slice() };
    let credential = credential_form("acme", "a:b", "ghcr.io", "s", &[("id", id)]);
    let replies = [
        browser.post_form(path, &[]).await,
        browser.post_form(path, &[("nothing", "x")]).await,
        browser.post_form(path, form).await,
        browser.post_json_accept(path, form).await,
        browser.post_multipart(path, &credential, None).await,
    ];
    for reply in replies {
        open_next(browser, &reply).await;
    }
}

/// Opens the page that the answer leads to, if it leads to one.
async fn open_next(browser: &Browser, reply: &Reply) {
    let next = reply.location();
    if next.starts_with('/') {
        browser.get(&next).await;
    }
}

#[tokio::test]
async fn a_stranger_who_posts_broken_forms_writes_nothing() {
    let app = App::new().await;
    let paths: Vec<&str> = server_fn_paths().map(|(path, _)| path).collect();
    assert!(paths.len() > 20, "{paths:?}");
    count_writes(&app).await;
    let (nobody, mut forger) = (app.nobody(), app.nobody());
    forger.cookie = Some(FORGED.to_owned());
    // Each is five forms.
    for number in 0..soak(2, 400) {
        let browser = if number % 2 == 1 { &forger } else { &nobody };
        for path in &paths {
            send_broken_forms(browser, path).await;
            assert_eq!(written(&app).await, 0, "{path}");
        }
    }
    // The counter counts.
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    assert!(written(&app).await > 0);
}

/// How many transactions have written since [`forget_commits`].
async fn commits(app: &App) -> i64 {
    if !app.database.is_embedded() {
        return app.scalar_i64("SELECT COUNT(DISTINCT tx) FROM committed").await;
    }
    let log = std::fs::read(app.database.folder.join("regcred.db-wal")).unwrap();
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    let Some(page) = log.get(8..12).map(number) else { return 0 };
    // The last frame of a transaction says how large the database is after it.
    let frames = log[32..].chunks_exact(24 + page as usize);
    i64::try_from(frames.filter(|frame| number(&frame[4..8]) != 0).count()).unwrap()
}

/// Has transactions counted from now on.
async fn forget_commits(app: &App) {
    if app.database.is_embedded() {
        // The log is cut to nothing.
        app.raw("PRAGMA wal_checkpoint(TRUNCATE)").await;
    } else {
        app.raw("DELETE FROM committed").await;
    }
    assert_eq!(commits(app).await, 0);
}

async fn count_commits(app: &App) {
    if app.database.is_embedded() {
        return;
    }
    let tables = tables(app).await;
    app.raw("CREATE TABLE committed (tx BIGINT NOT NULL)").await;
    app.raw(
        "CREATE FUNCTION count_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO committed VALUES (txid_current()); RETURN NULL; END $$",
    )
    .await;
    for table in tables {
        app.raw(&format!(
            "CREATE TRIGGER count_commit AFTER INSERT OR UPDATE OR DELETE ON \"{table}\" FOR EACH ROW EXECUTE FUNCTION count_commit()"
        ))
        .await;
    }
}

#[tokio::test]
async fn a_change_is_one_durable_transaction_and_its_sentence_none() {
    let app = App::new().await;
    let owner = &app.owner;
    let id = app.credential(owner, "acme", "ghcr", "ghcr.io", "first").await.to_string();
    count_commits(&app).await;
    // That the session is in use was written a moment ago, and is for a minute.
    owner.get("/p/acme/credentials").await;
    let one = [("project", "acme"), ("id", id.as_str())];
    let create = credential_form("acme", "quay", "quay.io", "s", &[]);
    let mut edit = credential_form("acme", "ghcr", "ghcr.io", "second", &one);
    edit.push(("revision", "1"));
    let switch = [one.as_slice(), &[("version", "1")]].concat();
    let delete = [one.as_slice(), &[("password", PASSWORD)]].concat();
    for (path, form) in [
        ("/rpc/credentials/create", create.as_slice()),
        ("/rpc/credentials/update", edit.as_slice()),
        ("/rpc/versions/switch", switch.as_slice()),
        ("/rpc/credentials/disable", one.as_slice()),
        ("/rpc/credentials/enable", one.as_slice()),
        ("/rpc/credentials/delete", delete.as_slice()),
    ] {
        forget_commits(&app).await;
        let reply = if path.ends_with("create") || path.ends_with("update") {
            owner.post_multipart(path, form, None).await
        } else {
            owner.post_form(path, form).await
        };
        assert!(reply.location().contains("?said="), "{path}: {}", reply.text());
        assert_eq!(commits(&app).await, 1, "{path}");
        assert_eq!(owner.follow(reply).await.status, 200, "{path}");
        assert_eq!(commits(&app).await, 1, "the page after {path}");
        // Neither does a form that is refused write.
        forget_commits(&app).await;
        let refused = pipeline_form("acme", "build", "pull", "");
        let reply = owner.post_form("/rpc/pipelines/create", &refused).await;
        assert!(reply.location().contains("?back="), "{}", reply.text());
        open_next(owner, &reply).await;
        assert_eq!(commits(&app).await, 0, "a refused form");
    }
}

#[tokio::test]
async fn a_grant_is_one_durable_transaction_although_it_asks_for_the_password() {
    let app = App::new().await;
    let credential = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "s").await;
    // The session says from then on that its person typed their password, and not again for a minute.
    let (pipeline, _) = app.bare_pipeline("build").await;
    count_commits(&app).await;
    forget_commits(&app).await;
    let reply = app.ask_grant(&app.owner, pipeline, credential, &[]).await;
    assert_eq!((reply.status.as_u16(), commits(&app).await), (200, 1), "{}", reply.text());
}
