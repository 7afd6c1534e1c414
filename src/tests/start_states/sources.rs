//! Files and variables that give no key. Each is told apart, with the key that is waited for.

use super::install::{Install, PREVIOUS, Setting, bytes_of, file};
use crate::process::instance::key_file;
use crate::skipped::skip;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::process::Command;

#[test]
fn each_invalid_key_file_is_refused_with_its_own_reason() {
    let install = Install::new();
    let right = install.right.id().to_string();
    let text = install.right.to_text();
    let raw = bytes_of(&install.right);
    let contents: [(&str, &[u8], &str); 8] = [
        ("empty", b"", "is empty"),
        ("a line end", b"\n", "is empty"),
        ("cut short", &text.as_bytes()[..20], "20 bytes long"),
        ("raw, cut short", &raw[..31], "31 bytes long"),
        ("a byte too long", &[&raw[..], b"x"].concat(), "33 bytes long"),
        ("two keys", &[text.as_bytes(), b"\n", text.as_bytes()].concat(), "bytes long"),
        ("no base64", &[b'!'; 43], "not valid base64"),
        ("no hex", &[b'g'; 64], "not hex digits"),
    ];
    for (case, content, says) in contents {
        let path = install.private("content", content);
        install.refuses(case, &[file(&path)], &["does not contain a key", says, &right]);
        // The slot beside it is read as strictly.
        let previous = (PREVIOUS, path.into_os_string());
        let settings = [file(&install.path("right")), previous];
        install.refuses(case, &settings, &["does not contain a key", says, &right]);
    }
    let big = install.private("big", b"");
    File::options().write(true).open(&big).unwrap().set_len(10 * 1024 * 1024).unwrap();
    install.refuses("10 MB", &[file(&big)], &["more than 4096 bytes", &right]);
}

#[test]
fn a_key_file_must_be_a_private_file_of_its_owner() {
    let install = Install::new();
    let right = install.right.id().to_string();
    let refuses = |case: &str, name: &str, says: &str| {
        install.refuses(case, &[file(&install.path(name))], &[name, says, &right]);
    };
    refuses("not there", "nowhere", "cannot be read");
    for mode in [0o644, 0o640, 0o604, 0o660] {
        key_file(&install.path("open"), &install.right, mode);
        refuses(&format!("open to others, {mode:o}"), "open", "chmod 600");
    }
    fs::create_dir(install.path("folder")).unwrap();
    refuses("a folder", "folder", "is a folder");
    let made = Command::new("mkfifo").arg(install.path("pipe")).status().unwrap();
    assert!(made.success());
    refuses("a pipe", "pipe", "is a pipe");
    symlink(install.path("loop"), install.path("loop")).unwrap();
    refuses("a link to itself", "loop", "cannot be read");

    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    key_file(&install.path("foreign"), &install.right, 0o600);
    if is_root {
        chown(install.path("foreign"), Some(12_345), None).unwrap();
        refuses("another user's", "foreign", "belongs to user 12345");
    } else {
        skip("only root can give a key file to another user; the rest was tested");
        fs::set_permissions(install.path("foreign"), Permissions::from_mode(0o000)).unwrap();
        refuses("unreadable", "foreign", "cannot be read");
    }

    // A link to a good file is how container platforms mount their secrets.
    symlink(install.path("right"), install.path("link")).unwrap();
    install.starts("a link", &[file(&install.path("link"))]);
}

#[test]
fn two_keys_at_once_are_refused_whichever_they_are() {
    let install = Install::new();
    let right = install.right.id().to_string();
    let path = install.path("right");
    let sources: [Setting; 3] = [
        file(&path),
        ("REGCRED_KEK_COMMAND", format!("/bin/cat {}", path.display()).into()),
        ("REGCRED_KEK", install.right.to_text().as_str().into()),
    ];
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let settings = [sources[one].clone(), sources[other].clone()];
        let says = [sources[one].0, sources[other].0, "given twice", &right];
        install.refuses("two sources", &settings, &says);
    }
    install.refuses("three sources", &sources, &["given twice", &right]);
}

#[test]
fn a_variable_or_credential_that_is_no_key_is_refused() {
    let install = Install::new();
    let right = install.right.id().to_string();
    for (case, value) in [("empty", ""), ("no key", "changeit"), ("words", "not a key at all")] {
        let settings: [Setting; 1] = [("REGCRED_KEK", value.into())];
        install.refuses(case, &settings, &["REGCRED_KEK does not contain a key", &right]);
    }
    let folder = install.path("credentials");
    fs::create_dir(&folder).unwrap();
    let credentials = [("CREDENTIALS_DIRECTORY", folder.clone().into_os_string())];
    key_file(&folder.join("regcred-kek"), &install.right, 0o444);
    install.refuses("everybody's credential", &credentials, &["can be read by others", &right]);
    fs::remove_file(folder.join("regcred-kek")).unwrap();
    fs::create_dir(folder.join("regcred-kek")).unwrap();
    install.refuses("a folder of credentials", &credentials, &["is a folder", &right]);
}
