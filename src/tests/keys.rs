//! Starting with the right key, the wrong one, none, two, and several at once (security 3.6).

use crate::app::{App, soak};
use crate::database::Database;
use regcred::crypto::kek::Kek;

use regcred::store::{KeyRow, Store};
use regcred::vault::{KeySource, Keys, StartProblem, check, unlock};
use std::collections::BTreeSet;

fn copy(kek: &Kek) -> Kek {
    Kek::parse(kek.to_text().as_bytes()).unwrap()
}

fn only(kek: &Kek) -> KeySource {
    KeySource { current: Some(copy(kek)), previous: None }
}

/// An opened database with its schema and no key yet.
async fn empty() -> (Database, Store) {
    let database = Database::new().await;
    let store = Store::connect(&database.address).await.unwrap();
    store.migrate(&database.address).await.unwrap();
    (database, store)
}

/// The stored keys, to see whether anything was changed.
async fn rows(store: &Store) -> Vec<(String, i32, Vec<u8>, String)> {
    let flat = |row: KeyRow| (row.purpose, row.version, row.wrapped, row.kek_id);
    store.keys().list().await.unwrap().into_iter().map(flat).collect()
}

fn problem(done: Result<Keys, StartProblem>) -> StartProblem {
    done.map(drop).expect_err("it is refused")
}

#[tokio::test]
async fn a_first_start_makes_the_keys_and_the_next_one_uses_them() {
    let (_database, store) = empty().await;
    assert!(store.kek_ids().await.unwrap().is_empty());
    let kek = Kek::generate().unwrap();
    let first = unlock(&store, only(&kek)).await.unwrap();
    let before = rows(&store).await;
    assert_eq!(before.len(), 4);
    let second = unlock(&store, only(&kek)).await.unwrap();
    assert_eq!(first.ring().mac(b"x"), second.ring().mac(b"x"));
    assert_eq!(rows(&store).await, before);
    assert_eq!(store.kek_ids().await.unwrap(), BTreeSet::from([kek.id().to_string()]));
}

#[tokio::test]
async fn a_database_without_a_schema_expects_no_key_and_stays_as_it_is() {
    let database = Database::new().await;
    let store = Store::connect(&database.address).await.unwrap();
    assert!(store.kek_ids().await.unwrap().is_empty());
    assert!(!store.has_schema().await.unwrap());
}

#[tokio::test]
async fn a_wrong_key_or_none_is_refused_and_changes_nothing() {
    let (_database, store) = empty().await;
    let (right, wrong) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    unlock(&store, only(&right)).await.unwrap();
    let before = rows(&store).await;
    let refused = problem(unlock(&store, only(&wrong)).await);
    assert!(matches!(refused, StartProblem::WrongKey { .. }), "{refused}");
    // The sentence names which key is expected and which was given, and no key.
    for id in [right.id(), wrong.id()] {
        assert!(refused.to_string().contains(&id.to_string()), "{refused}");
    }
    for kek in [&right, &wrong] {
        assert!(!refused.to_string().contains(kek.to_text().as_str()));
    }
    let refused = problem(unlock(&store, KeySource::default()).await);
    assert!(matches!(refused, StartProblem::NoKey { .. }), "{refused}");
    assert!(refused.to_string().contains(&right.id().to_string()));
    let both_wrong =
        KeySource { current: Some(copy(&wrong)), previous: Some(Kek::generate().unwrap()) };
    assert!(matches!(problem(unlock(&store, both_wrong).await), StartProblem::WrongKey { .. }));
    assert_eq!(rows(&store).await, before);
}

#[tokio::test]
async fn a_new_database_without_a_key_gets_none_made_here() {
    let (_database, store) = empty().await;
    let refused = problem(unlock(&store, KeySource::default()).await);
    assert!(matches!(refused, StartProblem::NoKeyForShared), "{refused}");
    assert!(rows(&store).await.is_empty());
    assert!(matches!(
        check(&BTreeSet::new(), &KeySource::default()),
        Err(StartProblem::NoKeyForShared)
    ));
}

