//! A disk that is full, as far as the program can tell: the system lets it make no file longer. What
//! has to be written is refused, what is there can be read, and with room again all goes on.

use crate::app::soak;
use crate::process::client::{Client, deliver, exchange};
use crate::process::instance::Instance;
use crate::process::server::{Folder, Server, program};
use crate::skipped::is_on_sqlite;
use std::fs;
use std::process::Command;

/// The program under a shell that allows files of so many KiB. That it sees the error, and is not
/// killed for it, is the program's own work.
fn limited(instance: &Instance, arguments: &str, kib: u64) -> Command {
    let blocks = kib * 2;
    let line = format!("ulimit -f {blocks}; exec \"$0\" {arguments}");
    let mut command = instance.command_of("sh".into(), "-c");
    command.arg(line).arg(program());
    command.env("REGCRED_LISTEN", "127.0.0.1:0");
    command
}

/// What the log of the embedded database may grow to, in KiB: some deliveries fit, a batch of secrets
/// that are sealed again does not.
const ROOM: u64 = 200;

#[tokio::test]
async fn a_full_disk_in_the_middle_of_a_rotation_loses_nothing() {
    if !is_on_sqlite("the files of PostgreSQL are those of another server") {
        return;
    }
    let instance = Instance::new().await;
    let server = Server::start(instance.command(), &instance.log);
    let mut client = Client::set_up(&server);
    for number in 0..soak(60, 600) {
        let (name, host) = (format!("c{number}"), format!("r{number}.example.com"));
        client.credential(&name, &host, b"hunter2-hunter2");
    }
    let ids: Vec<String> = client.credential_ids().into_iter().map(|(_, id)| id).collect();
    let (_, token) = client.pipeline("ci", &ids[..1]);
    let expected = client.deliver(&token).body;
    // Stopped, it leaves no log behind; the new key waits for the next server.
    assert!(server.stop().success());
    let rotated = instance.command_of(program(), "keys").arg("rotate").status().unwrap();
    assert!(rotated.success());

    let server = Server::start(limited(&instance, "serve", ROOM), &instance.log);
    let mut refused = 0;
    for _ in 0..200 {
        let answer = deliver(server.port, &token, "full").unwrap();
        match answer.status {
            200 => assert_eq!(answer.body, expected),
            503 => {
                refused += 1;
                assert!(!String::from_utf8_lossy(&answer.body).contains("auths"));
            }
            other => panic!("{other}: {}", answer.text()),
        }
    }
    assert!(refused > 0, "the disk was not full");
    // What is there can be read, and the process lives.
    let page = exchange(server.port, "GET", "/sign-in", "accept: text/html\r\n", b"").unwrap();
    assert_eq!(page.status, 200);
    server.kill();

    let server = Server::start(instance.command(), &instance.log);
    loop {
        let report = instance.keys();
        let keys = report["keys"].as_array().cloned().unwrap_or_default();
        let is_active = |key: &serde_json::Value| {
            key["purpose"] == "secret" && key["version"] == 2 && key["state"] == "active"
        };
        if report["rewrap"].is_null() && keys.iter().any(is_active) {
            break;
        }
    }
    assert_eq!(deliver(server.port, &token, "after").unwrap().body, expected);
    server.stop();
    let doctor = instance.command_of(program(), "doctor").output().unwrap();
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
}

#[tokio::test]
async fn a_backup_that_does_not_fit_leaves_no_file_that_looks_like_one() {
    let instance = Instance::new().await;
    let server = Server::start(instance.command(), &instance.log);
    let mut client = Client::set_up(&server);
    for number in 0..20 {
        client.credential(&format!("c{number}"), "ghcr.io", b"hunter2-hunter2");
    }
    let folder = Folder::new();
    let file = folder.0.join("backup");
    let arguments = format!("backup {}", file.display());
    let refused = limited(&instance, &arguments, 8).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("backup"), "{said}");
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0, "{said}");
    let made = limited(&instance, &arguments, 1_000_000).output().unwrap();
    assert!(made.status.success() && file.exists());
}
