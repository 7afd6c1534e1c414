//! Checkpoints of the audit log: signed at the command line, kept elsewhere, and held against what is there
//! later; and exports, which are verified with files alone.

mod edits;
mod removed;
mod second;
mod sums;
mod witnessed;

use super::machine::{Machine, Said, command, said};
use super::transfer::{Elsewhere, served};
use crate::process::client::deliver;
use crate::process::server::Folder;
use std::fs;
use std::path::{Path, PathBuf};

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Writes what the command prints to a new file.
fn kept(machine: &Machine, file: &str, args: &[&str]) -> PathBuf {
    let path = machine.instance.database.folder.join(file);
    fs::write(&path, machine.run(args).done()).unwrap();
    path
}

const CHECKPOINT: [&str; 4] = ["audit", "checkpoint", "--project", "acme"];
const KEY: [&str; 4] = ["audit", "key", "--project", "acme"];

/// The public keys, the newest first.
fn keys(machine: &Machine) -> Vec<String> {
    machine.run(&KEY).done().lines().map(str::to_owned).collect()
}

fn exported(machine: &Machine, file: &str) -> PathBuf {
    kept(machine, file, &["audit", "export", "--project", "acme", "--format", "links"])
}

/// With files alone, where there is neither a database nor a key.
fn verified(export: &Path, what: [&str; 2], key: &str) -> Said {
    let nowhere = Folder::new();
    let export = ["audit", "verify", "--export", name(export), "--key", key];
    said(command(&nowhere.0, &[&export[..], &what].concat()), b"")
}

#[tokio::test]
async fn an_export_is_verified_without_database_and_keys() {
    let (machine, server, ..) = served().await;
    drop(server);
    let note = kept(&machine, "checkpoint", &CHECKPOINT);
    let text = fs::read_to_string(&note).unwrap();
    let (origin, key) = (text.lines().next().unwrap(), keys(&machine).remove(0));
    assert!(origin.starts_with("localhost:3000/chain/"), "{text}");
    assert!(key.starts_with(&format!("{origin}+")), "{key}");
    let export = exported(&machine, "export");
    let checkpoint = ["--checkpoint", name(&note)];
    let said = verified(&export, checkpoint, &key).done();
    assert!(said.contains("The export holds"), "{said}");
    // A program that it went through may have given it other line ends, and a mark.
    let marked = machine.instance.database.folder.join("marked");
    fs::write(&marked, format!("\u{feff}{}", text.replace('\n', "\r\n"))).unwrap();
    verified(&export, ["--checkpoint", name(&marked)], &key).done();
    // Nobody is told that a chain holds whose checkpoint was not looked at.
    let of_instance = kept(&machine, "instance", &["audit", "checkpoint"]);
    let other = ["audit", "verify", "--project", "acme", "--checkpoint", name(&of_instance)];
    let refused = machine.run(&other).refused(1);
    assert!(refused.contains("another chain"), "{refused}");
    // The instance has a chain, and a name, of its own.
    let other = machine.run(&["audit", "key"]).done();
    let refused = verified(&export, checkpoint, other.trim()).refused(1);
    assert!(refused.contains("not signed with any of the given keys"), "{refused}");

    let lines = fs::read_to_string(&export).unwrap();
    let changed = machine.instance.database.folder.join("changed");
    fs::write(&changed, lines.replacen("ghcr", "quay", 1)).unwrap();
    let refused = verified(&changed, checkpoint, &key).refused(1);
    assert!(refused.contains("wrong at link "), "{refused}");
    let (without_last, _) = lines.trim_end().rsplit_once('\n').unwrap();
    fs::write(&changed, without_last).unwrap();
    let refused = verified(&changed, checkpoint, &key).refused(1);
    assert!(refused.contains("ends before link "), "{refused}");
}

