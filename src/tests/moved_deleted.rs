//! A credential is deleted while its pipelines fetch: their grants move to another one in the same step,
//! so no fetch finds neither.

use crate::app::{App, Browser, PASSWORD, Reply, auths, soak};
use regcred::Error;
use regcred::domain::user::Role;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::task::{JoinSet, yield_now};
use uuid::Uuid;

const MOVE: &str = "/rpc/credentials/move-and-delete";
/// Who fetches at once, and for how many pipelines.
const CLIENTS: usize = 6;
const PIPELINES: usize = 3;

async fn move_and_delete(by: &Browser, from: Uuid, to: &str, typed: &str, password: &str) -> Reply {
    let from = from.to_string();
    let form = [
        ("project", "acme"),
        ("id", from.as_str()),
        ("target", to),
        ("typed_name", typed),
        ("password", password),
    ];
    by.post_json_accept(MOVE, &form).await
}

/// Those who fetch, until it is over.
#[derive(Default)]
struct Load {
    is_over: AtomicBool,
    fetched: AtomicUsize,
}

impl Load {
    /// Fetches until it is over; gives the numbers of the secrets, in the order in which they came.
    async fn fetch(self: Arc<Self>, browser: Browser, token: String) -> Vec<usize> {
        let mut handed = Vec::new();
        while !self.is_over.load(Ordering::Acquire) {
            let reply = browser.docker_config(&token, "?intent=push", &[]).await;
            let login = if reply.status == 200 { auths(&reply).remove("ghcr.io") } else { None };
            let Some(login) = login else {
                self.is_over.store(true, Ordering::Release);
                panic!("{}: {}", reply.status, reply.text());
            };
            handed.push(login.strip_prefix("acme-bot:secret-").unwrap().parse().unwrap());
            self.fetched.fetch_add(1, Ordering::AcqRel);
            yield_now().await;
        }
        handed
    }

