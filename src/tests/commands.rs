//! The command line: the real program, as an operator or a script uses it.

mod checkpoints;
mod help;
mod issuers;
pub mod machine;
mod transfer;

use crate::process::server::Folder;
use machine::{Machine, OWNER, PASSWORD, command, said};
use regcred::crypto::kek::Kek;
use regcred::domain::user::Role;
use regcred::store::{SessionRow, Unrecorded};
use regcred::vault::Visitor;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::MetadataExt;
use time::OffsetDateTime;

const KIM: &str = "kim@example.com";
const ANOTHER: &str = "another horse battery staple";

#[test]
fn without_a_database_each_says_so_and_makes_none() {
    let folder = Folder::new();
    let (data, backup) = (folder.0.join("data"), folder.0.join("backup"));
    let backup = backup.to_str().unwrap();
    for args in [
        &["user", "list"][..],
        &["project", "list"],
        &["issuer", "list"],
        &["keys", "list"],
        &["audit", "verify"],
        &["backup", backup],
        &["doctor"],
    ] {
        let sentence = said(command(&data, args), b"").refused(78);
        assert!(sentence.contains("There is no Regcred database in"), "{args:?}: {sentence}");
        assert!(sentence.contains("REGCRED_DATA"), "{args:?}: {sentence}");
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0, "something was made");
    // A schema without a keyring is no instance either, and gets no key from a command.
    said(command(&data, &["migrate"]), b"").done();
    said(command(&data, &["user", "list"]), b"").refused(78);
    assert!(!data.join("kek").exists());
}