#[tokio::test]
async fn one_event_is_proved_with_its_line_alone() {
    let machine = Machine::set_up().await;
    let key = keys(&machine).remove(0);
    let export = exported(&machine, "export");
    let lines = fs::read_to_string(&export).unwrap();
    let one = machine.instance.database.folder.join("one");
    for (at, line) in lines.lines().enumerate() {
        let link = (at + 1).to_string();
        let of = ["audit", "proof", link.as_str(), "--project", "acme"];
        let proof = kept(&machine, &format!("proof-{link}"), &of);
        fs::write(&one, line).unwrap();
        let said = verified(&one, ["--proof", name(&proof)], &key).done();
        assert!(said.contains(&format!("Link {link} is in the chain")), "{said}");
        fs::write(&one, line.replace("event", "fetch")).unwrap();
        verified(&one, ["--proof", name(&proof)], &key).refused(1);
        // Whoever leaves out what the link says proves nothing of that, and may write nothing beside it.
        let mut bare: serde_json::Value = serde_json::from_str(line).unwrap();
        let members = bare.as_object_mut().unwrap();
        members.retain(|member, _| !matches!(member.as_str(), "kind" | "fields"));
        fs::write(&one, bare.to_string()).unwrap();
        let said = verified(&one, ["--proof", name(&proof)], &key).done();
        assert!(said.contains("does not have what the link recorded"), "{said}");
        bare["said"] = "nothing happened".into();
        fs::write(&one, bare.to_string()).unwrap();
        verified(&one, ["--proof", name(&proof)], &key).refused(1);
    }
    machine.run(&["audit", "proof", "99", "--project", "acme"]).refused(1);
    machine.run(&["audit", "proof", "0", "--project", "acme"]).refused(1);
}

#[tokio::test]
async fn a_damaged_line_is_named_and_not_told_as_one_that_is_missing() {
    let machine = Machine::set_up().await;
    let key = keys(&machine).remove(0);
    // That it was exported is an event, so the second export has two lines, and more.
    exported(&machine, "before");
    let export = exported(&machine, "export");
    let proof = kept(&machine, "proof", &["audit", "proof", "2", "--project", "acme"]);
    let lines = fs::read_to_string(&export).unwrap();
    let (first, rest) = lines.split_once('\n').unwrap();
    let changed = machine.instance.database.folder.join("changed");
    let verified = |text: &str| {
        fs::write(&changed, text).unwrap();
        verified(&changed, ["--proof", name(&proof)], &key)
    };
    let refused = verified(&format!("{first}\n{}", rest.replacen('{', "(", 1))).refused(1);
    assert!(refused.contains("Line 2 of the export cannot be read"), "{refused}");
    assert!(!refused.contains("does not have it"), "{refused}");
    let refused = verified(&format!("{first}\n")).refused(1);
    assert!(refused.contains("the export does not have it"), "{refused}");
    // What is damaged elsewhere says nothing of this one.
    verified(&format!("{}\n{rest}", first.replacen('{', "(", 1))).done();
}

#[tokio::test]
async fn a_key_is_replaced_while_both_sign() {
    let machine = Machine::set_up().await;
    let database = &machine.instance.database;
    let first = kept(&machine, "first", &CHECKPOINT);
    let old = keys(&machine);
    machine.run(&["keys", "rotate", "--purpose", "checkpoint"]).done();
    assert_eq!(keys(&machine), old, "no server signs with it yet");
    let of = "WHERE purpose = 'checkpoint' AND version =";
    for (version, state) in [(1, "archived"), (2, "active")] {
        let sql = format!("UPDATE crypto_key SET state = '{state}' {of} {version}");
        assert_eq!(database.raw(&sql).await, 1);
    }
    let both = keys(&machine);
    assert_eq!((both.len(), &both[1]), (2, &old[0]));
    let second = kept(&machine, "second", &CHECKPOINT);
    let export = exported(&machine, "export");
    for key in &both {
        verified(&export, ["--checkpoint", name(&second)], key).done();
    }
    verified(&export, ["--checkpoint", name(&first)], &both[0]).refused(1);

    let sql = format!("UPDATE crypto_key SET state = 'retired' {of} 1");
    assert_eq!(database.raw(&sql).await, 1);
    assert_eq!(keys(&machine), both[..1]);
    let third = kept(&machine, "third", &CHECKPOINT);
    let refused = verified(&export, ["--checkpoint", name(&third)], &old[0]).refused(1);
    assert!(refused.contains("not signed with any of the given keys"), "{refused}");
    // What only the old key has signed is verified with its public half, which somebody has kept.
    let against = ["audit", "verify", "--checkpoint", name(&first)];
    machine.run(&against).refused(1);
    machine.run(&[&against[..], &["--key", &old[0]]].concat()).done();
    machine.run(&["audit", "verify", "--checkpoint", name(&second)]).done();
}

