//! The real program: it starts, refuses to start, stops and is killed as an operator would have it.

mod addresses;
pub mod client;
pub mod instance;
mod refusals;
pub mod server;

use crate::app::{OWNER, soak};
use client::{Client, deliver, exchange};
use instance::Instance;
use regcred::domain::delivery::Outcome;
use regcred::store::{Address, Store};
use server::{Folder, Server, command};
use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use uuid::Uuid;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The key files that first starts have made.
fn keys_in(data: &Path) -> Vec<PathBuf> {
    let mut keys: Vec<PathBuf> =
        fs::read_dir(data.join("kek")).unwrap().map(|entry| entry.unwrap().path()).collect();
    keys.sort();
    keys
}

#[test]
fn a_first_start_says_where_it_is_and_keeps_its_key_to_itself() {
    let folder = Folder::new();
    let (data, log) = (folder.0.join("data"), folder.0.join("log"));
    let server = Server::start(command(&data), &log);
    let link = server.setup_link();
    let page = format!("/setup?link={link}");
    assert_eq!(
        exchange(server.port, "GET", &page, "accept: text/html\r\n", b"").unwrap().status,
        200
    );
    assert_eq!(exchange(server.port, "GET", "/readyz", "", b"").unwrap().status, 200);

    let [key]: [PathBuf; 1] = keys_in(&data).try_into().expect("one key");
    assert_eq!((mode(&data), mode(&data.join("kek")), mode(&key)), (0o700, 0o700, 0o600));
    assert!(server.greeting[0].contains(key.to_str().unwrap()), "{:?}", server.greeting);
    let text = fs::read_to_string(&key).unwrap();
    let printed = server.greeting.join("\n") + &fs::read_to_string(&log).unwrap();
    assert!(!printed.contains(text.trim()));

    assert!(server.stop().success());
    let again = Server::start(command(&data), &log);
    assert_eq!(keys_in(&data), [key]);
    assert_ne!(again.setup_link(), link, "each start makes its own link");
    assert_eq!(mode(&data.join("setup-link")), 0o600);
    assert_eq!(mode(&data.join("regcred.db")), 0o600);
    assert!(!fs::read_to_string(&log).unwrap().contains("/setup?link="));
    assert!(again.stop().success());
    let server = Server::start(command(&data), &log);
    drop(Client::set_up(&server));
    assert!(server.stop().success());
    assert!(Server::start(command(&data), &log).stop().success());
    assert!(!data.join("setup-link").exists(), "a link that does not work is left there");
}

#[test]
fn that_the_key_is_beside_the_database_is_warned_of_when_it_is_written_and_not_again() {
    let folder = Folder::new();
    let (data, log) = (folder.0.join("data"), folder.0.join("log"));
    for _ in 0..3 {
        assert!(Server::start(command(&data), &log).stop().success());
        let log = fs::read_to_string(&log).unwrap();
        assert_eq!(log.matches("is on the same volume as the database").count(), 1, "{log}");
    }
}

#[tokio::test]
async fn asked_to_stop_it_ends_cleanly() {
    let instance = Instance::new().await;
    let server = Server::start(instance.command(), &instance.log);
    drop(Client::set_up(&server));
    assert_eq!(server.stop().code(), Some(0));
    // What was in the log of the embedded database is in its file.
    let left = fs::metadata(instance.database.folder.join("regcred.db-wal")).map(|file| file.len());
    assert_eq!(left.unwrap_or(0), 0);
}

#[tokio::test]
async fn of_two_first_starts_at_once_both_work_or_one_fails_clean() {
    for _ in 0..soak(3, 50) {
        let folder = Folder::new();
        let data = folder.0.join("data");
        let start = |name: &str| {
            let (data, log) = (data.clone(), folder.0.join(name));
            thread::spawn(move || Server::try_start(command(&data), &log))
        };
        let both = [start("one"), start("other")].map(|thread| thread.join().unwrap());
        assert!(both.iter().any(Result::is_ok), "neither started");
        for one in both {
            match one {
                Ok(server) => {
                    let ready = exchange(server.port, "GET", "/readyz", "", b"").unwrap();
                    assert_eq!(ready.status, 200);
                }
                Err(code) => assert_eq!(code, Some(78)),
            }
        }
        let store = Store::connect(&Address::File(data.join("regcred.db"))).await.unwrap();
        let keys = store.keys().list().await.unwrap();
        let versions: Vec<_> = keys.iter().map(|key| (&*key.purpose, key.version)).collect();
        assert_eq!(versions, [("audit", 1), ("checkpoint", 1), ("fingerprint", 1), ("secret", 1)]);
        let ids: HashSet<_> = keys.iter().map(|key| &key.kek_id).collect();
        assert_eq!(ids.len(), 1, "the keyring is wrapped under two keys");
        store.close().await.unwrap();
        Server::start(command(&data), &folder.0.join("again"));
    }
}

#[tokio::test]
async fn what_was_delivered_is_on_record_after_kill_9() {
    let instance = Instance::new().await;
    let first = Server::start(instance.command(), &instance.log);
    let mut client = Client::set_up(&first);
    client.credential("ghcr", "ghcr.io", b"hunter2");
    let ids: Vec<String> = client.credential_ids().into_iter().map(|(_, id)| id).collect();
    let (page, token) = client.pipeline("ci", &ids);
    first.kill();

    let mut answered = HashSet::new();
    for round in 0..soak(3, 20) {
        let server = Server::start(instance.command(), &instance.log);
        let (say, runs) = channel();
        for at_once in 0..8 {
            let (say, token, port) = (say.clone(), token.clone(), server.port);
            thread::spawn(move || {
                for number in 0.. {
                    let run = format!("{round}-{at_once}-{number}");
                    match deliver(port, &token, &run) {
                        Ok(answer) if answer.status == 200 => drop(say.send(run)),
                        _ => break,
                    }
                }
            });
        }
        drop(say);
        answered.extend(runs.iter().take(40));
        server.kill();
        // Those that were answered before it was gone.
        answered.extend(runs);
    }

    let vault = instance.vault().await;
    let store = vault.store();
    let pipeline = Uuid::parse_str(page.rsplit('/').next().unwrap()).unwrap();
    let owner = store.people().find_by_email(OWNER).await.unwrap().unwrap();
    let (_, projects) = store.projects().of_person(owner.person.id).await.unwrap().unwrap();
    let project = projects[0].0.id;
    let receipts = store.receipts(project);
    let receipts = receipts.of_pipeline(pipeline, 1_000_000).await.unwrap();
    let delivered = receipts.into_iter().filter(|receipt| receipt.outcome == Outcome::Delivered);
    let recorded: HashSet<String> = delivered.filter_map(|receipt| receipt.claims.run).collect();
    let missing: Vec<_> = answered.difference(&recorded).collect();
    assert!(missing.is_empty(), "{} of {} have no receipt", missing.len(), answered.len());
    assert!(answered.len() >= 40 * soak(3, 20));
    assert_eq!(vault.first_break(project).await.unwrap(), None);
}
