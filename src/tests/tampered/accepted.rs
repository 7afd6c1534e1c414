//! The way back for an honest change by SQL: an operator accepts the row, and that is on record; what is
//! in the way of a new membership or issuer goes.

use crate::app::App;
use crate::commands::machine::{Machine, OWNER, PASSWORD, Said};
use regcred::store::{NamedRow, Store, Tampered, Unrecorded};
use regcred::vault::unlock;
use serde_json::{Value, json};
use uuid::Uuid;

const EMAIL: &str = "dana@example.com";
const ISSUER: &str = "https://gitlab.example.com";

fn set_password(machine: &Machine) -> Said {
    machine.run_with(&["user", "password", EMAIL], PASSWORD.as_bytes())
}

/// The changed rows that the doctor names: table and id.
fn named(machine: &Machine) -> Vec<(String, String)> {
    let report = machine.run(&["doctor", "--json"]).json();
    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    let rows = report["rows"]["named"].as_array().unwrap().clone();
    rows.iter().map(|row| (text(row, "table"), text(row, "id"))).collect()
}

/// The newest event of the instance that accepted a row: what it adds.
fn accepted(machine: &Machine) -> String {
    let events = machine.json(&["audit", "list", "--limit", "9"]);
    let mut events = events.as_array().unwrap().iter();
    let event = events.find(|event| event["action"] == "rows.accepted").unwrap();
    event["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_row_that_an_operator_accepts_counts_again_and_that_is_on_record() {
    let machine = Machine::set_up().await;
    let add = ["user", "add", "--email", EMAIL, "--name", "Dana Kim"];
    machine.run_with(&add, PASSWORD.as_bytes()).done();
    let database = &machine.instance.database;
    let sql = format!("UPDATE person SET name = 'Dana Lee' WHERE email = '{EMAIL}'");
    assert_eq!(database.raw(&sql).await, 1);
    set_password(&machine).refused(1);
    assert!(machine.run(&["doctor"]).out.contains("regcred doctor accept TABLE ID"));
    let rows = named(&machine);
    let [(table, id)] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(table, "person");

    // Who is not asked has to say that it is meant, and sees what it is.
    let accept = ["doctor", "accept", table.as_str(), id.as_str()];
    let shown = machine.run(&accept).refused(1);
    assert!(shown.contains("Dana Lee") && shown.contains("is_admin: no"), "{shown}");
    assert!(shown.contains("--yes") && !shown.contains("argon2"), "{shown}");
    set_password(&machine).refused(1);

    let said = machine.run(&[&accept[..], &["--yes", "--json"]].concat());
    assert!(!said.err.contains("argon2") && !said.out.contains("argon2"), "{}", said.err);
    assert_eq!(said.json()["says"]["name"], "Dana Lee");
    assert_eq!(accepted(&machine), format!("person {id}"));
    set_password(&machine).done();
    machine.run(&["doctor"]).done();
}

#[tokio::test]
async fn what_is_ours_or_cannot_be_read_or_is_not_there_is_not_accepted() {
    let machine = Machine::set_up().await;
    let database = &machine.instance.database;
    let owner = machine.vault.store().people().find_by_email(OWNER).await.unwrap().unwrap();
    let (owner, nobody) = (owner.person.id.to_string(), Uuid::now_v7().to_string());
    let refused = |table: &str, id: &[&str]| {
        machine.run(&[&["doctor", "accept", table, "--yes"][..], id].concat()).refused(1)
    };
    assert!(refused("person", &[&owner]).contains("wrote this row itself"));
    for (table, id) in [
        ("person", &[nobody.as_str()][..]),
        ("person", &["hunter2"][..]),
        ("person", &[owner.as_str(), owner.as_str()][..]),
        ("membership", &[owner.as_str()][..]),
        ("nowhere", &[owner.as_str()][..]),
        ("audit_event", &[owner.as_str()][..]),
    ] {
        let said = refused(table, id);
        assert!(said.contains("There is no such row") && !said.contains("hunter2"), "{said}");
    }
    if database.is_embedded() {
        assert_eq!(database.raw("UPDATE person SET name = x'00ff'").await, 1);
        assert!(refused("person", &[&owner]).contains("a value that no such row can have"));
    }
}

#[tokio::test]
async fn the_end_of_a_chain_is_accepted_with_its_break_on_record() {
    let machine = Machine::set_up().await;
    let database = &machine.instance.database;
    assert_eq!(database.raw("UPDATE chain_head SET end_mac = NULL").await, 2);
    assert_eq!(machine.run(&["audit", "verify"]).code, Some(1));
    for (table, id) in named(&machine) {
        assert_eq!(table, "chain_head");
        machine.run(&["doctor", "accept", &table, &id, "--yes"]).done();
        let said = accepted(&machine);
        assert!(said.starts_with(&format!("chain_head {id}, broken at link ")), "{said}");
    }
    machine.run(&["audit", "verify"]).done();
    machine.run(&["doctor"]).done();
}

#[tokio::test]
async fn an_accepted_row_is_shown_whole_and_on_record_in_its_project() {
    let machine = Machine::set_up().await;
    let database = &machine.instance.database;
    let (name, role) = (format!("{}\u{202e}end", "x".repeat(500)), "role = 'viewer'");
    for sql in
        [format!("UPDATE person SET name = '{name}'"), format!("UPDATE membership SET {role}")]
    {
        assert_eq!(database.raw(&sql).await, 1);
    }
    for (table, id) in named(&machine) {
        let ids: Vec<&str> = id.split(' ').collect();
        let accept = [&["doctor", "accept", table.as_str()][..], &ids[..]].concat();
        let shown = machine.run(&accept).refused(1);
        assert_eq!(shown.contains("x\\u{202e}end"), table == "person", "{shown}");
        assert!(!shown.contains('\u{202e}'), "{shown}");
        machine.run(&[&accept[..], &["--yes"]].concat()).done();
        assert_eq!(accepted(&machine), format!("{table} {id}"));
        let events = machine.json(&["audit", "list", "--project", "acme", "--limit", "9"]);
        let mut events = events.as_array().unwrap().iter();
        let is_there = events.any(|event| event["action"] == "rows.accepted");
        assert_eq!(is_there, table == "membership");
    }
    machine.run(&["audit", "verify"]).done();
}

async fn seen(store: &Store, chain: Uuid) -> NamedRow {
    let write = store.write().await.unwrap();
    write.named_row("chain_head", &chain.to_string()).await.unwrap().unwrap()
}

async fn accept_end(app: &App, store: &Store, row: &NamedRow) -> bool {
    let ring = unlock(store, app.key_source()).await.unwrap().ring();
    let holds = |message: &[u8], mac: &[u8]| ring.verify_mac(message, mac);
    let write = store.write().await.unwrap();
    let is_accepted = write.accept_end(&holds, row).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    is_accepted
}

#[tokio::test]
async fn the_end_of_a_chain_in_use_is_accepted_where_it_is_by_then() {
    let app = App::new().await;
    let store = app.vault.store();
    let chain = app.evidence(&app.owner, "acme").await.project().id;
    let of = format!("WHERE chain = {}", app.database.id(chain));
    app.tamper(&format!("UPDATE chain_head SET end_mac = NULL {of}")).await;
    let shown = seen(store, chain).await;
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    assert!(accept_end(&app, store, &shown).await);
    assert_eq!(store.tampered_rows().await.unwrap(), Tampered::default());
    assert_eq!(app.vault.first_break(chain).await.unwrap(), None);
}

#[tokio::test]
async fn the_end_of_a_chain_that_was_set_back_since_it_was_shown_is_not_accepted() {
    let app = App::new().await;
    let store = app.vault.store();
    let chain = app.evidence(&app.owner, "acme").await.project().id;
    let of = format!("WHERE chain = {}", app.database.id(chain));
    app.credential(&app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    app.tamper(&format!("UPDATE chain_head SET end_mac = NULL {of}")).await;
    let shown = seen(store, chain).await;
    for change in [
        format!("UPDATE chain_head SET seq = seq - 1 {of}"),
        // It ends later, and what was shown is gone.
        format!("DELETE FROM audit_event {of}; UPDATE chain_head SET seq = seq + 9 {of}"),
    ] {
        app.tamper(&change).await;
        assert!(!accept_end(&app, store, &shown).await, "{change}");
    }
}

#[tokio::test]
async fn a_membership_or_an_issuer_of_somebody_else_is_not_in_the_way_of_a_real_one() {
    let machine = Machine::set_up().await;
    let database = &machine.instance.database;
    machine.run(&["issuer", "add", ISSUER]).done();
    for table in ["membership", "issuer"] {
        assert_eq!(database.raw(&format!("UPDATE {table} SET mac = NULL")).await, 1);
    }
    assert_eq!(machine.json(&["issuer", "list"]), json!([]));
    let add = ["project", "member", "add", "acme", OWNER, "owner"];
    for args in [&["issuer", "add", ISSUER][..], &add] {
        machine.run(args).done();
        // The second time it is there.
        machine.run(args).refused(1);
    }
    assert_eq!(machine.json(&["issuer", "list"]).as_array().unwrap().len(), 1);
    machine.run(&["doctor"]).done();
}
