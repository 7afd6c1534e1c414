//! In which order transactions lock: a chain before any row, so that no two wait for each other.

use crate::app::{App, Browser, PASSWORD};
use crate::rooms::sources;
use crate::skipped::is_on_postgres;
use regcred::domain::actor::Granter;
use regcred::domain::permission::of;
use regcred::domain::proof::Proof;
use regcred::domain::trust_rule::{Provider, TrustForm};
use regcred::domain::user::Role;
use regcred::store::Rank;
use tokio::task::JoinSet;
use uuid::Uuid;

/// How often each of two does it while the other does something else.
const TIMES: u32 = 20;

/// What begins without a chain though it may leave an event, and why that is no other order.
const OTHERS: [(&str, &str, &str); 3] = [
    ("src/vault/people/departures.rs", "leftovers", "it only looks"),
    ("src/vault/people/projects.rs", "add_member", "it locks the member, and `end` the chain"),
    ("src/vault/people/projects.rs", "remove_member", "it locks the member, and `end` the chain"),
];

/// The functions of the file that wait, by name, without blanks.
fn functions(code: &str) -> Vec<(String, String)> {
    let code: String = code.split_whitespace().collect();
    let parts = code.split("asyncfn").skip(1);
    parts
        .map(|part| (part.split(['(', '<']).next().unwrap_or_default().to_owned(), part.to_owned()))
        .collect()
}

#[test]
fn whatever_leaves_an_event_holds_its_chain_before_any_row() {
    let (mut others, mut holding) = (Vec::new(), 0);
    for source in sources().into_iter().filter(|source| source.path.starts_with("src/vault/")) {
        for (name, code) in functions(&source.code) {
            let Some((_, code)) = code.split_once("store.write") else { continue };
            let events = ["record_event(", "commit_event(", "record_under(", "record_key("];
            let has_event = events.iter().any(|event| code.contains(event));
            if !has_event && code.contains("commit_without_event(") {
                continue;
            }
            let Some((before, _)) = code.split_once("write.chain().hold(") else {
                others.push((source.path.clone(), name));
                continue;
            };
            holding += 1;
            let waits = code.starts_with("_in_line(");
            assert!(waits, "{}: {name} has a connection before its place", source.path);
            // Who may do it is read again, and held, before; and a new chain begins.
            let rows = before.replace("write.projects().role_now(", "");
            let rows = rows.replace("write.chain().begin(", "");
            assert!(!rows.contains("write."), "{}: {name} has rows before the chain", source.path);
        }
    }
    let known: Vec<(String, String)> =
        OTHERS.iter().map(|(path, name, _)| ((*path).to_owned(), (*name).to_owned())).collect();
    others.sort();
    assert_eq!(others, known, "begin with `write_in`");
    assert!(holding >= 5, "{holding}: the wall guards nothing");
}

#[test]
fn a_departure_holds_the_chains_before_it_ends_anything() {
    let of = |path: &str| sources().into_iter().find(|source| source.path == path).unwrap().code;
    let departures = functions(&of("src/vault/people/departures.rs"));
    let (_, end) = departures.iter().find(|(name, _)| name == "end").unwrap();
    let at = |part: &str| end.find(part).unwrap_or_else(|| panic!("{part} is not in `end`"));
    assert!(at("write.chain().hold(") < at("end_one("));
    assert!(at("write.chain().hold(") < at("write.tokens()"));
    let projects = functions(&of("src/vault/people/projects.rs"));
    for (_, name, _) in &OTHERS[1..] {
        let (_, code) = projects.iter().find(|(other, _)| other == name).unwrap();
        assert!(code.contains("self.end(&write,project.id,"), "{name}");
        assert!(code.contains("self.store.write_in_line("), "{name}");
    }
}

