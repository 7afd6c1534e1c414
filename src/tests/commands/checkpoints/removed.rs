//! Receipts that were removed because of their age: what was exported and signed before still verifies, and
//! what was put aside of them is verified with the chain.

use super::{CHECKPOINT, exported, kept, keys, name, verified};
use crate::commands::machine::Machine;
use crate::commands::transfer::served;
use crate::process::client::deliver;
use regcred::vault::Settings;

const VERIFY: [&str; 4] = ["audit", "verify", "--project", "acme"];

async fn remove(machine: &Machine) {
    let settings = Settings { retention: Some(0), ..Settings::default() };
    machine.instance.vault_with(settings).await.remove_old_receipts().await.unwrap();
    let database = &machine.instance.database;
    assert_eq!(database.scalar_i64("SELECT COUNT(*) FROM receipt").await, 0);
}

/// It does not verify, and says why.
fn named(machine: &Machine, row: &str) {
    let said = machine.run(&VERIFY);
    assert!(said.code == Some(1) && said.out.contains(row), "{row}: {}{}", said.out, said.err);
}

#[tokio::test]
async fn what_was_exported_and_signed_before_a_removal_still_verifies() {
    let (machine, server, token, _) = served().await;
    assert_eq!(deliver(server.port, &token, "2").unwrap().status, 200);
    drop(server);
    let (note, export) = (kept(&machine, "checkpoint", &CHECKPOINT), exported(&machine, "export"));
    let (key, checkpoint) = (keys(&machine).remove(0), ["--checkpoint", name(&note)]);
    remove(&machine).await;
    machine.run(&VERIFY).done();
    machine.run(&[&VERIFY[..], &checkpoint].concat()).done();
    let said = verified(&export, checkpoint, &key).done();
    assert!(said.contains("The export holds"), "{said}");
    // What is exported now has only the hashes of what is gone.
    let said = verified(&exported(&machine, "later"), checkpoint, &key).done();
    assert!(said.contains("the export has only the hash"), "{said}");
}

#[tokio::test]
async fn what_was_put_aside_is_verified_with_the_chain() {
    let (machine, server, ..) = served().await;
    drop(server);
    remove(&machine).await;
    machine.run(&VERIFY).done();
    let database = &machine.instance.database;
    for (change, back, row) in [
        (
            "UPDATE usage_day SET times = times + 1",
            "UPDATE usage_day SET times = times - 1",
            "usage_day: credential ",
        ),
        (
            "UPDATE removed_days SET day = day + 1",
            "UPDATE removed_days SET day = day - 1",
            "removed_days: ",
        ),
        (
            "UPDATE counted SET base_seq = base_seq - 1",
            "UPDATE counted SET base_seq = base_seq + 1",
            "counted: chain ",
        ),
    ] {
        assert!(database.raw(change).await > 0, "{change}");
        named(&machine, row);
        database.raw(back).await;
        machine.run(&VERIFY).done();
    }
    // Hashes that are lost are named until the operator goes on without them.
    database.raw("DELETE FROM removed_leaves").await;
    named(&machine, "removed_leaves: link ");
    machine.run(&[&CHECKPOINT[..], &["--new-origin"]].concat()).done();
    machine.run(&VERIFY).done();
}
