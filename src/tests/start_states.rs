//! Every state that a start can find its keys in (security 3.5 and 3.6, T12 and T13, figure F19), with
//! the real program. `process/refusals.rs` has the wrong and the missing key of the first run's own.

mod commands;
mod first;
mod install;
mod interrupted;
mod replicas;
mod sources;

use crate::process::client::exchange;
use crate::process::instance::{Instance, key_file};
use crate::process::server::{Refusal, Server, refused};
use crate::skipped::is_on_postgres;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use install::{Install, PREVIOUS, bytes_of, file};
use regcred::crypto::kek::Kek;
use std::fs;
use std::time::Duration;

#[test]
fn every_way_to_write_the_key_opens_the_database() {
    let install = Install::new();
    let raw = bytes_of(&install.right);
    let hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
    let forms = [
        ("raw", raw.clone()),
        ("base64", STANDARD.encode(&raw).into_bytes()),
        ("base64 without padding", STANDARD_NO_PAD.encode(&raw).into_bytes()),
        ("base64url", URL_SAFE.encode(&raw).into_bytes()),
        ("base64url, as a file of ours", (URL_SAFE_NO_PAD.encode(&raw) + "\n").into_bytes()),
        ("hex", hex.clone().into_bytes()),
        ("upper-case hex, a line end of Windows", (hex.to_uppercase() + "\r\n").into_bytes()),
    ];
    for (case, form) in forms {
        install.starts(case, &[file(&install.private("form", &form))]);
    }
}

#[test]
fn every_source_of_the_key_opens_the_database() {
    let install = Install::new();
    let right = install.path("right");
    let command = format!("/bin/cat {}", right.display());
    let text = install.right.to_text();
    install.starts("file", &[file(&right)]);
    install.starts("command", &[("REGCRED_KEK_COMMAND", command.into())]);
    install.starts("variable", &[("REGCRED_KEK", text.as_str().into())]);
    let log = install.log();
    assert!(log.contains("in the environment"), "nothing warns of the variable: {log}");

    let folder = install.path("credentials");
    let other = install.private("other", b"a credential that is no key of ours");
    fs::create_dir(&folder).unwrap();
    fs::rename(other, folder.join("other")).unwrap();
    let credentials = ("CREDENTIALS_DIRECTORY", folder.clone().into_os_string());
    install.starts("a file and other credentials", &[file(&right), credentials.clone()]);
    // As systemd leaves it: root's, and ours through an access list.
    key_file(&folder.join("regcred-kek"), &install.right, 0o440);
    install.starts("credential", std::slice::from_ref(&credentials));
    install.starts("a file and a credential", &[file(&right), credentials]);
    let log = install.log();
    assert!(log.contains("regcred-kek is not used"), "nothing says which one counts: {log}");
}

#[test]
fn without_a_key_or_with_another_one_it_says_which_it_waits_for() {
    let install = Install::new();
    let (right, wrong) = (install.right.id().to_string(), install.wrong.id().to_string());
    let path = install.path("wrong");
    let text = install.wrong.to_text();
    install.refuses("none", &[], &[&right, "no key was given", "REGCRED_KEK_FILE"]);
    let both = [right.as_str(), wrong.as_str()];
    install.refuses("a wrong file", &[file(&path)], &both);
    let command = format!("/bin/cat {}", path.display());
    install.refuses("a wrong command", &[("REGCRED_KEK_COMMAND", command.into())], &both);
    install.refuses("a wrong variable", &[("REGCRED_KEK", text.as_str().into())], &both);
    let folder = install.path("credentials");
    fs::create_dir(&folder).unwrap();
    key_file(&folder.join("regcred-kek"), &install.wrong, 0o400);
    let credentials = ("CREDENTIALS_DIRECTORY", folder.into_os_string());
    install.refuses("a wrong credential", &[credentials], &both);
    let previous = (PREVIOUS, install.path("right").into_os_string());
    install.refuses("only a previous one", std::slice::from_ref(&previous), &[&right, "previous"]);
    assert!(!install.data().join("kek").exists(), "a key was made beside a keyring that exists");
    install.starts("the right one", &[file(&install.path("right"))]);
}

#[test]
fn current_and_previous_in_either_order_open_the_database() {
    let install = Install::new();
    let (old, new) = (install.path("right"), install.path("new"));
    let kek = Kek::generate().unwrap();
    key_file(&new, &kek, 0o600);
    let previous = |path: &std::path::Path| (PREVIOUS, path.as_os_str().to_owned());
    // The new key and the old one, as it should be, and both again.
    for _ in 0..2 {
        install.starts("changing over", &[file(&new), previous(&old)]);
    }
    install.starts("changed over", &[file(&new)]);
    let install = install.again();
    install.refuses("the old one alone", &[file(&old)], &[&kek.id().to_string()]);
    // Swapped, nothing is lost: whatever the keyring is under is one of the two.
    install.starts("swapped", &[file(&old), previous(&new)]);
    install.starts("the right way round", &[file(&new), previous(&old)]);
    install.starts("changed over again", &[file(&new)]);
    // The credentials of the service manager have both slots, too.
    let folder = install.path("credentials");
    fs::create_dir(&folder).unwrap();
    fs::copy(&old, folder.join("regcred-kek")).unwrap();
    fs::copy(&new, folder.join("regcred-kek-previous")).unwrap();
    install.starts("two credentials", &[("CREDENTIALS_DIRECTORY", folder.into_os_string())]);
}

#[tokio::test]
async fn a_shared_database_never_gets_a_key_made_beside_it() {
    if !is_on_postgres("this test is about PostgreSQL") {
        return;
    }
    let instance = Instance::new().await;
    let first = Server::start(instance.command(), &instance.log);
    assert_eq!(exchange(first.port, "GET", "/readyz", "", b"").unwrap().status, 200);
    assert!(first.stop().success());
    let right = Kek::parse(&fs::read(instance.database.folder.join("key")).unwrap()).unwrap();
    let mut command = instance.command();
    command.env_remove("REGCRED_KEK_FILE");
    let Refusal { code, took, text, was_open } = refused(command);
    assert_eq!(code, Some(78), "{text}");
    assert!(took < Duration::from_secs(2) && !was_open, "{took:?}");
    assert!(text.contains("no key was given") && text.contains(&right.id().to_string()), "{text}");
    assert!(!instance.database.folder.join("kek").exists());
    assert!(Server::start(instance.command(), &instance.log).stop().success());
}
