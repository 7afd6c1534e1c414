//! The walls between the rooms (house 2.3): what each may use, and what only some may do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms and what each may use of ours; all may use themselves and `error`.
const ROOMS: [(&str, &[&str]); 19] = [
    ("domain", &[]),
    ("ui", &["domain", "functions", "islands", "help"]),
    ("help", &["domain"]),
    ("islands", &["functions"]),
    ("functions", &["domain", "vault"]),
    // Of the keys' room only what hashes: signatures are the vault's to judge.
    ("api", &["domain", "vault", "crypto"]),
    ("vault", &["domain", "checkpoints", "crypto", "store", "issuers", "receivers", "registries"]),
    ("jobs", &["domain", "vault"]),
    ("issuers", &["crypto", "outbound"]),
    ("receivers", &["domain", "crypto", "outbound"]),
    ("registries", &["domain", "outbound"]),
    ("outbound", &[]),
    ("store", &["domain", "checkpoints", "migrations"]),
    ("checkpoints", &["crypto"]),
    ("crypto", &[]),
    ("migrations", &[]),
    ("opening", &["domain", "vault", "store", "crypto", "outbound"]),
    (
        "server",
        &[
            "app",
            "domain",
            "functions",
            "api",
            "opening",
            "jobs",
            "vault",
            "store",
            "crypto",
            "issuers",
            "receivers",
            "registries",
            "outbound",
        ],
    ),
    ("commands", &["domain", "checkpoints", "vault", "store", "crypto", "opening", "server"]),
];

/// Which rooms may name a crate of others'; a crate that is not here is anybody's.
const CRATES: [(&str, &[&str]); 17] = [
    ("ring", &["crypto"]),
    ("argon2", &["crypto"]),
    ("crc32fast", &["crypto"]),
    ("sea_orm", &["store", "migrations"]),
    ("sea_orm_migration", &["store", "migrations"]),
    ("axum", &["functions", "api", "server"]),
    ("hyper", &["server"]),
    ("hyper_util", &["server"]),
    ("tower_sessions", &["functions", "server"]),
    ("reqwest", &["outbound"]),
    ("rustls", &["outbound", "server"]),
    ("tokio_rustls", &["outbound", "server"]),
    ("leptos", &["ui", "islands", "functions", "server"]),
    ("leptos_axum", &["functions", "server"]),
    ("clap", &["opening", "commands"]),
    ("clap_complete", &["commands"]),
    ("pulldown_cmark", &["help"]),
];

/// `From<DbErr>`, so that `?` works while starting.
const SEA_ORM_BY_NAME: &str = "src/opening/open.rs";

pub struct Source {
    /// From the root of the repository.
    pub path: String,
    room: &'static str,
    /// Without comments and without what stands in quotes.
    pub code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn sources() -> Vec<Source> {
    let mut all = Vec::new();
    for (room, _) in ROOMS {
        let folder = root().join(if room == "migrations" { "" } else { "src" }).join(room);
        for path in files(&folder) {
            let code = without_words(&fs::read_to_string(&path).unwrap());
            let path = path.strip_prefix(root()).unwrap().display().to_string();
            all.push(Source { path, room, code });
        }
    }
    assert!(all.len() > 100, "only {} files were found", all.len());
    all
}

/// Every source file in the folder, however deep.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// The code without line comments and without the insides of plain strings.
fn without_words(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let (mut in_string, mut before) = (false, ' ');
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_string => {
                chars.next();
            }
            // `'"'` is a letter and opens nothing.
            '"' if in_string || before != '\'' => {
                in_string = !in_string;
                out.push('"');
            }
            '/' if !in_string && chars.peek() == Some(&'/') => {
                while chars.next_if(|c| *c != '\n').is_some() {}
            }
            _ if in_string => {}
            _ => out.push(c),
        }
        before = c;
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What stands right after `crate::`, in a path or in a group: the rooms that the code uses.
fn rooms_in(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = code[at + "crate::".len()..].trim_start();
        let Some(group) = rest.strip_prefix('{') else {
            rooms.insert(rest.chars().take_while(|c| is_word(*c)).collect());
            continue;
        };
        // Only the first word of each path in the group is a room.
        let (mut depth, mut is_first, mut word) = (1, true, String::new());
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => {
                    rooms.insert(std::mem::take(&mut word));
                    is_first = true;
                }
                ':' => is_first = false,
                c if depth == 1 && is_first && is_word(c) => word.push(c),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        rooms.insert(word);
    }
    rooms.remove("");
    rooms
}

/// Whether the code names the crate: as a path, or in a `use`.
fn names(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        let is_whole = !before.ends_with(|c: char| is_word(c) || c == ':' || c == '.');
        is_whole
            && (after.starts_with("::")
                || (before.ends_with("use ") && after.starts_with([';', ' '])))
    })
}

