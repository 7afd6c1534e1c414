//! The MACs of rows that decide, under the keyring; and the one time when rows that have none, of an
//! older version of the program, are taken for ours.

use super::unlocked::Unlocked;
use super::{StartProblem, held, known};
use crate::crypto::CryptoError;
use crate::crypto::kek::Kek;
use crate::crypto::keyring::Keyring;
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Detail};
use crate::store::{KeyRow, Rank, RowMacs, Store, Verifies};
use crate::vault::audit::this_instance;
use crate::vault::events::{event, record_under};
use crate::vault::{INSTANCE, now, sweep_access};
use std::collections::BTreeSet;
use std::sync::Arc;

impl RowMacs for Keyring {
    fn seal(&self, message: &[u8]) -> Option<String> {
        self.seal_row(message)
    }

    fn holds(&self, message: &[u8], mac: &str) -> bool {
        self.verify_row(message, mac)
    }

    fn are_rows_sealed(&self) -> bool {
        Keyring::are_rows_sealed(self)
    }

    fn prefix(&self) -> Option<String> {
        Some(self.row_prefix())
    }

    fn newest_key(&self) -> u32 {
        self.newest_audit_key()
    }

    fn names_newer_key(&self, mac: &str) -> bool {
        Keyring::names_newer_key(self, mac)
    }

    fn retired_keys(&self) -> BTreeSet<u32> {
        self.retired_audit_keys().clone()
    }
}

impl Verifies for Keyring {
    fn link(&self, message: &[u8], mac: &[u8]) -> bool {
        self.verify_mac(message, mac)
    }

    fn proof(&self, message: &[u8], mac: &[u8]) -> bool {
        self.verify_proof(message, mac)
    }
}

