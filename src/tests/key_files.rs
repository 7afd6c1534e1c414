//! Where the key-encryption key comes from (security 3.5): a file that was given, or the one that a
//! first run makes.

use crate::database::Database;
use regcred::server::config::Config;
use regcred::server::kek_file::{KeyFileProblem, find};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

/// The settings of a server on the embedded database in `folder`.
fn config(folder: &Path) -> Config {
    Config {
        data: folder.to_owned(),
        database_url: None,
        listen: "127.0.0.1:0".parse().unwrap(),
        url: None,
        kek_file: None,
        kek_previous_file: None,
        trusted_proxies: Vec::new(),
        log: "info".to_owned(),
    }
}

#[tokio::test]
async fn a_first_run_makes_a_key_file_of_its_own_and_finds_it_again() {
    let database = Database::new().await;
    let config = config(&database.folder);
    let made = find(&config, &BTreeSet::new()).unwrap();
    let (path, id) = (made.local.unwrap(), made.source.current.unwrap().id());
    assert!(made.is_new && path.starts_with(database.folder.join("kek")));
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(database.folder.join("kek")).unwrap().mode() & 0o777, 0o700);
    // Killed before the keyring was made, the next start takes the file that is there.
    for expected in [BTreeSet::new(), BTreeSet::from([id.to_string()])] {
        let found = find(&config, &expected).unwrap();
        assert!(!found.is_new);
        assert_eq!(found.source.current.unwrap().id(), id);
    }
    // A database under another key: nothing is found, and nothing is made beside it.
    let none = find(&config, &BTreeSet::from(["0123456789abcdef".to_owned()])).unwrap();
    assert!(none.source.current.is_none() && !none.is_new);
    assert_eq!(fs::read_dir(database.folder.join("kek")).unwrap().count(), 1);
}

#[tokio::test]
async fn a_shared_database_never_gets_a_key_made_here() {
    let database = Database::new().await;
    let shared =
        Config { database_url: Some("postgres://x".to_owned()), ..config(&database.folder) };
    let found = find(&shared, &BTreeSet::new()).unwrap();
    assert!(found.source.current.is_none() && found.local.is_none());
    assert!(!database.folder.join("kek").exists());
}

#[tokio::test]
async fn a_key_file_has_to_be_a_key_that_only_its_owner_reads() {
    let database = Database::new().await;
    let path = database.folder.join("kek-file");
    let given = Config { kek_file: Some(path.clone()), ..config(&database.folder) };
    assert!(matches!(find(&given, &BTreeSet::new()), Err(KeyFileProblem::Unreadable { .. })));
    for content in [&b""[..], b"short", &[7; 31]] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(find(&given, &BTreeSet::new()), Err(KeyFileProblem::NotAKey { .. })));
    }
    fs::write(&path, [7; 32]).unwrap();
    for mode in [0o644, 0o640, 0o604] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(
            matches!(find(&given, &BTreeSet::new()), Err(KeyFileProblem::Open { .. })),
            "{mode:o}"
        );
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(find(&given, &BTreeSet::new()).unwrap().source.current.is_some());
}
