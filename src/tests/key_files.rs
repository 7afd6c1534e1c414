//! Where the key-encryption key comes from (security 3.5): a file that was given, or the one that a
//! first run makes.

use crate::database::Database;
use regcred::crypto::kek::Kek;
use regcred::opening::config::StorageConfig;
use regcred::opening::kek::{FoundKeys, KekConfig, KekFault, KeyText, find};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

/// The settings of a server on the embedded database in `folder`.
fn config(folder: &Path) -> StorageConfig {
    StorageConfig {
        data: folder.to_owned(),
        database_url: None,
        database_insecure: false,
        kek: KekConfig::default(),
    }
}

/// What is found for a database that expects these keys.
async fn found(config: &StorageConfig, expected: &[&str]) -> Result<FoundKeys, KekFault> {
    let expected: BTreeSet<String> = expected.iter().map(|id| (*id).to_owned()).collect();
    find(config, &expected).await.map_err(|problem| problem.fault)
}

#[tokio::test]
async fn a_first_run_creates_its_key_file_and_finds_it_again() {
    let database = Database::new().await;
    let config = config(&database.folder);
    let made = found(&config, &[]).await.unwrap();
    let (path, id) = (made.local.unwrap(), made.source.current.unwrap().id().to_string());
    assert!(made.is_new && path.starts_with(database.folder.join("kek")));
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(database.folder.join("kek")).unwrap().mode() & 0o777, 0o700);
    // Killed before the keyring was made, the next start takes the file that is there.
    for expected in [&[][..], &[id.as_str()]] {
        let again = found(&config, expected).await.unwrap();
        assert!(!again.is_new);
        assert_eq!(again.source.current.unwrap().id().to_string(), id);
    }
    // A database under another key: nothing is found, and nothing is made beside it.
    let none = found(&config, &["0123456789abcdef"]).await.unwrap();
    assert!(none.source.current.is_none() && !none.is_new);
    assert_eq!(fs::read_dir(database.folder.join("kek")).unwrap().count(), 1);
}

#[tokio::test]
async fn a_shared_database_never_gets_a_key_made_here() {
    let database = Database::new().await;
    let shared =
        StorageConfig { database_url: Some("postgres://x".to_owned()), ..config(&database.folder) };
    let none = found(&shared, &[]).await.unwrap();
    assert!(none.source.current.is_none() && none.local.is_none());
    assert!(!database.folder.join("kek").exists());
}

#[tokio::test]
async fn a_key_file_must_hold_a_key_that_only_its_owner_can_read() {
    let database = Database::new().await;
    let path = database.folder.join("kek-file");
    let kek = KekConfig { kek_file: Some(path.clone()), ..KekConfig::default() };
    let given = StorageConfig { kek, ..config(&database.folder) };
    assert!(matches!(found(&given, &[]).await, Err(KekFault::Unreadable { .. })));
    for content in [&b""[..], b"short", &[7; 31]] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(found(&given, &[]).await, Err(KekFault::NotAKey { .. })));
    }
    fs::write(&path, Kek::generate().unwrap().to_text().as_bytes()).unwrap();
    for mode in [0o644, 0o640, 0o604] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(matches!(found(&given, &[]).await, Err(KekFault::Open { .. })), "{mode:o}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(found(&given, &[]).await.unwrap().source.current.is_some());
}

#[tokio::test]
async fn a_key_that_is_easy_to_guess_is_refused_unless_it_is_accepted() {
    let database = Database::new().await;
    let path = database.folder.join("kek-file");
    let of = |kek: KekConfig| StorageConfig { kek, ..config(&database.folder) };
    let strong = Kek::generate().unwrap();
    let base64 = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
    let hex = "00".repeat(32);
    let weak: [&[u8]; 4] =
        [b"changeit changeit changeit chang", &[7; 32], base64.as_bytes(), hex.as_bytes()];
    let given = database.folder.clone().into_os_string();
    for bytes in weak {
        for path in [&path, &database.folder.join("regcred-kek")] {
            fs::write(path, bytes).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let text = OsString::from_vec(bytes.to_vec());
        let command = Some(format!("/bin/cat {}", path.display()));
        let sources = [
            (
                KekConfig { kek_file: Some(path.clone()), ..KekConfig::default() },
                "REGCRED_KEK_FILE to its file.",
            ),
            (
                KekConfig { kek: Some(KeyText::from(text)), ..KekConfig::default() },
                "remove REGCRED_KEK.",
            ),
            (
                KekConfig { kek_command: command, ..KekConfig::default() },
                "where the program of REGCRED_KEK_COMMAND gets the key.",
            ),
            (
                KekConfig { credentials_directory: Some(given.clone()), ..KekConfig::default() },
                "the credential regcred-kek.",
            ),
        ];
        for (kek, says) in sources {
            let fault = found(&of(kek.clone()), &[]).await.unwrap_err();
            assert!(matches!(fault, KekFault::Weak { .. }), "{fault}");
            // What to do fits how the key was given: two sources at once are refused.
            assert!(fault.to_string().contains(says), "{says}: {fault}");
            let accepted = of(KekConfig { kek_accept_weak: true, ..kek });
            let accepted = found(&accepted, &[]).await.unwrap();
            let told = accepted.warnings.join(" ");
            assert!(accepted.source.current.is_some() && told.contains("easy to guess"), "{told}");
        }
        // The way from such a key to another one.
        let new = database.folder.join("new");
        fs::write(&new, strong.to_text().as_bytes()).unwrap();
        fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
        let (kek_file, kek_previous_file) = (Some(new), Some(path.clone()));
        let both = KekConfig { kek_file, kek_previous_file, ..KekConfig::default() };
        let source = found(&of(both), &[]).await.unwrap().source;
        assert!(source.current.is_some() && source.previous.is_some());
    }
}