/// Gives every row its MAC, and writes down in the keyring, where nobody can take it back without the
/// key-encryption key, that from now on a row without one is not ours. Once in the life of a database.
pub(super) async fn seal_once(
    store: &Store,
    unlocked: Unlocked,
    current: &Kek,
) -> Result<Unlocked, StartProblem> {
    if unlocked.ring.are_rows_sealed() {
        return Ok(unlocked);
    }
    let damaged = |cause: CryptoError| StartProblem::Damaged {
        given: current.id().to_string(),
        cause: cause.to_string(),
    };
    let previous = unlocked.source.previous.as_ref();
    let open = |rows: &[KeyRow]| {
        Keyring::unlock(current, previous, &held(rows)).map(Arc::new).map_err(damaged)
    };
    let write = store.write_in_line(Rank::Other).await?;
    write.chain().hold(INSTANCE).await?;
    let mut rows = write.keys().lock().await?;
    let mut ring = open(&rows)?;
    // Another server may have done it while this one waited for the lock.
    if !ring.are_rows_sealed() {
        if write.were_rows_sealed(&*unlocked.ring).await? {
            return Err(StartProblem::OlderKeyring);
        }
        tracing::info!(
            "Sealing the rows of the database. This happens once and can take some minutes."
        );
        // What is over needs no MAC, and there may be much of it.
        sweep_access(&write, now()).await?;
        let sealed = write.seal_rows().await?;
        tracing::info!(rows = sealed, "the rows of an older version got their MACs");
        let what = (Action::RowsSealed, this_instance(), Detail::Nothing);
        let recorded =
            record_under(&unlocked.ring, &write, INSTANCE, event(&Actor::Product, what)).await?;
        // A restore leaves the keys under the KEK of the backup, which may be the one before.
        let marked = Keyring::mark_rows_sealed(current, previous, &known(&rows));
        for key in marked.map_err(damaged)? {
            if let Some(row) = rows.iter_mut().find(|row| row.key_uuid == key.key_uuid) {
                row.wrapped = key.wrapped;
                write.keys().update(row.clone()).await?;
            }
        }
        ring = open(&rows)?;
        write.commit(recorded).await?;
    }
    store.set_row_macs(Arc::clone(&ring) as Arc<dyn RowMacs>);
    Ok(Unlocked { ring, rows, source: unlocked.source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keyring::{Purpose, WrappedKey};
    use crate::domain::key::KeyState;
    use crate::domain::moment::Day;
    use crate::domain::user::{Maker, Person};
    use crate::store::{Address, NewPerson, SessionRow, Tampered, TokenRow, Unrecorded};
    use crate::vault::{KeySource, Keys, unlock, unlock_restored};
    use std::path::PathBuf;
    use uuid::Uuid;

    /// Writes a person as one who has no keys can: without a MAC, or with one while the store has them.
    async fn insert(store: &Store, email: &str) {
        let person = Person {
            id: Uuid::now_v7(),
            email: email.to_owned(),
            name: email.to_owned(),
            is_admin: true,
        };
        let email_key = email.to_owned();
        let new = NewPerson { person, email_key, password_hash: String::new(), created_at: 0 };
        let write = store.write().await.unwrap();
        write.people().insert(new).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
    }

    /// A database of an older version of the program.
    struct Older {
        folder: PathBuf,
        address: Address,
        kek: Kek,
        without_keys: Store,
    }

    impl Older {
        async fn new() -> Self {
            let name = format!("regcred_rows_{}", Uuid::now_v7().simple());
            let folder = std::env::temp_dir().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            let address = Address::File(folder.join("regcred.db"));
            let without_keys = Store::connect(&address).await.unwrap();
            without_keys.migrate(&address).await.unwrap();
            let kek = Kek::generate().unwrap();
            let write = without_keys.write().await.unwrap();
            for purpose in Purpose::ALL {
                let key = WrappedKey::generate_as_before(&kek, purpose, 1).unwrap();
                let row = super::super::new_row(key, KeyState::Active, 0);
                assert!(write.keys().insert_first(row).await.unwrap());
            }
            write.commit_without_event(Unrecorded::Test).await.unwrap();
            Self { folder, address, kek, without_keys }
        }

        fn source(&self) -> KeySource {
            let current = Kek::parse(self.kek.to_text().as_bytes()).unwrap();
            KeySource { current: Some(current), previous: None }
        }

        async fn start(&self) -> (Store, Result<Keys, StartProblem>) {
            let store = Store::connect(&self.address).await.unwrap();
            let keys = unlock(&store, self.source()).await;
            (store, keys)
        }
    }

    impl Drop for Older {
        fn drop(&mut self) {
            // What is left of a test hurts nobody.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }

    /// Writes a session and a short-lived token that are over.
    async fn insert_what_is_over(store: &Store) {
        let session = SessionRow {
            id_hash: vec![1; 32],
            data: String::new(),
            person_id: None,
            expires_at: 1,
            ends_at: i64::MAX,
            mac: None,
        };
        let token = TokenRow {
            id: "over".to_owned(),
            name: String::new(),
            pipeline_id: Uuid::from_u128(2),
            hash: [1; 32],
            created_at: 1,
            created_by: Maker { id: None, name: "Mia".to_owned() },
            expires_on: Day::parse("2020-01-01").unwrap(),
            short_until: Some(1),
            proof: None,
            identity_epoch: 0,
        };
        let write = store.write().await.unwrap();
        write.sessions().insert(session).await.unwrap();
        write.tokens().insert(Uuid::from_u128(1), token).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
    }

    #[tokio::test]
    async fn rows_of_an_older_version_are_sealed_once_and_that_is_on_record() {
        let older = Older::new().await;
        insert(&older.without_keys, "old@example.com").await;
        insert_what_is_over(&older.without_keys).await;
        for _ in 0..2 {
            let (store, keys) = older.start().await;
            assert!(keys.unwrap().ring().are_rows_sealed());
            // What was over was not sealed, but is gone.
            assert!(store.sessions().find(&[1; 32], 0).await.unwrap().is_none());
            let project = Uuid::from_u128(1);
            let tokens = store.tokens().of_pipeline(project, Uuid::from_u128(2)).await.unwrap();
            assert!(tokens.is_empty());
            assert!(store.people().find_by_email("old@example.com").await.unwrap().is_some());
            assert_eq!(store.tampered_rows().await.unwrap(), Tampered::default());
            let events = store.chain().newest(INSTANCE, 10).await.unwrap();
            let actions: Vec<Action> = events.iter().map(|event| event.action).collect();
            assert_eq!(actions, [Action::RowsSealed]);
        }
        let (store, _keys) = older.start().await;
        insert(&older.without_keys, "thief@example.com").await;
        assert!(store.people().find_by_email("thief@example.com").await.unwrap().is_none());
        assert_eq!(store.tampered_rows().await.unwrap().rows, 1);
    }

    #[tokio::test]
    async fn a_restored_database_is_sealed_under_the_key_before_too() {
        let older = Older::new().await;
        insert(&older.without_keys, "old@example.com").await;
        let new = Kek::generate().unwrap();
        let copy = || Kek::parse(new.to_text().as_bytes()).unwrap();
        let both = || KeySource { current: Some(copy()), previous: older.source().current };

        let store = Store::connect(&older.address).await.unwrap();
        let keys = unlock_restored(&store, both()).await.unwrap();
        assert!(keys.ring().are_rows_sealed());
        for row in store.keys().list().await.unwrap() {
            assert_eq!(row.kek_id, older.kek.id().to_string(), "it was left as it was");
        }
        // The next start changes the key, and what the keyring says stays.
        let alone = KeySource { current: Some(copy()), previous: None };
        for source in [both(), alone] {
            let store = Store::connect(&older.address).await.unwrap();
            assert!(unlock(&store, source).await.unwrap().ring().are_rows_sealed());
            assert!(store.people().find_by_email("old@example.com").await.unwrap().is_some());
        }
    }

    #[tokio::test]
    async fn the_keyring_of_before_is_refused_while_serving_and_at_the_next_start() {
        // Where no row has a MAC, the log says that they were sealed.
        for has_rows in [true, false] {
            let older = Older::new().await;
            let before = older.without_keys.keys().list().await.unwrap();
            if has_rows {
                insert(&older.without_keys, "old@example.com").await;
            }
            let (store, keys) = older.start().await;
            let keys = keys.unwrap();
            let write = older.without_keys.write().await.unwrap();
            for row in before {
                write.keys().update(row).await.unwrap();
            }
            write.commit_without_event(Unrecorded::Test).await.unwrap();
            insert(&older.without_keys, "thief@example.com").await;

            for refused in [
                keys.refresh(&store).await.map(|_| ()),
                keys.replace_source(&store, older.source()).await,
                older.start().await.1.map(drop),
            ] {
                let problem = refused.expect_err("it is an older one");
                assert!(matches!(problem, StartProblem::OlderKeyring), "{problem}");
            }
            assert!(keys.ring().are_rows_sealed());
            assert!(store.people().find_by_email("thief@example.com").await.unwrap().is_none());
        }
    }
}
