//! First starts: at once, on two machines, and what the program brings along.

use super::install::{Install, bytes_of, file};
use crate::app::soak;
use crate::process::client::exchange;
use crate::process::instance::key_file;
use crate::process::server::{Folder, Refusal, Server, command, program, refused};
use aho_corasick::AhoCorasick;
use regcred::crypto::kek::Kek;
use regcred::store::{Address, Store};
use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

/// The key files that first starts have made.
fn keys_in(data: &Path) -> Vec<PathBuf> {
    fs::read_dir(data.join("kek")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The key that the first start of a new installation makes.
fn first_key() -> Kek {
    let folder = Folder::new();
    let data = folder.0.join("data");
    assert!(Server::start(command(&data), &folder.0.join("log")).stop().success());
    let [key]: [PathBuf; 1] = keys_in(&data).try_into().expect("one key");
    Kek::parse(&fs::read(key).unwrap()).unwrap()
}

#[tokio::test]
async fn two_first_starts_at_once_both_serve_under_one_key() {
    for round in 0..soak(10, 50) {
        let folder = Folder::new();
        let data = folder.0.join("data");
        let start = |name: &str| {
            let (data, log) = (data.clone(), folder.0.join(name));
            thread::spawn(move || Server::start(command(&data), &log))
        };
        let both = [start("one"), start("other")].map(|thread| thread.join().unwrap());
        for server in &both {
            let ready = exchange(server.port, "GET", "/readyz", "", b"").unwrap();
            assert_eq!(ready.status, 200, "{round}");
        }
        let says = |server: &&Server| server.greeting.iter().any(|line| line.contains("kek-"));
        assert_eq!(both.iter().filter(says).count(), 1, "{round}: one made the key and says so");
        for server in both {
            assert!(server.stop().success(), "{round}");
        }
        let [key]: [PathBuf; 1] = keys_in(&data).try_into().expect("one key");
        let id = Kek::parse(&fs::read(key).unwrap()).unwrap().id().to_string();
        let store = Store::connect(&Address::File(data.join("regcred.db"))).await.unwrap();
        assert_eq!(store.kek_ids().await.unwrap(), BTreeSet::from([id]), "{round}");
        let keys = store.keys().list().await.unwrap();
        let purposes: HashSet<&str> = keys.iter().map(|key| key.purpose.as_str()).collect();
        assert_eq!(purposes.len(), keys.len(), "{round}: a purpose has two keys");
        store.close().await.unwrap();
        assert!(Server::start(command(&data), &folder.0.join("again")).stop().success());
    }
}

#[test]
fn a_first_start_takes_the_key_it_is_given_or_none_at_all() {
    let folder = Folder::new();
    let (data, path) = (folder.0.join("data"), folder.0.join("cut"));
    let kek = Kek::generate().unwrap();
    key_file(&path, &kek, 0o600);
    fs::write(&path, &kek.to_text()[..20]).unwrap();
    let mut bad = command(&data);
    bad.env("REGCRED_KEK_FILE", &path);
    let Refusal { code, text, was_open, .. } = refused(bad);
    assert_eq!(code, Some(78), "{text}");
    assert!(!was_open && text.contains("does not contain a key"), "{text}");
    // No other key takes the place of the one that was meant.
    assert!(!data.join("kek").exists());
    key_file(&path, &kek, 0o600);
    let mut good = command(&data);
    good.env("REGCRED_KEK_FILE", &path);
    assert!(Server::start(good, &folder.0.join("log")).stop().success());
    assert!(!data.join("kek").exists());
}

#[test]
fn two_fresh_installs_share_no_eight_bytes_of_key() {
    let (one, other) = (bytes_of(&first_key()), bytes_of(&first_key()));
    let windows: HashSet<&[u8]> = one.windows(8).collect();
    assert!(!other.windows(8).any(|window| windows.contains(window)));
    // Nor does the key of one open the other.
    let install = Install::new();
    let foreign = install.private("foreign", &one);
    let id = Kek::parse(&one).unwrap().id().to_string();
    install.refuses("another's", &[file(&foreign)], &[&id, &install.right.id().to_string()]);
}

#[test]
fn the_binary_holds_no_key() {
    let mut needles: Vec<Vec<u8>> = Vec::new();
    for kek in [first_key(), first_key()] {
        let bytes = bytes_of(&kek);
        needles.extend(bytes.windows(8).map(<[u8]>::to_vec));
        // As text as well: eight bytes are 11 characters of base64 and 16 hex digits.
        needles.extend(kek.to_text().as_bytes().windows(11).map(<[u8]>::to_vec));
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        needles.extend(hex.as_bytes().windows(16).map(<[u8]>::to_vec));
        needles.extend(hex.to_uppercase().as_bytes().windows(16).map(<[u8]>::to_vec));
    }
    let search = AhoCorasick::new(&needles).unwrap();
    let binary = fs::read(program()).unwrap();
    assert!(binary.len() > 1_000_000, "that is no program");
    assert!(search.find(&binary).is_none(), "a key is in the program");
    // The search finds one that is there.
    let with_key = [&binary[..1_000], &needles[0], &binary[1_000..2_000]].concat();
    assert!(search.find(&with_key).is_some());
}