    /// Returns once each of them has fetched again, on average.
    async fn goes_on(&self) {
        let before = self.fetched.load(Ordering::Acquire);
        let has_more = || self.fetched.load(Ordering::Acquire) >= before + CLIENTS;
        // One that failed ends it for all.
        while !has_more() && !self.is_over.load(Ordering::Acquire) {
            yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fetch_fails_while_a_credential_is_deleted_and_its_grants_move() {
    let rounds = soak(6, 100);
    let app = App::new().await;
    let mut current = app.credential(&app.owner, "acme", "key-0", "ghcr.io", "secret-0").await;
    let mut tokens = Vec::new();
    for number in 0..PIPELINES {
        let name = format!("build-{number}");
        let (_, token) = app.pipeline(&app.owner, "acme", &name, &[current], "pull_push").await;
        tokens.push(token);
    }
    let (load, mut clients) = (Arc::new(Load::default()), JoinSet::new());
    for number in 0..CLIENTS {
        let token = tokens[number % PIPELINES].clone();
        clients.spawn(Arc::clone(&load).fetch(app.nobody(), token));
    }
    for round in 1..=rounds {
        let (name, secret) = (format!("key-{round}"), format!("secret-{round}"));
        let next = app.credential(&app.owner, "acme", &name, "ghcr.io", &secret).await;
        load.goes_on().await;
        let (old, to) = (format!("key-{}", round - 1), next.to_string());
        let reply = move_and_delete(&app.owner, current, &to, &old, PASSWORD).await;
        assert_eq!(reply.status, 200, "{round}: {}", reply.text());
        current = next;
    }
    load.goes_on().await;
    load.is_over.store(true, Ordering::Release);
    for handed in clients.join_all().await {
        assert!(handed.is_sorted(), "one that was deleted came back: {handed:?}");
    }
    for (sql, expected) in [
        ("SELECT COUNT(*) FROM receipt WHERE outcome <> 'delivered'", 0),
        ("SELECT COUNT(*) FROM credential", 1),
        ("SELECT COUNT(*) FROM secret_version", 1),
        ("SELECT COUNT(*) FROM access_grant", 3),
    ] {
        assert_eq!(app.scalar_i64(sql).await, expected, "{sql}");
    }
    let project = app.evidence(&app.owner, "acme").await.project().id;
    assert_eq!(app.vault.first_break(project).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_wrong_with_either_half_keeps_both_from_happening() {
    let app = App::new().await;
    let owner = &app.owner;
    let old = app.credential(owner, "acme", "old", "ghcr.io", "s").await;
    let new = app.credential(owner, "acme", "new", "ghcr.io", "s").await.to_string();
    let elsewhere = app.credential(owner, "acme", "elsewhere", "quay.io", "s").await.to_string();
    let paths = [("paths", "acme/web")];
    let narrow = app.credential_with(owner, "acme", "narrow", "ghcr.io", "s", &paths).await;
    let narrow = narrow.to_string();
    let (_, token) = app.pipeline(owner, "acme", "build", &[old], "pull").await;
    assert_eq!(app.docker_config(&token, "?image=ghcr.io/acme/api", &[]).await.status, 200);
    for (field, to, typed, password) in [
        ("password", new.as_str(), "old", ""),
        ("password", new.as_str(), "old", "wrong password"),
        ("typed_name", new.as_str(), "", PASSWORD),
        ("typed_name", new.as_str(), "new", PASSWORD),
        ("target", elsewhere.as_str(), "old", PASSWORD),
        ("target", narrow.as_str(), "old", PASSWORD),
        ("target", "", "old", PASSWORD),
    ] {
        let reply = move_and_delete(owner, old, to, typed, password).await;
        assert_eq!(reply.status, 422, "{field}: {}", reply.text());
        assert!(reply.at(field).is_some(), "{field}: {}", reply.text());
    }
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let reply = move_and_delete(&maintainer, old, &new, "old", PASSWORD).await;
    assert_eq!((reply.status.as_u16(), reply.error()), (403, Error::Forbidden));
    let of_old =
        format!("SELECT COUNT(*) FROM access_grant WHERE credential_id = {}", app.database.id(old));
    assert_eq!(app.scalar_i64(&of_old).await, 1);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 4);
}

#[tokio::test]
async fn a_pipeline_that_would_tie_keeps_both_from_happening() {
    let app = App::new().await;
    let owner = &app.owner;
    let paths = [("paths", "acme/api")];
    let old = app.credential_with(owner, "acme", "old", "ghcr.io", "s", &paths).await;
    let beside = app.credential(owner, "acme", "beside", "ghcr.io", "s").await;
    let new = app.credential(owner, "acme", "new", "ghcr.io", "s").await.to_string();
    app.pipeline(owner, "acme", "build", &[old, beside], "pull").await;
    let reply = move_and_delete(owner, old, &new, "old", PASSWORD).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert!(reply.at("target").unwrap().contains("beside"), "{}", reply.text());
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM credential").await, 3);
}

#[tokio::test]
async fn the_dialog_moves_and_deletes_without_a_script_and_keeps_what_was_typed() {
    let app = App::new().await;
    let owner = &app.owner;
    let old = app.credential(owner, "acme", "old", "ghcr.io", "s").await;
    let new = app.credential(owner, "acme", "new", "ghcr.io", "s").await;
    app.pipeline(owner, "acme", "build", &[old], "pull").await;
    let dialog = format!("/p/acme/credentials/{old}/delete");
    let page = owner.get(&dialog).await.text();
    assert!(page.contains(&format!("formaction=\"{MOVE}\"")), "{page}");
    assert!(page.contains("Type old to delete it as well"), "{page}");
    let (from, to) = (old.to_string(), new.to_string());
    let typed = |name| {
        [
            ("project", "acme"),
            ("id", from.as_str()),
            ("target", to.as_str()),
            ("typed_name", name),
            ("password", PASSWORD),
        ]
    };
    let reply = owner.post_form(MOVE, &typed("oldest")).await;
    assert!(reply.location().starts_with(&format!("{dialog}?back=")), "{}", reply.location());
    let page = owner.follow(reply).await.text();
    assert!(page.contains("type the name exactly") && page.contains("value=\"oldest\""), "{page}");
    let reply = owner.post_form(MOVE, &typed("old")).await;
    assert!(reply.location().starts_with("/p/acme/credentials?said="), "{}", reply.location());
    let page = owner.follow(reply).await.text();
    assert!(
        page.contains("old was deleted.") && page.contains("1 pipeline now uses new."),
        "{page}"
    );
}
