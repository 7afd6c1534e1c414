//! Without its key it does not start (security T12, figure F19).

use super::client::Client;
use super::instance::{Instance, key_file};
use super::keys_in;
use super::server::{Folder, Refusal, Server, command, refused};
use crate::skipped::is_on_postgres;
use regcred::crypto::digest::sha256;
use regcred::crypto::kek::Kek;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

#[test]
fn without_its_key_it_ends_before_it_listens_and_changes_nothing() {
    let folder = Folder::new();
    let (data, log) = (folder.0.join("data"), folder.0.join("log"));
    let first = Server::start(command(&data), &log);
    drop(Client::set_up(&first));
    assert!(first.stop().success());
    let [local]: [PathBuf; 1] = keys_in(&data).try_into().expect("one key");
    let right = Kek::parse(&fs::read(&local).unwrap()).unwrap();
    let (wrong, previous) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let path = |name: &str| folder.0.join(name);
    key_file(&path("wrong"), &wrong, 0o600);
    key_file(&path("previous"), &previous, 0o600);
    key_file(&path("open"), &right, 0o644);
    key_file(&path("cut"), &right, 0o600);
    fs::write(path("cut"), &right.to_text()[..20]).unwrap();
    let before = sha256(&fs::read(data.join("regcred.db")).unwrap());

    let check = |case: &str, settings: &[(&str, PathBuf)], says: &[&str]| {
        let mut command = command(&data);
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        let Refusal { code, took, text, was_open } = refused(command);
        assert_eq!(code, Some(78), "{case}: {text}");
        assert!(took < Duration::from_secs(2), "{case}: {took:?}");
        assert!(!was_open, "{case}: it listened");
        assert_eq!(sha256(&fs::read(data.join("regcred.db")).unwrap()), before, "{case}");
        for part in says {
            assert!(text.contains(part), "{case}: {text}");
        }
        for kek in [&right, &wrong, &previous] {
            assert!(!text.contains(&kek.to_text()[..20]), "{case} prints a key");
        }
    };
    let (id, other, third) =
        (right.id().to_string(), wrong.id().to_string(), previous.id().to_string());
    let file = |name: &str| ("REGCRED_KEK_FILE", path(name));
    check("wrong", &[file("wrong")], &[&id, &other]);
    let two = [file("wrong"), ("REGCRED_KEK_PREVIOUS_FILE", path("previous"))];
    check("two wrong ones", &two, &[&id, &other, &third]);
    check("not there", &[file("nowhere")], &["nowhere", "cannot be read"]);
    check("cut short", &[file("cut")], &["does not contain a key"]);
    check("open to others", &[file("open")], &["chmod 600"]);
    let kept = path("kept");
    fs::rename(data.join("kek"), &kept).unwrap();
    check("none", &[], &[&id, "no key was given"]);
    assert!(!data.join("kek").exists(), "a key was made beside a keyring that exists");
    fs::rename(&kept, data.join("kek")).unwrap();
    let whole = fs::read(&local).unwrap();
    fs::write(&local, &whole[..20]).unwrap();
    check("its own, cut short", &[], &["does not contain a key"]);
    fs::write(&local, &whole).unwrap();

    assert_eq!(keys_in(&data), [local]);
    Server::start(command(&data), &log);
}

#[tokio::test]
async fn a_shared_database_without_a_key_is_refused_and_stays_empty() {
    if !is_on_postgres("this test is about PostgreSQL") {
        return;
    }
    let instance = Instance::new().await;
    let mut command = instance.command();
    command.env_remove("REGCRED_KEK_FILE");
    let Refusal { code, took, text, was_open } = refused(command);
    assert_eq!(code, Some(78), "{text}");
    assert!(took < Duration::from_secs(2) && !was_open, "{took:?}");
    assert!(text.contains("no key was given") && text.contains("REGCRED_KEK_FILE"), "{text}");
    let tables = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public'";
    assert_eq!(instance.database.scalar_i64(tables).await, 0);
}
