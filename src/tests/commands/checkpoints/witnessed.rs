//! What witnesses have said, at the command line: on the note, and demanded of it without a database.

use super::{CHECKPOINT, KEY, name};
use crate::commands::machine::{Machine, Said, command, said};
use crate::process::server::{Folder, Server};
use crate::witnesses::Witness;
use std::fs;
use std::time::Duration;
use tokio::time::timeout;

const NAME: &str = "witness.example.com/w1";

/// Runs the command with the settings of a server at this address.
fn run(machine: &Machine, witness: &Witness, address: &str, args: &[&str]) -> Said {
    let mut command = machine.command(args);
    command.env("REGCRED_WITNESSES", witness.setting()).env("REGCRED_URL", address);
    said(command, b"")
}

#[tokio::test]
async fn a_checkpoint_is_printed_with_what_witnesses_said_and_that_is_demanded_of_it() {
    let (witness, other) = (Witness::start(NAME).await, Witness::start(NAME).await);
    let machine = Machine::set_up().await;
    let elsewhere = "http://localhost:1";
    let witnessed = [&CHECKPOINT[..], &["--witnessed"]].concat();
    let first = run(&machine, &witness, elsewhere, &CHECKPOINT);
    assert!(first.err.contains(&format!("Not yet witnessed by {NAME}.")), "{}", first.err);
    assert!(first.done().starts_with("localhost:1/chain/"));
    let refused = run(&machine, &witness, elsewhere, &witnessed).refused(1);
    assert!(refused.contains("No witness"), "{refused}");

    let mut command_of = machine.instance.command();
    command_of.env("REGCRED_WITNESSES", witness.setting());
    command_of.env("REGCRED_PRIVATE_NETWORKS", "127.0.0.0/8");
    let server = Server::start(command_of, &machine.instance.log);
    let address = format!("http://localhost:{}", server.port);
    let count = "SELECT COUNT(*) FROM cosignature WHERE cosigned IS NOT NULL";
    let there = async { while machine.instance.database.scalar_i64(count).await == 0 {} };
    timeout(Duration::from_secs(60), there).await.expect("nobody is asked");
    assert!(server.stop().success());

    let printed = run(&machine, &witness, &address, &witnessed);
    assert!(printed.err.contains(&format!("Witnessed by {NAME} at ")), "{}", printed.err);
    let note = printed.done();
    assert!(witness.has_said(&note) && !other.has_said(&note), "{note}");
    let key = run(&machine, &witness, &address, &KEY).done();
    let folder = Folder::new();
    let (file, export) = (folder.0.join("note"), folder.0.join("export"));
    let links = ["audit", "export", "--project", "acme", "--format", "links"];
    fs::write(&export, machine.run(&links).done()).unwrap();
    let verify = |note: &str, witness: &Witness| {
        fs::write(&file, note).unwrap();
        let key_of = witness.key();
        let nowhere = Folder::new();
        let files = ["--export", name(&export), "--checkpoint", name(&file)];
        let keys = ["--key", key.trim(), "--witness", &key_of];
        said(command(&nowhere.0, &[&["audit", "verify"][..], &files, &keys].concat()), b"")
    };
    let held = verify(&note, &witness).done();
    assert!(held.contains(&format!("Witnessed by {NAME} at ")), "{held}");
    let refused = verify(&note, &other).refused(1);
    assert!(refused.contains("has no cosignature of this witness"), "{refused}");
    let key_of = witness.key();
    // A proof has no line of a witness: nobody may take it for one that was demanded and is there.
    let proof = ["--export", name(&export), "--proof", name(&file), "--key", key.trim()];
    let proof = [&["audit", "verify"][..], &proof, &["--witness", &key_of]].concat();
    machine.run(&proof).refused(2);
    let against = ["audit", "verify", "--checkpoint", name(&file), "--witness", &key_of];
    machine.run(&against).done();
    // One character of the last line, which is the witness's: the beginning of the signature.
    let (rest, line) = note.trim_end().rsplit_once(' ').unwrap();
    let (head, tail) = line.split_at(20);
    let other_letter = if tail.starts_with('A') { "B" } else { "A" };
    let changed = format!("{rest} {head}{other_letter}{}\n", &tail[1..]);
    let refused = verify(&changed, &witness).refused(1);
    assert!(refused.contains("The cosignature of this witness is wrong"), "{refused}");
    machine.run(&against).refused(1);
}
