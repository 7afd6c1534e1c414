//! Backup, restore on a new machine, and the pipeline that notices nothing.

use super::machine::{Machine, Said, command, said};
use crate::backup::file;
use crate::database::Database;
use crate::process::client::{Client, deliver};
use crate::process::instance::Instance;
use crate::process::server::{self, Folder, Server};
use crate::skipped::skip;
use regcred::store::Address;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use uuid::Uuid;

/// A served instance with a credential and a pipeline; gives the token and what it delivers.
pub(super) async fn served() -> (Machine, Server, String, Vec<u8>) {
    let instance = Instance::new().await;
    let server = Server::start(instance.command(), &instance.log);
    let mut client = Client::set_up(&server);
    client.credential("ghcr", "ghcr.io", b"hunter2");
    let ids: Vec<String> = client.credential_ids().into_iter().map(|(_, id)| id).collect();
    let (_, token) = client.pipeline("ci", &ids);
    let delivered = deliver(server.port, &token, "1").unwrap();
    assert_eq!(delivered.status, 200);
    let vault = instance.vault().await;
    (Machine { instance, vault }, server, token, delivered.body)
}

/// Another machine, which has been given the key.
pub(super) struct Elsewhere {
    folder: Folder,
    key: PathBuf,
    /// Its database, when it is a shared one.
    url: Option<String>,
}

impl Elsewhere {
    pub(super) fn new(machine: &Machine, url: Option<String>) -> Self {
        let folder = Folder::new();
        let key = folder.0.join("key");
        fs::copy(machine.instance.database.folder.join("key"), &key).unwrap();
        Self { folder, key, url }
    }

    fn data(&self) -> PathBuf {
        self.folder.0.join("data")
    }

    fn with_key(&self, mut command: Command) -> Command {
        command.env("REGCRED_KEK_FILE", &self.key);
        command.envs(self.url.iter().map(|url| ("DATABASE_URL", url)));
        command
    }

    pub(super) fn run(&self, args: &[&str], input: &[u8]) -> Said {
        said(self.with_key(command(&self.data(), args)), input)
    }