#[tokio::test]
async fn after_a_restore_checkpoints_have_another_origin() {
    let (machine, server, token, _) = served().await;
    let before = kept(&machine, "before", &CHECKPOINT);
    let backup = machine.run(&["backup", "-"]).done().into_bytes();
    let links = fs::read_to_string(&before).unwrap().lines().nth(1).unwrap().to_owned();
    deliver(server.port, &token, "2").unwrap();
    let after = kept(&machine, "after", &CHECKPOINT);
    drop(server);

    let new = Elsewhere::new(&machine, None);
    let text = new.run(&["restore", "-"], &backup).done();
    assert!(text.contains("have a new origin"), "{text}");
    let note = new.run(&CHECKPOINT, b"").done();
    let first = fs::read_to_string(&before).unwrap();
    let origin = first.lines().next().unwrap();
    assert_eq!(note.lines().next().unwrap(), format!("{origin}/2"), "{note}");
    // Nothing of before is missing, but what came after the backup is.
    new.run(&["audit", "verify", "--checkpoint", name(&before)], b"").done();
    let said = new.run(&["audit", "verify", "--checkpoint", name(&after)], b"");
    let missing = links.parse::<i64>().unwrap() + 1;
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    assert!(said.out.contains(&format!("BROKEN at link {missing}")), "{}", said.out);
    // A restore by hand is the operator's to say.
    let more = new.run(&[&CHECKPOINT[..], &["--new-origin"]].concat(), b"").done();
    assert_eq!(more.lines().next().unwrap(), format!("{origin}/3"));
    new.run(&["audit", "verify"], b"").done();
}

#[tokio::test]
async fn nothing_is_signed_of_a_chain_that_does_not_hold() {
    let machine = Machine::set_up().await;
    let database = &machine.instance.database;
    let note = kept(&machine, "checkpoint", &CHECKPOINT);
    assert_eq!(machine.run(&CHECKPOINT).done(), fs::read_to_string(&note).unwrap());
    let changed = "UPDATE chain_head SET frontier = NULL";
    assert_eq!(database.raw(changed).await, 2);
    let refused = machine.run(&CHECKPOINT).refused(1);
    assert!(refused.contains("changed outside Regcred"), "{refused}");
    let with_it = ["audit", "verify", "--project", "acme", "--checkpoint", name(&note)];
    let said = machine.run(&with_it);
    assert!(said.code == Some(1) && said.out.contains("BROKEN at link "), "{}", said.out);
    // The operator answers for it: its links are what they were, and their tree is made anew.
    let project = machine.vault.store().projects().find("acme").await.unwrap().unwrap().id;
    let accept = ["doctor", "accept", "chain_head", &project.to_string(), "--yes"];
    machine.run(&accept).done();
    machine.run(&with_it).done();
    let refused = machine.run(&CHECKPOINT).refused(1);
    assert!(refused.contains("not all in its tree yet"), "{refused}");
    machine.vault.grow_trees().await.unwrap();
    let (before, now) = (fs::read_to_string(&note).unwrap(), machine.run(&CHECKPOINT).done());
    let origin = |text: &str| text.lines().next().unwrap().to_owned();
    assert_eq!(origin(&now), format!("{}/2", origin(&before)));
    let file = database.folder.join("key");
    let key = ["audit", "verify", "--checkpoint", name(&file)];
    machine.run(&key).refused(1);
}
