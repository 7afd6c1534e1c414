//! The doctor finds what is wrong, names it, and is quiet when nothing is.

mod shipping;

use crate::commands::machine::{Machine, OWNER, PASSWORD, command, said};
use crate::process::instance::key_file;
use crate::process::server::Folder;
use regcred::crypto::kek::Kek;
use regcred::domain::credential_form::CredentialForm;
use regcred::domain::permission::of;
use regcred::vault::{SecretInput, Visitor};
use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use uuid::Uuid;

/// A machine with two credentials.
async fn with_credentials() -> (Machine, Vec<Uuid>) {
    let machine = Machine::set_up().await;
    let vault = &machine.vault;
    let owner = vault.sign_in(OWNER, PASSWORD, Visitor::default()).await.unwrap();
    let editor = vault.member(&owner, "acme").await.unwrap().can::<of::RegistryWrite>().unwrap();
    let mut ids = Vec::new();
    for (name, host) in [("victim", "ghcr.io"), ("bystander", "quay.io")] {
        let form = CredentialForm {
            name: name.to_owned(),
            registry_url: host.to_owned(),
            method: "password".to_owned(),
            username: "acme-bot".to_owned(),
            access: "pull".to_owned(),
            ..CredentialForm::default()
        };
        let secret = SecretInput { password: "hunter2".into(), ..SecretInput::default() };
        ids.push(vault.create_credential(&editor, &form, &secret).await.unwrap().id);
    }
    (machine, ids)
}

/// What it found, with its exit code.
fn found(machine: &Machine) -> (Option<i32>, Value) {
    let said = machine.run(&["doctor", "--json"]);
    (said.code, said.json())
}

/// How that check came out, and what it says.
fn check<'a>(report: &'a Value, name: &str) -> (&'a str, &'a str) {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["check"] == name);
    let check = check.unwrap_or_else(|| panic!("{name} was not looked at: {report}"));
    (check["state"].as_str().unwrap(), check["text"].as_str().unwrap())
}

#[tokio::test]
async fn nothing_wrong_is_nothing_said() {
    let (machine, _) = with_credentials().await;
    let (code, report) = found(&machine);
    // The key of these tests is beside the embedded database, and that is said.
    let is_beside = machine.instance.database.is_embedded();
    let state = if is_beside { "warning" } else { "ok" };
    assert_eq!((code, report["state"].as_str()), (Some(0), Some(state)), "{report}");
    let found = report["checks"].as_array().unwrap().iter();
    let found: Vec<_> = found.filter(|check| check["state"] != "ok").collect();
    assert_eq!(found.len(), usize::from(is_beside), "{report}");
    if is_beside {
        assert_eq!(check(&report, "key-file").0, "warning", "{report}");
        assert!(check(&report, "key-file").1.contains("on the same volume as the database"));
    }
    assert_eq!(report["secrets"]["by_data_key"]["1"], 2);
    for name in ["schema", "keys", "secrets", "binding", "rows", "audit", "clock", "permissions"] {
        assert_eq!(check(&report, name).0, "ok", "{report}");
    }
    let text = machine.run(&["doctor"]).done();
    assert!(text.contains("All stored secrets can be decrypted: 2 under data key 1."), "{text}");
    assert!(text.contains("Each secret is bound to its credential and user name."), "{text}");
    assert!(!text.contains("hunter2"));
}