#[test]
fn rooms_call_downhill_only() {
    let mut broken = Vec::new();
    for Source { path, room, code } in sources() {
        let (_, may) = ROOMS.iter().find(|(name, _)| *name == room).unwrap();
        for used in rooms_in(&code) {
            let is_ours = ROOMS.iter().any(|(name, _)| *name == used) || used == "app";
            if is_ours && used != room && !may.contains(&used.as_str()) {
                broken.push(format!("{path} may not use crate::{used}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn each_crate_of_others_stays_in_its_rooms() {
    let mut broken = Vec::new();
    for Source { path, room, code } in sources() {
        for (name, may) in CRATES {
            let is_allowed = may.contains(&room) || (name == "sea_orm" && path == SEA_ORM_BY_NAME);
            if !is_allowed && names(&code, name) {
                broken.push(format!("{path} may not use {name}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Who may say the words: a folder or a file.
fn only_in(words: &str, may: &[&str]) {
    let compact = |code: &str| code.split_whitespace().collect::<String>();
    let mut said = false;
    let mut broken = Vec::new();
    for Source { path, code, .. } in sources() {
        if !compact(&code).contains(words) {
            continue;
        }
        said = true;
        if !may.iter().any(|allowed| path.starts_with(allowed)) {
            broken.push(format!("{path} may not say {words}"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(said, "nobody says {words} any more: this wall guards nothing");
}

#[test]
fn evidence_is_made_in_the_vault_only() {
    // Their own tests make them, too.
    only_in("Member::admit(", &["src/vault/", "src/domain/actor/tests.rs"]);
    only_in("Pipeline::admit(", &["src/vault/"]);
    only_in("Confirmed::by_password(", &["src/vault/"]);
    only_in("Granter::reauthenticated(", &["src/vault/", "src/domain/actor/tests.rs"]);
    // Who runs a command has the key: the commands are the machine.
    only_in("Operator::at_the_machine(", &["src/commands/", "src/domain/actor/tests.rs"]);
}

#[test]
fn secrets_are_opened_and_sealed_by_a_few_files_only() {
    let sealers =
        ["credentials/seals", "credentials/versions", "keys/reseal", "sealed_notes", "slots"];
    let only = |words: &str, names: &[&str]| {
        let paths: Vec<String> = names.iter().map(|name| format!("src/vault/{name}.rs")).collect();
        only_in(words, &paths.iter().map(String::as_str).collect::<Vec<_>>());
    };
    only("keys.open(", &["credentials/seals", "sealed_notes", "slots"]);
    only("open_stored(", &[&sealers[..3], &["deliveries", "doctor"]].concat());
    only("ring().seal(", &sealers);
    only_in("ring().open(", &["src/vault/keys/unlocked.rs"]);
    // The room of `/api/v1` only hashes; its tests and the demo sign as others do.
    let tests = ["cavage", "message"].map(|name| format!("src/api/signed/{name}/tests.rs"));
    let others = ["src/commands/demo/runs.rs", "src/checkpoints/", &tests[0], &tests[1]];
    only_in("crypto::signature", &[&["src/vault/", "src/crypto/"][..], &others].concat());
}

#[test]
fn the_environment_is_read_in_one_place() {
    // The settings of the key are a file of their own; it says `env` to clap as the others do.
    const SETTINGS: [&str; 2] = ["src/opening/config", "src/opening/kek/config.rs"];
    for words in ["env::var", "env::vars", "env::args", "option_env!"] {
        let readers: Vec<String> = sources()
            .into_iter()
            .filter(|source| source.code.contains(words) && source.path != "src/opening/config.rs")
            .map(|source| source.path)
            .collect();
        assert!(readers.is_empty(), "{words}: {readers:?}");
    }
    only_in("env=\"\"", &SETTINGS);
}

#[test]
fn the_browsers_own_interfaces_stay_in_what_runs_there() {
    for Source { path, room, code } in sources() {
        let is_used = names(&code, "web_sys") || names(&code, "wasm_bindgen");
        assert!(!is_used || room == "islands", "{path} is no island");
    }
}

#[test]
fn a_wall_sees_every_way_to_write_it() {
    let code = "use crate::store::Store; use crate::{vault::{Vault, x}, functions::pipelines, crypto, server::{a, b::{c}},ui}; crate::app::x()";
    let rooms: Vec<String> = rooms_in(code).into_iter().collect();
    assert_eq!(rooms, ["app", "crypto", "functions", "server", "store", "ui", "vault"]);
    let comment =
        without_words("// crate::store\nlet a = \"crate::vault\"; let b = '\"'; use crate::ui;");
    assert_eq!(rooms_in(&comment).into_iter().collect::<Vec<_>>(), ["ui"]);
    assert!(names("use sea_orm::Set;", "sea_orm") && names("fn f(e: sea_orm::DbErr)", "sea_orm"));
    assert!(!names("string::ring::x", "ring") && !names("use sea_orm_migration::x;", "sea_orm"));
}
