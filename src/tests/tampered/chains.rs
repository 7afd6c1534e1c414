//! A chain whose end was cut off, with its head set back to the link before.

use crate::commands::machine::{Machine, PASSWORD};

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