#[tokio::test]
async fn one_flipped_byte_is_named() {
    let (machine, ids) = with_credentials().await;
    let database = &machine.instance.database;
    let of = format!("WHERE credential_id = {}", database.id(ids[0]));
    let mut sealed: Vec<u8> =
        database.scalar(&format!("SELECT sealed FROM secret_version {of}")).await;
    let last = sealed.len() - 1;
    sealed[last] ^= 1;
    let bytes = database.bytes(&sealed);
    assert_eq!(database.raw(&format!("UPDATE secret_version SET sealed = {bytes} {of}")).await, 1);

    let (code, report) = found(&machine);
    assert_eq!(code, Some(1), "{report}");
    let (state, text) = check(&report, "secrets");
    assert_eq!(state, "problem");
    assert!(text.contains("victim") && text.contains(&ids[0].to_string()), "{text}");
    assert!(!text.contains("bystander"), "{text}");
    assert_eq!(report["secrets"]["failed"], 1);
    assert_eq!(report["secrets"]["unreadable"][0]["credential"], "victim");
    assert_eq!(check(&report, "audit").0, "ok", "{report}");

    // No ciphertext at all is no better.
    database.raw(&format!("DELETE FROM secret_version {of}")).await;
    let (code, report) = found(&machine);
    assert_eq!(code, Some(1), "{report}");
    assert!(check(&report, "secrets").1.contains("its ciphertext is missing"), "{report}");
}

#[tokio::test]
async fn a_row_that_names_another_data_key_is_named() {
    let (machine, _) = with_credentials().await;
    machine.instance.database.raw("UPDATE secret_version SET data_key = 2").await;
    let (code, report) = found(&machine);
    assert_eq!((code, &report["secrets"]["failed"]), (Some(1), &2.into()), "{report}");
}

#[tokio::test]
async fn a_row_that_names_no_data_key_or_has_lost_its_ciphertext_is_named() {
    let (machine, ids) = with_credentials().await;
    let database = &machine.instance.database;
    let [victim, bystander] = [database.id(ids[0]), database.id(ids[1])];
    for sql in [
        format!("UPDATE secret_version SET data_key = NULL WHERE credential_id = {victim}"),
        format!("UPDATE secret_version SET sealed = NULL WHERE credential_id = {bystander}"),
        // So that it is an older version that lost it.
        format!("UPDATE credential SET secret_version = 2 WHERE id = {bystander}"),
    ] {
        assert_eq!(database.raw(&sql).await, 1, "{sql}");
    }
    let (code, report) = found(&machine);
    assert_eq!(code, Some(1), "{report}");
    let (_, text) = check(&report, "secrets");
    for said in [
        format!("victim ({}), the current version 1: its row names no data key", ids[0]),
        format!("bystander ({}), version 1: its ciphertext is missing", ids[1]),
    ] {
        assert!(text.contains(&said), "{text}");
    }
}

#[tokio::test]
async fn a_row_that_was_changed_is_named_below_what_to_do_for_its_table() {
    let (machine, ids) = with_credentials().await;
    let database = &machine.instance.database;
    let project = machine.vault.store().projects().find("acme").await.unwrap().unwrap().id;
    for sql in [
        format!("UPDATE chain_head SET seq = seq - 1 WHERE chain = {}", database.id(project)),
        format!(
            "UPDATE credential SET host = 'evil.example.com' WHERE id = {}",
            database.id(ids[0])
        ),
        "UPDATE membership SET role = 'viewer'".to_owned(),
    ] {
        assert_eq!(database.raw(&sql).await, 1, "{sql}");
    }
    let (code, report) = found(&machine);
    let (state, text) = check(&report, "rows");
    assert_eq!(
        (code, state, &report["rows"]["tampered"]),
        (Some(1), "problem", &3.into()),
        "{text}"
    );
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let above = |row: &str| lines[lines.iter().position(|line| line.starts_with(row)).unwrap() - 1];
    // Without it the whole chain could be cut off.
    assert!(above("chain_head ").contains("Do not delete these. Compare"), "{text}");
    assert_eq!(above("credential "), "Do not delete these. Restore a backup:");
    assert!(above("membership ").starts_with("Delete these"), "{text}");
}

