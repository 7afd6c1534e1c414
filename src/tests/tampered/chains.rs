//! A chain whose end was cut off, with its head set back to the link before, and one of which nothing
//! was left.

use crate::app::App;
use crate::commands::machine::{Machine, PASSWORD};
use axum::http::StatusCode;
use regcred::vault::INSTANCE;
use uuid::Uuid;

/// Where the rows of a chain are.
const TABLES: [&str; 4] = ["chain_head", "audit_event", "pipeline_fetch", "receipt"];

/// Everything after the first link of the project's chain goes, and the head says that it ended there.
async fn cut_back(machine: &Machine) {
    let database = &machine.instance.database;
    let of = "chain IN (SELECT id FROM project)";
    let first = format!("(SELECT mac FROM audit_event WHERE seq = 1 AND {of})");
    database.raw(&format!("UPDATE chain_head SET seq = 1, link = {first} WHERE {of}")).await;
    for table in ["audit_event", "pipeline_fetch", "receipt"] {
        database.raw(&format!("DELETE FROM {table} WHERE {of} AND seq > 1")).await;
    }
}

/// Adds a viewer to the project.
fn add(machine: &Machine, name: &str) {
    let email = format!("{name}@example.com");
    let of = ["--email", email.as_str(), "--name", name, "--project", "acme", "--role", "viewer"];
    machine.run_with(&[&["user", "add"], &of[..]].concat(), PASSWORD.as_bytes()).done();
}

/// A machine whose project has several links.
async fn with_links() -> Machine {
    let machine = Machine::set_up().await;
    for name in ["one", "two", "three"] {
        add(&machine, name);
    }
    machine
}

#[tokio::test]
async fn a_chain_that_was_cut_back_with_its_head_is_broken_and_stays_so() {
    let machine = with_links().await;
    machine.run(&["audit", "verify"]).done();
    cut_back(&machine).await;
    let assert_broken = || {
        for args in [&["audit", "verify"][..], &["doctor"]] {
            let said = machine.run(args);
            assert_eq!(said.code, Some(1), "{args:?}: {}{}", said.out, said.err);
        }
    };
    assert_broken();
    // What is written afterwards does not mend it.
    add(&machine, "four");
    assert_broken();
}

#[tokio::test]
async fn a_chain_that_was_wiped_does_not_begin_anew() {
    let machine = with_links().await;
    let database = &machine.instance.database;
    let project = machine.vault.store().projects().find("acme").await.unwrap().unwrap().id;
    let assert_broken = |name: &str| {
        let said = machine.run(&["audit", "verify"]);
        let is_named =
            said.out.lines().any(|line| line.starts_with(name) && line.contains("BROKEN"));
        assert!(said.code == Some(1) && is_named, "{name}: {}{}", said.out, said.err);
        assert_eq!(machine.run(&["doctor"]).code, Some(1), "{name}");
    };
    for (name, chain) in [("acme ", project), ("instance ", INSTANCE)] {
        for table in TABLES {
            database
                .raw(&format!("DELETE FROM {table} WHERE chain = {}", database.id(chain)))
                .await;
        }
        assert_broken(name);
        // What is written afterwards begins none: it goes on behind what was taken away.
        for number in 0..2 {
            add(&machine, &format!("{}{number}", name.trim()));
            assert_broken(name);
        }
    }
}

#[tokio::test]
async fn a_chain_without_its_head_goes_on_and_is_broken_from_there() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let links = links_of(&app, project).await;
    app.tamper(&format!("DELETE FROM chain_head WHERE chain = {}", app.database.id(project))).await;
    for more in 1..=2 {
        let reply = app.docker_config(&token, "", &[]).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        assert_eq!(links_of(&app, project).await, links + more);
        assert_eq!(app.vault.first_break(project).await.unwrap(), Some(links + 1));
    }
}

#[tokio::test]
async fn a_chain_whose_head_was_set_back_goes_on_and_is_broken_from_there() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = app.pipeline(&app.owner, "acme", "ci", &[id], "pull").await;
    let project = app.evidence(&app.owner, "acme").await.project().id;
    for _ in 0..2 {
        assert_eq!(app.docker_config(&token, "", &[]).await.status, StatusCode::OK);
    }
    let links = links_of(&app, project).await;
    let back =
        format!("UPDATE chain_head SET seq = seq - 1 WHERE chain = {}", app.database.id(project));
    assert_eq!(app.tamper(&back).await, 1);
    for more in 1..=2 {
        let reply = app.docker_config(&token, "", &[]).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        assert_eq!(links_of(&app, project).await, links + more);
        assert!(app.vault.first_break(project).await.unwrap().is_some());
    }
}

/// The number of the last link, as the chain's end says it.
async fn links_of(app: &App, chain: Uuid) -> i64 {
    let chain = app.database.id(chain);
    app.scalar_i64(&format!("SELECT seq FROM chain_head WHERE chain = {chain}")).await
}

#[tokio::test]
async fn a_head_that_was_kept_elsewhere_is_compared() {
    let machine = with_links().await;
    let report = machine.run(&["audit", "verify", "--json"]);
    let chains = report.json();
    let acme = chains.as_array().unwrap().iter().find(|chain| chain["chain"] == "acme").unwrap();
    let (links, head) = (acme["links"].as_i64().unwrap(), acme["head"].as_str().unwrap());
    let kept = format!("acme:{links}:{head}");
    machine.run(&["audit", "verify", "--since", &kept]).done();
    let other = format!("acme:{links}:{}", "0".repeat(64));
    assert_eq!(machine.run(&["audit", "verify", "--since", &other]).code, Some(1));
    let later = format!("acme:{}:{head}", links + 1);
    assert_eq!(machine.run(&["audit", "verify", "--since", &later]).code, Some(1));
    let gone = format!("gone:1:{head}");
    machine.run(&["audit", "verify", "--since", &gone]).refused(1);
    let said = machine.run(&["audit", "verify", "--since", "hunter2"]).refused(2);
    assert!(said.contains("CHAIN, LINKS and HEAD"), "{said}");
}