#[tokio::test]
async fn migrate_says_what_it_did() {
    let folder = Folder::new();
    let data = folder.0.join("data");
    let first = said(command(&data, &["migrate"]), b"").done();
    assert!(first.contains("create_people was applied") && first.contains("up to date"), "{first}");
    let again = said(command(&data, &["migrate", "--json"]), b"").json();
    assert_eq!(again["applied"], json!([]));
    assert!(first.contains(again["schema"].as_str().unwrap()));
    assert_eq!(fs::metadata(&data).unwrap().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_common_password_is_refused_by_each_command_that_sets_one() {
    let machine = Machine::set_up().await;
    let add = ["user", "add", "--email", KIM, "--name", "Kim"];
    for args in [&add[..], &["user", "password", OWNER]] {
        let refused = machine.run_with(args, b"PasswordPassword\n").refused(1);
        assert!(
            refused.contains("common passwords") && !refused.contains("PasswordPassword"),
            "{refused}"
        );
    }
    let refused = machine.run_with(&add, KIM.as_bytes()).refused(1);
    assert!(refused.contains("consists of an email address"), "{refused}");
    assert!(machine.vault.sign_in(OWNER, PASSWORD, Visitor::default()).await.is_ok());
}

#[tokio::test]
async fn a_set_up_link_is_printed_until_there_is_an_admin() {
    let machine = Machine::new().await;
    let ask = |args: &[&str]| {
        let mut command = machine.command(&[&["setup-link"][..], args].concat());
        command.env("REGCRED_URL", "https://regcred.example.com");
        said(command, b"")
    };
    let secret = |text: &str| text.trim().rsplit_once("/setup?link=").unwrap().1.to_owned();
    let first = ask(&[]).done();
    assert!(first.contains(" https://regcred.example.com/setup?link="), "{first}");
    let second = ask(&["--json"]).json()["link"].as_str().unwrap().to_owned();
    let vault = &machine.vault;
    assert!(!vault.setup_is_open(&secret(&first)).await.unwrap(), "an older link works");
    assert!(vault.setup_is_open(&secret(&second)).await.unwrap());
    let life = machine
        .instance
        .database
        .scalar_i64("SELECT until FROM instance WHERE name = 'setup_link'");
    let minutes = (life.await / 1000 - OffsetDateTime::now_utc().unix_timestamp()) / 60;
    assert!((55..=60).contains(&minutes), "it works for {minutes} minutes");

    let mut nowhere = machine.command(&["setup-link"]);
    nowhere.env("REGCRED_LISTEN", "127.0.0.1:0");
    assert!(said(nowhere, b"").refused(1).contains("Set REGCRED_URL"));
    let add = ["user", "add", "--email", OWNER, "--name", "Olga Owner", "--admin"];
    machine.run_with(&add, PASSWORD.as_bytes()).done();
    assert!(ask(&[]).refused(1).contains("set up already"));
}

#[tokio::test]
async fn a_person_is_added_and_signs_in_until_disabled() {
    let machine = Machine::set_up().await;
    let add = ["user", "add", "--email", KIM, "--name", "Kim", "--project", "acme"];
    let with_role = [&add[..], &["--role", "viewer"]].concat();
    machine.run_with(&with_role, b"too short\n").refused(1);
    let text = machine.run_with(&with_role, format!("{PASSWORD}\n").as_bytes()).done();
    assert!(text.contains("kim@example.com was added"), "{text}");
    let taken = machine.run_with(&with_role, PASSWORD.as_bytes()).refused(1);
    assert!(taken.contains("already exists"), "{taken}");
    machine.run_with(&add, PASSWORD.as_bytes()).refused(2);

    let vault = &machine.vault;
    let kim = vault.sign_in(KIM, PASSWORD, Visitor::default()).await.unwrap();
    assert_eq!(vault.member(&kim, "acme").await.unwrap().role(), Role::Viewer);
    let session = SessionRow {
        id_hash: vec![7; 32],
        data: "{}".to_owned(),
        person_id: Some(kim.id),
        expires_at: i64::MAX,
        ends_at: i64::MAX,
        mac: None,
    };
    let write = vault.store().write().await.unwrap();
    write.sessions().insert(session).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();

    machine.run(&["user", "disable", KIM]).done();
    assert!(vault.sign_in(KIM, PASSWORD, Visitor::default()).await.is_err());
    assert!(vault.person(kim.id).await.is_err());
    assert!(vault.store().sessions().find(&[7; 32], 0).await.unwrap().is_none());
    let state = |machine: &Machine| {
        let people = machine.json(&["user", "list"]);
        let people = people.as_array().unwrap().clone();
        people.into_iter().find(|person| person["email"] == KIM).unwrap()
    };
    assert!(state(&machine)["disabled_at"].is_string());
    machine.run(&["user", "enable", KIM]).done();
    assert!(vault.sign_in(KIM, PASSWORD, Visitor::default()).await.is_ok());

    machine.run_with(&["user", "password", KIM], ANOTHER.as_bytes()).done();
    assert!(vault.sign_in(KIM, PASSWORD, Visitor::default()).await.is_err());
    assert!(vault.sign_in(KIM, ANOTHER, Visitor::default()).await.is_ok());
    machine.run(&["user", "admin", KIM, "--yes"]).done();
    assert_eq!(state(&machine)["admin"], true);
    machine.run(&["user", "admin", KIM, "--no"]).done();
    assert_eq!(state(&machine)["admin"], false);
    machine.run(&["user", "admin", KIM]).refused(2);
    let unknown = machine.run(&["user", "disable", "nobody@example.com"]).refused(1);
    assert!(unknown.contains("user list"), "{unknown}");
    // With an admin no link sets the instance up any more.
    assert!(vault.new_setup_link().await.unwrap().is_none());

    let events = machine.json(&["audit", "list"]);
    let actions: Vec<&str> =
        events.as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
    for action in ["user.created", "user.disabled", "user.enabled", "user.password_set"] {
        assert!(actions.contains(&action), "{actions:?}");
    }
    let by = events[0]["actor"].as_str().unwrap();
    assert!(by.starts_with("operator (uid ") && events[0]["subject"] == KIM, "{}", events[0]);
    assert!(!events.to_string().contains("horse"));
}

#[tokio::test]
async fn projects_have_members() {
    let machine = Machine::set_up().await;
    machine.run_with(&["user", "add", "--email", KIM, "--name", "Kim"], PASSWORD.as_bytes()).done();
    let added = machine.json(&["project", "add", "Acme", "--owner", OWNER]);
    assert_eq!(added["slug"], "acme-2", "the URL of the first is its own");
    machine.run(&["project", "member", "add", "acme-2", KIM, "auditor"]).done();
    let same = machine.run(&["project", "member", "add", "acme-2", KIM, "auditor"]).refused(1);
    assert!(same.contains("already a member"), "{same}");
    let text = machine.run(&["project", "member", "add", "acme-2", KIM, "owner"]).done();
    assert!(text.contains("was changed from auditor to owner"), "{text}");
    machine.run(&["project", "member", "add", "acme-2", KIM, "auditor"]).done();
    let changed = machine.json(&["audit", "list", "--project", "acme-2", "--limit", "1"]);
    assert_eq!(changed[0]["action"], "member.role_changed", "{changed}");
    machine.run(&["project", "member", "add", "acme-2", KIM, "king"]).refused(2);
    machine.run(&["project", "member", "add", "acme-3", KIM, "owner"]).refused(1);
    let members = machine.json(&["project", "member", "list", "acme-2"]);
    let one = |one: &Value| format!("{} {}", one["email"], one["role"]);
    let roles: Vec<String> = members.as_array().unwrap().iter().map(one).collect();
    assert_eq!(roles, ["\"kim@example.com\" \"auditor\"", "\"owner@example.com\" \"owner\""]);
    let text = machine.run(&["project", "list"]).done();
    assert!(text.lines().any(|line| line.starts_with("acme-2") && line.contains(" 2 ")), "{text}");
    machine.run(&["project", "member", "remove", "acme-2", KIM]).done();
    machine.run(&["project", "member", "remove", "acme-2", KIM]).refused(1);
    assert_eq!(machine.json(&["project", "member", "list", "acme-2"]).as_array().unwrap().len(), 1);
    let events = machine.json(&["audit", "list", "--project", "acme-2", "--limit", "2"]);
    assert_eq!(events[0]["action"], "member.removed");
    assert_eq!(events.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn data_keys_are_listed_and_changed() {
    let machine = Machine::set_up().await;
    let secret_keys = || {
        let report = machine.json(&["keys", "list"]);
        let keys = report["keys"].as_array().unwrap().clone();
        keys.into_iter()
            .filter(|key| key["purpose"] == "secret")
            .map(|key| {
                (key["version"].as_u64().unwrap(), key["state"].as_str().unwrap().to_owned())
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(secret_keys(), [(1, "active".to_owned())]);
    let rotated = machine.json(&["keys", "rotate"]);
    assert_eq!(rotated["version"], 2);
    assert_eq!(secret_keys(), [(1, "active".to_owned()), (2, "pending".to_owned())]);
    machine.run(&["keys", "rotate"]).refused(1);
    let active = machine.run(&["keys", "retire", "1"]).refused(1);
    assert!(active.contains("active"), "{active}");
    let unknown = machine.run(&["keys", "destroy", "9"]).refused(1);
    assert!(unknown.contains("keys list"), "{unknown}");
    machine.run(&["keys", "retire", "first"]).refused(2);
    let rotated = machine.json(&["keys", "rotate", "--purpose", "fingerprint"]);
    assert_eq!(rotated["version"], 2);
    assert_eq!(rotated["purpose"], "fingerprint");
    assert_eq!(secret_keys().len(), 2);
    let rotated = machine.json(&["keys", "rotate", "--purpose", "audit"]);
    assert_eq!(rotated["version"], 2);
    assert_eq!(rotated["purpose"], "audit");
    let kept = machine.run(&["keys", "destroy", "1", "--purpose", "audit"]).refused(1);
    assert!(kept.contains("cannot be destroyed"), "{kept}");
    machine.run(&["keys", "rotate", "--purpose", "other"]).refused(2);
}

#[test]
fn a_new_key_is_for_its_owner_only_and_never_printed() {
    let folder = Folder::new();
    let path = folder.0.join("kek");
    let name = path.to_str().unwrap();
    let text = said(command(&folder.0, &["keys", "new", name]), b"").done();
    let written = fs::read_to_string(&path).unwrap();
    let id = Kek::parse(written.as_bytes()).unwrap().id().to_string();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert!(text.contains(&id) && text.contains("REGCRED_KEK_PREVIOUS_FILE"), "{text}");
    assert!(!text.contains(&written[..16]));
    let there = said(command(&folder.0, &["keys", "new", name]), b"").refused(1);
    assert!(there.contains("already exists"), "{there}");
    assert_eq!(fs::read_to_string(&path).unwrap(), written);
}

#[tokio::test]
async fn a_broken_chain_is_named() {
    let machine = Machine::set_up().await;
    let whole = machine.json(&["audit", "verify"]);
    let names: Vec<&str> =
        whole.as_array().unwrap().iter().map(|chain| chain["chain"].as_str().unwrap()).collect();
    assert!(names.contains(&"instance") && names.contains(&"acme"), "{names:?}");
    assert!(whole[0]["head"].as_str().unwrap().len() == 64 && whole[0]["links"] != 0, "{whole}");

    let database = &machine.instance.database;
    let changed = "UPDATE audit_event SET detail = 'nothing' WHERE action = 'member.added'";
    assert_eq!(database.raw(changed).await, 1);
    let said = machine.run(&["audit", "verify"]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    assert!(said.out.contains("BROKEN at link 2"), "{}", said.out);
    let said = machine.run(&["audit", "verify", "--project", "acme"]);
    assert_eq!((said.code, said.out.lines().count()), (Some(1), 3), "{}", said.out);
    machine.run(&["audit", "verify", "--project", "nowhere"]).refused(1);
    assert_eq!(database.raw("DELETE FROM chain_head").await, 2);
    let said = machine.run(&["audit", "verify"]);
    assert_eq!((said.code, said.out.matches("BROKEN").count()), (Some(1), 2), "{}", said.out);
}