#[tokio::test]
async fn a_change_of_the_key_rewraps_and_keeps_every_secret() {
    let (_database, store) = empty().await;
    let (old, new) = (Kek::generate().unwrap(), Kek::generate().unwrap());
    let before = unlock(&store, only(&old)).await.unwrap();
    let both = || KeySource { current: Some(copy(&new)), previous: Some(copy(&old)) };
    let after = unlock(&store, both()).await.unwrap();
    assert_eq!(before.ring().mac(b"x"), after.ring().mac(b"x"), "the keys themselves stay");
    let ids: BTreeSet<String> = rows(&store).await.into_iter().map(|(.., id)| id).collect();
    assert_eq!(ids, BTreeSet::from([new.id().to_string()]));
    assert_eq!(unlock(&store, only(&new)).await.unwrap().ring().mac(b"x"), before.ring().mac(b"x"));
    // Both may stay configured; the old one alone opens nothing any more.
    let rewrapped = rows(&store).await;
    unlock(&store, both()).await.unwrap();
    assert_eq!(rows(&store).await, rewrapped);
    assert!(matches!(problem(unlock(&store, only(&old)).await), StartProblem::WrongKey { .. }));
}

#[tokio::test]
async fn a_damaged_keyring_is_told_from_a_wrong_key() {
    let app = App::new().await;
    let kek = Kek::generate().unwrap();
    let (database, store) = empty().await;
    unlock(&store, only(&kek)).await.unwrap();
    let wrapped = rows(&store).await[0].2.clone();
    for at in [4, 20, 40, 75] {
        let mut damaged = wrapped.clone();
        damaged[at] ^= 1;
        let damaged = database.bytes(&damaged);
        database
            .raw(&format!("UPDATE crypto_key SET wrapped = {damaged} WHERE purpose = 'audit'"))
            .await;
        let refused = problem(unlock(&store, only(&kek)).await);
        assert!(matches!(refused, StartProblem::Damaged { .. }), "byte {at}: {refused}");
    }
    // Keys of another database, and a key that is gone.
    let foreign = database.bytes(&app.vault.store().keys().list().await.unwrap()[0].wrapped);
    database
        .raw(&format!("UPDATE crypto_key SET wrapped = {foreign} WHERE purpose = 'audit'"))
        .await;
    assert!(matches!(problem(unlock(&store, only(&kek)).await), StartProblem::Damaged { .. }));
    database.raw("DELETE FROM crypto_key WHERE purpose = 'audit'").await;
    assert!(matches!(problem(unlock(&store, only(&kek)).await), StartProblem::Damaged { .. }));
    assert_eq!(rows(&store).await.len(), 3, "nothing is made beside keys that exist");
}

#[tokio::test]
async fn two_first_starts_at_once_end_with_one_keyring() {
    for _ in 0..soak(5, 50) {
        let (database, one) = empty().await;
        let other = Store::connect(&database.address).await.unwrap();
        let kek = Kek::generate().unwrap();
        let (first, second) = (only(&kek), only(&kek));
        let (first, second) = tokio::join!(unlock(&one, first), unlock(&other, second));
        assert_eq!(first.unwrap().ring().mac(b"x"), second.unwrap().ring().mac(b"x"));
        assert_eq!(rows(&one).await.len(), 4);
    }
}

#[tokio::test]
async fn two_first_starts_with_different_keys_are_one_start_and_one_refusal() {
    for _ in 0..soak(5, 50) {
        let (database, one) = empty().await;
        let other = Store::connect(&database.address).await.unwrap();
        let (first, second) = (only(&Kek::generate().unwrap()), only(&Kek::generate().unwrap()));
        let (first, second) = tokio::join!(unlock(&one, first), unlock(&other, second));
        let refused = match (first, second) {
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
            (first, second) => panic!("{first:?} {second:?}"),
        };
        assert!(matches!(refused, StartProblem::WrongKey { .. }), "{refused}");
        assert_eq!(one.kek_ids().await.unwrap().len(), 1);
    }
}