#[tokio::test]
async fn a_broken_chain_a_wrong_clock_and_an_open_folder_are_found() {
    let (machine, _) = with_credentials().await;
    let database = &machine.instance.database;
    let later = "UPDATE audit_event SET at = at + 3600000 WHERE action = 'credential.created'";
    assert_eq!(database.raw(later).await, 2);
    fs::set_permissions(&database.folder, Permissions::from_mode(0o755)).unwrap();
    let (code, report) = found(&machine);
    assert_eq!(code, Some(1), "{report}");
    assert!(check(&report, "audit").1.contains("acme at link"), "{report}");
    assert_eq!(check(&report, "clock").0, "problem", "{report}");
    let (state, text) = check(&report, "permissions");
    let is_found = state != "ok" && text.contains("chmod 700");
    assert!(is_found || !database.is_embedded(), "{text}");
    assert_eq!(check(&report, "secrets").0, "ok", "{report}");
}

#[tokio::test]
async fn without_the_key_it_says_which_one_is_needed() {
    let (machine, _) = with_credentials().await;
    let folder = &machine.instance.database.folder;
    let wrong = folder.join("wrong");
    key_file(&wrong, &Kek::generate().unwrap(), 0o600);
    let mut command = machine.command(&["doctor", "--json"]);
    command.env("REGCRED_KEK_FILE", &wrong);
    let said = said(command, b"");
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    let report = said.json();
    let id = machine.vault.store().kek_ids().await.unwrap().pop_first().unwrap();
    assert!(check(&report, "keys").1.contains(&id), "{report}");
    assert_eq!(check(&report, "secrets").0, "warning");
    assert_eq!(check(&report, "schema").0, "ok");
}

#[tokio::test]
async fn a_schema_that_is_behind_or_ahead_is_a_finding() {
    let (machine, _) = with_credentials().await;
    let database = &machine.instance.database;
    let ahead = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m2999_later', 0)";
    database.raw(ahead).await;
    let (code, report) = found(&machine);
    assert_eq!((code, check(&report, "schema").0), (Some(1), "problem"), "{report}");
    assert!(check(&report, "schema").1.contains("m2999_later"), "{report}");
    machine.run(&["user", "list"]).refused(78);
    machine.run(&["migrate"]).refused(78);
    database.raw("DELETE FROM seaql_migrations WHERE version = 'm2999_later'").await;

    let newest = database.scalar_text("SELECT MAX(version) FROM seaql_migrations").await;
    database.raw(&format!("DELETE FROM seaql_migrations WHERE version = '{newest}'")).await;
    let (code, report) = found(&machine);
    assert_eq!((code, check(&report, "schema").0), (Some(1), "problem"), "{report}");
    assert!(check(&report, "schema").1.contains("regcred migrate"), "{report}");
    let sentence = machine.run(&["user", "list"]).refused(78);
    assert!(sentence.contains("regcred migrate"), "{sentence}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = Folder::new();
    fs::write(folder.0.join("regcred.db"), [0x5a; 8192]).unwrap();
    said(command(&folder.0, &["doctor"]), b"").refused(78);
}

#[tokio::test]
async fn a_credential_that_is_accepted_is_marked_no_more_and_neither_is_its_secret() {
    let (machine, ids) = with_credentials().await;
    let database = &machine.instance.database;
    let id = database.id(ids[0]);
    for table in ["credential", "secret_version"] {
        let column = if table == "credential" { "id" } else { "credential_id" };
        let (mark, change) = if table == "credential" {
            ("secret_unreadable_at", "username = 'acme-robot'")
        } else {
            ("unreadable_at", "staged_at = 5")
        };
        let sql = format!("UPDATE {table} SET {mark} = 1, {change} WHERE {column} = {id}");
        assert_eq!(database.raw(&sql).await, 1, "{sql}");
    }
    let marks = "SELECT (SELECT COUNT(*) FROM credential WHERE secret_unreadable_at IS NOT NULL)
        + (SELECT COUNT(*) FROM secret_version WHERE unreadable_at IS NOT NULL)";
    assert_eq!(database.scalar_i64(marks).await, 2);
    let (_, report) = found(&machine);
    for row in report["rows"]["named"].as_array().unwrap() {
        let (table, id) = (row["table"].as_str().unwrap(), row["id"].as_str().unwrap());
        machine.run(&["doctor", "accept", table, id, "--yes"]).done();
    }
    assert_eq!(database.scalar_i64(marks).await, 0);
}
