//! What the program says of itself.

use super::machine::{command, said};
use crate::process::server::Folder;

const COMMANDS: [&str; 40] = [
    "serve",
    "demo",
    "migrate",
    "user",
    "user list",
    "user add",
    "user password",
    "user disable",
    "user enable",
    "user admin",
    "project",
    "project list",
    "project add",
    "project member",
    "project member list",
    "project member add",
    "project member remove",
    "issuer",
    "issuer list",
    "issuer add",
    "issuer remove",
    "keys",
    "keys list",
    "keys rotate",
    "keys retire",
    "keys destroy",
    "keys new",
    "audit",
    "audit verify",
    "audit list",
    "audit checkpoint",
    "audit key",
    "audit export",
    "audit proof",
    "backup",
    "restore",
    "doctor",
    "doctor accept",
    "setup-link",
    "scan",
];

#[test]
fn every_command_explains_itself_with_an_example() {
    let folder = Folder::new();
    let help = |args: &[&str]| said(command(&folder.0, args), b"").done();
    let all = help(&["--help"]);
    for line in COMMANDS.into_iter().chain(["completions"]) {
        let words: Vec<&str> = line.split(' ').collect();
        let text = help(&[&words[..], &["--help"]].concat());
        let example = format!("regcred {line}");
        let (_, examples) = text.split_once("Example").unwrap_or_else(|| panic!("{line}: {text}"));
        assert!(examples.contains(&example), "{line}: {text}");
        let about = text.lines().next().unwrap();
        assert!(about.len() > 10 && !about.starts_with("Usage"), "{line}: {text}");
        if words.len() == 1 {
            assert!(all.contains(line), "{all}");
        }
    }
}

#[test]
fn nothing_asked_for_is_help_and_what_is_not_understood_is_said() {
    let folder = Folder::new();
    for args in [&[][..], &["users"], &["user"], &["user", "list", "--wide"], &["backup"]] {
        let text = said(command(&folder.0, args), b"").refused(2);
        assert!(text.contains("Usage"), "{args:?}: {text}");
    }
}

#[test]
fn shells_complete_the_commands() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = said(command(&folder.0, &["completions", shell]), b"").done();
        for word in ["regcred", "doctor", "member", "retire"] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
    said(command(&folder.0, &["completions", "tcsh"]), b"").refused(2);
}