    /// It serves, and the pipeline receives what it always received.
    fn assert_delivers(&self, token: &str, body: &[u8]) {
        let command = self.with_key(server::command(&self.data()));
        let server = Server::start(command, &self.folder.0.join("log"));
        let delivered = deliver(server.port, token, "2").unwrap();
        assert_eq!((delivered.status, delivered.body.as_slice()), (200, body));
        assert!(server.stop().success());
    }
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn a_backup_restored_elsewhere_serves_as_before() {
    let (machine, server, token, body) = served().await;
    let backup = machine.instance.database.folder.join("backup.jsonl");
    // While it serves.
    let text = machine.run(&["backup", name(&backup)]).done();
    assert!(text.contains("Keep a copy of the key apart"), "{text}");
    assert_eq!(fs::metadata(&backup).unwrap().mode() & 0o777, 0o600);
    let there = machine.run(&["backup", name(&backup)]).refused(1);
    assert!(there.contains("is not overwritten"), "{there}");
    drop(server);

    let new = Elsewhere::new(&machine, None);
    let text = new.run(&["restore", name(&backup)], b"").done();
    let id = machine.vault.store().kek_ids().await.unwrap().pop_first().unwrap();
    for part in [&*id, "REGCRED_KEK_FILE", &format!("kek-{id}.key"), "regcred doctor"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(fs::metadata(new.data()).unwrap().mode() & 0o777, 0o700);
    assert!(new.run(&["doctor"], b"").done().contains("1 under data key 1"));
    let again = new.run(&["restore", name(&backup)], b"").refused(1);
    assert!(again.contains("empty database"), "{again}");
    new.assert_delivers(&token, &body);
}

#[tokio::test]
async fn what_a_backup_brings_back_is_listed_and_recorded_and_its_tokens_can_be_revoked() {
    let (machine, _server, token, body) = served().await;
    let database = &machine.instance.database;
    let (id, chain) = (database.id(Uuid::from_u128(7)), database.id(Uuid::nil()));
    let fetches = format!(
        "INSERT INTO destination (id, chain, name, transport, format, address, cursor_link,
            cursor_receipt, made_at, made_by)
        VALUES ({id}, {chain}, 'siem', 'pull', 'json', '', 0, 0, 0, 'Olga')"
    );
    database.raw(&fetches).await;
    let backup = machine.run(&["backup", "-"]).done().into_bytes();
    let new = Elsewhere::new(&machine, None);
    let text = new.run(&["restore", "-"], &backup).done();
    assert!(
        text.contains("1 live token, 0 trust rules, 0 approvals, 1 destination of audit logs"),
        "{text}"
    );
    for part in [
        "The tokens work again",
        "These destinations receive",
        "token of destination siem",
        "PIPELINE",
        "owner",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let event = |at: &Elsewhere| {
        let listed = at.run(&["audit", "list", "--limit", "1", "--json"], b"").json();
        assert_eq!(listed[0]["action"], "instance.restored", "{listed}");
        assert!(listed[0]["actor"].as_str().unwrap().starts_with("operator (uid "), "{listed}");
        listed[0]["detail"].as_str().unwrap().to_owned()
    };
    assert!(event(&new).starts_with("made at ") && !event(&new).contains("revoked"));
    new.assert_delivers(&token, &body);

    let other = Elsewhere::new(&machine, None);
    let said = other.run(&["restore", "-", "--revoke-tokens", "--json"], &backup).json();
    assert_eq!(said["brought_back"]["revoked_tokens"], 1, "{said}");
    assert_eq!(said["brought_back"]["stopped_destinations"], 1, "{said}");
    assert_eq!(said["brought_back"]["things"][0]["what"], "token of destination siem", "{said}");
    assert_eq!(said["brought_back"]["things"][1]["pipeline"], "ci", "{said}");
    assert_eq!(said["brought_back"]["members"][0]["role"], "owner", "{said}");
    assert!(event(&other).ends_with("tokens revoked: 1, destinations stopped: 1"));
    let server =
        Server::start(other.with_key(server::command(&other.data())), &other.folder.0.join("log"));
    assert_eq!(deliver(server.port, &token, "3").unwrap().status, 401);
    assert!(server.stop().success());
    other.run(&["audit", "verify"], b"").done();
}

#[tokio::test]
async fn a_backup_goes_through_a_pipe() {
    let (machine, _server, token, body) = served().await;
    let said = machine.run(&["backup", "-"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.starts_with("{\"format\":\"regcred-backup\""));
    assert!(said.err.contains("standard output"), "{}", said.err);
    let new = Elsewhere::new(&machine, None);
    let restored = new.run(&["restore", "-", "--json"], said.out.as_bytes());
    assert_eq!(restored.json()["authenticated"], true, "{}", restored.err);
    new.assert_delivers(&token, &body);
}

#[tokio::test]
async fn a_forged_backup_makes_no_database_and_an_old_one_needs_a_word() {
    let (machine, _server, token, body) = served().await;
    let backup = machine.run(&["backup", "-"]).done().into_bytes();
    let new = Elsewhere::new(&machine, None);
    let mut lines = file::body(&backup);
    lines.pop();
    let forged = file::ended_with(&lines, &file::proof(&backup));
    for words in [&["restore", "-"][..], &["restore", "--unauthenticated", "-"]] {
        let refused = new.run(words, &forged).refused(1);
        assert!(refused.contains("Use another copy"), "{words:?}: {refused}");
    }
    let refused = said(command(&new.data(), &["restore", "-"]), &backup).refused(1);
    assert!(refused.contains("no key was given"), "{refused}");
    let old = file::old_form(&backup);
    let refused = new.run(&["restore", "-"], &old).refused(1);
    assert!(refused.contains("--unauthenticated"), "{refused}");
    assert!(!new.data().exists(), "a folder was made for nothing");
    let text = new.run(&["restore", "--unauthenticated", "-"], &old).done();
    assert!(text.contains("This backup was not authenticated"), "{text}");
    new.assert_delivers(&token, &body);
}

#[tokio::test]
async fn a_damaged_backup_makes_no_database() {
    let machine = Machine::set_up().await;
    let backup = machine.instance.database.folder.join("backup.jsonl");
    machine.run(&["backup", name(&backup)]).done();
    let mut bytes = fs::read(&backup).unwrap();
    // Among the rows: behind the header, before the checksum.
    let at = bytes.len() - 300;
    bytes[at] ^= 1;
    fs::write(&backup, &bytes).unwrap();
    let new = Elsewhere::new(&machine, None);
    for args in [["restore", name(&backup)], ["restore", "/etc/hostname"], ["restore", "nowhere"]] {
        new.run(&args, b"").refused(1);
    }
    new.run(&["restore", "-"], &bytes).refused(1);
    assert!(!new.data().exists(), "a folder was made for nothing");
    let over = machine.run(&["restore", name(&backup)]).refused(1);
    assert!(over.contains("damaged"), "{over}");
}

#[tokio::test]
async fn the_embedded_database_moves_into_a_shared_one_and_back() {
    let target = Database::new().await;
    let Address::Postgres(url) = &target.address else {
        return skip("this test needs PostgreSQL");
    };
    // The instance of the tests is on PostgreSQL here: into a file, and into another database.
    let (machine, _server, token, body) = served().await;
    let embedded = Elsewhere::new(&machine, None);
    let shared = Elsewhere::new(&machine, Some(url.clone()));
    let first = machine.run(&["backup", "-"]);
    embedded.run(&["restore", "-"], first.out.as_bytes()).done();
    embedded.run(&["doctor"], b"").done();
    let second = embedded.run(&["backup", "-"], b"");
    shared.run(&["restore", "-"], second.out.as_bytes()).done();
    shared.run(&["doctor"], b"").done();
    assert!(!shared.data().exists(), "a shared database has no folder");
    shared.assert_delivers(&token, &body);
    embedded.assert_delivers(&token, &body);
}