#[tokio::test]
async fn those_who_wait_for_a_busy_chain_leave_connections_for_everybody_else() {
    if !is_on_postgres("the embedded database has one writer, and others read") {
        return;
    }
    let app = App::new().await;
    let store = app.vault.store();
    // Connections that read, and are kept for it.
    let mut reading = JoinSet::new();
    for _ in 0..24 {
        let vault = app.vault.clone();
        reading.spawn(async move { vault.store().projects().list().await });
    }
    reading.join_all().await.into_iter().for_each(|read| drop(read.unwrap()));
    // More than there are connections.
    let mut waiting = JoinSet::new();
    for _ in 0..32 {
        let store = store.clone();
        waiting.spawn(async move { store.write_in_line(Rank::Other).await });
    }
    let mut first = Vec::new();
    for _ in 0..8 {
        first.push(waiting.join_next().await.unwrap().unwrap().unwrap());
    }
    let signing_in = store.write_in_line(Rank::SignIn).await.unwrap();
    app.vault.readiness().await.unwrap();
    store.prove().await.unwrap();
    assert!(waiting.try_join_next().is_none(), "the others have connections, too");
    drop((first, signing_in));
    while let Some(write) = waiting.join_next().await {
        write.unwrap().unwrap();
    }
}

async fn granter(app: &App, browser: &Browser) -> Granter {
    let member = app.evidence(browser, "acme").await;
    app.vault.reauthenticate(&member, PASSWORD).await.unwrap()
}

/// Of a rule for Drone.
fn drone(repository: u32) -> TrustForm {
    TrustForm {
        provider: "drone".to_owned(),
        claims: [("repo.id".to_owned(), (repository + 1).to_string())].into(),
        ..TrustForm::default()
    }
}

#[tokio::test]
async fn tokens_and_rules_that_are_made_at_once_do_not_wait_for_each_other() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let (one, other) = (granter(&app, &app.owner).await, granter(&app, &maintainer).await);
    let tokens = async {
        for _ in 0..TIMES {
            app.vault.create_token(&one, pipeline, "", "30").await.unwrap();
        }
    };
    let rules = async {
        for number in 0..TIMES {
            app.vault.create_rule(&other, pipeline, &drone(number)).await.unwrap();
        }
    };
    tokio::join!(tokens, rules);
    let made = "SELECT COUNT(*) FROM trust_rule";
    assert_eq!(app.scalar_i64(made).await, i64::from(TIMES));
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn tokens_are_marked_while_receipts_are_counted_and_neither_waits_for_the_other() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (pipeline, _) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let mut tokens = Vec::new();
    for _ in 0..TIMES {
        tokens.push(app.proved(pipeline, &Proof::of(Provider::GitHub)).await);
    }
    for _ in 0..TIMES / 4 {
        for token in &tokens {
            assert_eq!(app.docker_config(token, "", &[]).await.status, 200);
        }
        // The other way round: what is marked has another order than what is counted.
        for token in tokens.iter().rev() {
            assert_eq!(app.fetch(token, "/api/v1/credentials").await.status, 200);
        }
        let counts = app.vault.store().count_receipts(project);
        let (marked, counted) = tokio::join!(app.vault.write_refusals(), counts);
        marked.unwrap();
        counted.unwrap();
    }
    let used = "SELECT COUNT(*) FROM pipeline_token WHERE last_used_at IS NOT NULL";
    assert_eq!(app.scalar_i64(used).await, i64::from(TIMES));
    app.assert_chain_holds().await;
}

#[tokio::test]
async fn rules_are_deleted_while_their_secret_is_renewed_and_neither_waits_for_the_other() {
    let app = App::new().await;
    let (pipeline, _) = app.bare_pipeline("build").await;
    let maintainer = app.member(Role::Maintainer, "acme").await;
    let (one, other) = (granter(&app, &app.owner).await, granter(&app, &maintainer).await);
    // One more than are deleted, so that there is a secret to renew.
    for number in 0..=TIMES {
        app.vault.create_rule(&one, pipeline, &drone(number)).await.unwrap();
    }
    let editor = app.evidence(&app.owner, "acme").await.can::<of::PipelineWrite>().unwrap();
    let rules = app.vault.store().trust_rules(editor.project().id);
    let rules = rules.of_pipeline(pipeline).await.unwrap();
    let ids: Vec<Uuid> = rules.iter().skip(1).map(|rule| rule.id).collect();
    let deletes = async {
        for id in ids {
            app.vault.delete_rule(&editor, pipeline, id).await.unwrap();
        }
    };
    let renews = async {
        for _ in 0..TIMES {
            app.vault.renew_drone_secret(&other, pipeline).await.unwrap();
        }
    };
    tokio::join!(deletes, renews);
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM trust_rule").await, 1);
    app.assert_chain_holds().await;
}
