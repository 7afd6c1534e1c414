use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::crypto::blob::{Format, Login};
use crate::crypto::derived::Derived;
use crate::crypto::wrapped;

fn place() -> Place<'static> {
    Place {
        table: "secret_version",
        column: "sealed",
        row_id: Uuid::from_u128(1),
        project_id: Uuid::from_u128(2),
        secret_version: 1,
        origin: "https://ghcr.io:443",
        login: None,
    }
}

fn with_login() -> Place<'static> {
    let login = Login { credential_id: Uuid::from_u128(3), username: "acme-bot" };
    Place { login: Some(login), ..place() }
}

fn fresh() -> Result<(Kek, Vec<WrappedKey>, Keyring), CryptoError> {
    let kek = Kek::generate()?;
    let keys = Keyring::generate_missing(&kek, &[])?;
    let keyring = Keyring::unlock(&kek, None, &keys)?;
    Ok((kek, keys, keyring))
}

fn refusal(kek: &Kek, keys: &[WrappedKey]) -> Option<CryptoError> {
    Keyring::unlock(kek, None, keys).err()
}

#[test]
fn the_vectors_row_unlocks_and_seals() -> Result<(), CryptoError> {
    let (kek, _, row) = wrapped::vector();
    let mut keys = Keyring::generate_missing(&kek, &[])?;
    keys[0] = row;
    let keyring = Keyring::unlock(&kek, None, &keys)?;
    let blob = keyring.seal(&place(), b"hunter2")?;
    assert_eq!(blob[12..16], [0x3a, 0xa4, 0xa6, 0x0b]);
    Ok(())
}

#[test]
fn two_seals_of_one_value_differ() -> Result<(), CryptoError> {
    let (_, _, keyring) = fresh()?;
    let (one, two) = (keyring.seal(&place(), b"x")?, keyring.seal(&place(), b"x")?);
    // Salt, nonce, ciphertext and tag, each on its own.
    for part in [16..48, 48..60, 60..316, 316..332] {
        assert_ne!(one[part.clone()], two[part]);
    }
    Ok(())
}

#[test]
fn another_kek_does_not_unlock() -> Result<(), CryptoError> {
    let (_, mut keys, _) = fresh()?;
    let other = Kek::generate()?;
    assert_eq!(refusal(&other, &keys), Some(CryptoError::WrongKek));
    // A row that only claims the KEK fails as well.
    keys[0].kek_id = other.id();
    assert_eq!(refusal(&other, &keys), Some(CryptoError::WrongKek));
    Ok(())
}

#[test]
fn keys_of_two_purposes_cannot_be_exchanged() -> Result<(), CryptoError> {
    let (kek, mut keys, _) = fresh()?;
    keys[0].purpose = Purpose::Audit;
    keys[1].purpose = Purpose::Secret;
    assert_eq!(refusal(&kek, &keys), Some(CryptoError::Unauthentic));
    Ok(())
}

#[test]
fn each_purpose_needs_exactly_one_active_key() -> Result<(), CryptoError> {
    let (kek, keys, _) = fresh()?;
    let incomplete = Some(CryptoError::IncompleteKeyring);
    assert_eq!(refusal(&kek, &[]), incomplete);
    assert_eq!(refusal(&kek, &keys[..1]), incomplete);
    assert_eq!(refusal(&kek, &keys[1..]), incomplete);
    let with = |version, is_active| -> Result<Vec<WrappedKey>, CryptoError> {
        let key = WrappedKey::generate(&kek, Purpose::Secret, version)?;
        Ok([keys.as_slice(), &[WrappedKey { is_active, ..key }]].concat())
    };
    assert_eq!(refusal(&kek, &with(2, true)?), incomplete);
    assert_eq!(refusal(&kek, &with(1, false)?), incomplete);
    assert_eq!(refusal(&kek, &with(2, false)?), None);
    Ok(())
}

#[test]
fn a_new_version_seals_and_the_old_still_opens() -> Result<(), CryptoError> {
    let (kek, mut keys, keyring) = fresh()?;
    let old = keyring.seal(&place(), b"x")?;
    keys[0].is_active = false;
    let next = WrappedKey::generate(&kek, Purpose::Secret, 2)?;
    keys.push(WrappedKey { is_active: true, ..next });
    let rotated = Keyring::unlock(&kek, None, &keys)?;
    assert_eq!(rotated.active_version(), 2);
    assert_eq!(rotated.open(&place(), &old)?.as_slice(), b"x");
    let new = rotated.seal(&place(), b"x")?;
    assert_eq!(blob::key_version(&new), Ok(2));
    let refused = keyring.open(&place(), &new).err();
    assert_eq!(refused, Some(CryptoError::UnknownKeyVersion));
    let (_, _, stranger) = fresh()?;
    let refused = stranger.open(&place(), &old).err();
    assert_eq!(refused, Some(CryptoError::OtherKey));
    Ok(())
}

#[test]
fn a_key_of_before_opens_format_1_until_it_is_marked() -> Result<(), CryptoError> {
    let (kek, mut keys, _) = fresh()?;
    keys[0] = WrappedKey::generate_as_before(&kek, Purpose::Secret, 1)?;
    keys[0].is_active = true;
    let before = Keyring::unlock(&kek, None, &keys)?;
    assert!(!before.seals_bound() && !before.are_secrets_bound());
    assert_eq!(before.unbound().collect::<Vec<_>>(), [1]);
    // What it seals looks like what an older version of the program sealed.
    let old = before.seal(&with_login(), b"x")?;
    assert_eq!(blob::format(&old), Ok(Format::Unbound));
    assert_eq!(before.open(&with_login(), &old)?.as_slice(), b"x");
    assert_eq!(before.open(&place(), &old)?.as_slice(), b"x");

    keys[0].is_active = false;
    let next = WrappedKey::generate(&kek, Purpose::Secret, 2)?;
    keys.push(WrappedKey { is_active: true, ..next });
    let moving = Keyring::unlock(&kek, None, &keys)?;
    assert!(moving.seals_bound() && !moving.are_secrets_bound());
    assert_eq!(moving.open(&with_login(), &old)?.as_slice(), b"x");
    assert_eq!(blob::format(&moving.seal(&with_login(), b"x")?), Ok(Format::Bound));
    let put_under_the_new_one = moving.seal(&place(), b"x")?;
    let refused = moving.open(&with_login(), &put_under_the_new_one).err();
    assert_eq!(refused, Some(CryptoError::Unbound));

    let marked = Keyring::mark_secrets_bound(&kek, None, &keys)?;
    assert_eq!(marked.len(), 1, "the new one says so already");
    let unmarked = std::mem::replace(&mut keys[0], marked[0].clone());
    let done = Keyring::unlock(&kek, None, &keys)?;
    assert!(done.are_secrets_bound());
    assert_eq!(done.open(&with_login(), &old).err(), Some(CryptoError::Unbound));
    // It is the same key, and another key-encryption key leaves what it says.
    assert_eq!(done.open(&place(), &old)?.as_slice(), b"x");
    let new = Kek::generate()?;
    let rewrapped = Keyring::rewrap(&new, &kek, &keys)?;
    assert!(Keyring::unlock(&new, None, &rewrapped)?.are_secrets_bound());
    // Nobody writes it into a key, or out of one, without the key-encryption key.
    for mut forged in [unmarked, marked[0].clone()] {
        forged.wrapped[5] ^= 1;
        let all = [&[forged][..], &keys[1..]].concat();
        assert_eq!(refusal(&kek, &all), Some(CryptoError::Unauthentic));
    }
    Ok(())
}

#[test]
fn rewrapping_changes_the_kek_and_nothing_else() -> Result<(), CryptoError> {
    let (previous, keys, keyring) = fresh()?;
    let current = Kek::generate()?;
    let blob = keyring.seal(&place(), b"x")?;
    let mac = keyring.mac(b"entry");
    assert!(Keyring::needs_rewrap(&keys, &current));
    Keyring::unlock(&current, Some(&previous), &keys)?;
    let rewrapped = Keyring::rewrap(&current, &previous, &keys)?;
    assert!(!Keyring::needs_rewrap(&rewrapped, &current));
    let after = Keyring::unlock(&current, None, &rewrapped)?;
    assert_eq!(after.open(&place(), &blob)?.as_slice(), b"x");
    assert!(after.verify_mac(b"entry", &mac));
    for (old, new) in keys.iter().zip(&rewrapped) {
        let restored =
            WrappedKey { wrapped: old.wrapped.clone(), kek_id: old.kek_id, ..new.clone() };
        assert_eq!(old, &restored);
    }
    assert_eq!(Keyring::rewrap(&current, &previous, &rewrapped)?, rewrapped);
    let stranger = Kek::generate()?;
    let refused = Keyring::rewrap(&current, &stranger, &keys).err();
    assert_eq!(refused, Some(CryptoError::WrongKek));
    Ok(())
}

#[test]
fn a_mac_outlives_its_key_being_active() -> Result<(), CryptoError> {
    let (kek, mut keys, keyring) = fresh()?;
    let mac = keyring.mac(b"entry");
    keys[1].is_active = false;
    let next = WrappedKey::generate(&kek, Purpose::Audit, 2)?;
    keys.push(WrappedKey { is_active: true, ..next });
    let rotated = Keyring::unlock(&kek, None, &keys)?;
    assert_ne!(rotated.mac(b"entry"), mac);
    assert!(rotated.verify_mac(b"entry", &mac));
    assert!(!rotated.verify_mac(b"other", &mac));
    assert!(!keyring.verify_mac(b"entry", &rotated.mac(b"entry")));
    Ok(())
}

#[test]
fn a_retired_audit_key_verifies_links_and_makes_no_row_ours() -> Result<(), CryptoError> {
    let (kek, mut keys, keyring) = fresh()?;
    let (mac, row) = (keyring.mac(b"entry"), keyring.seal_row(b"row").unwrap());
    let derived = keyring.derive(b"salt", &[b"regcred/a/v1"])?;
    keys[1].is_active = false;
    let next = WrappedKey::generate(&kek, Purpose::Audit, 2)?;
    keys.push(WrappedKey { is_active: true, ..next });
    assert!(Keyring::unlock(&kek, None, &keys)?.verify_row(b"row", &row));
    keys[1].is_retired = true;
    let after = Keyring::unlock(&kek, None, &keys)?;
    assert!(after.verify_mac(b"entry", &mac) && !after.verify_row(b"row", &row));
    assert!(after.verify_row(b"row", &after.seal_row(b"row").unwrap()));
    let each = after.derive_each(b"salt", &[b"regcred/a/v1"])?;
    assert!(each.iter().any(|key| key.expose() == derived.expose()));
    let kept = after.derive_each_kept(b"salt", &[b"regcred/a/v1"])?;
    assert!(kept.len() == 1 && kept[0].expose() != derived.expose());
    assert_eq!(after.retired_audit_keys().iter().collect::<Vec<_>>(), [&1]);
    assert!(after.row_prefix() == "v1.2." && after.newest_audit_key() == 2);
    Ok(())
}

#[test]
fn links_are_made_with_the_key_that_a_row_shows_to_be_in_use() -> Result<(), CryptoError> {
    let (kek, mut keys, _) = fresh()?;
    keys.push(WrappedKey::generate(&kek, Purpose::Audit, 2)?);
    let asleep = Keyring::unlock(&kek, None, &keys)?;
    (keys[1].is_active, keys[1].is_retired) = (false, true);
    keys.last_mut().unwrap().is_active = true;
    let awake = Keyring::unlock(&kek, None, &keys)?;
    assert!(!awake.verify_proof(b"run", &asleep.mac(b"run")));
    assert!(asleep.verify_row(b"row", &awake.seal_row(b"row").unwrap()));
    assert!(awake.verify_proof(b"run", &asleep.mac(b"run")));
    let derive = |ring: &Keyring| ring.derive(b"salt", &[b"regcred/a/v1"]);
    assert_eq!(derive(&asleep)?.expose(), derive(&awake)?.expose());
    assert_eq!(asleep.audit_version(), 2);
    Ok(())
}

#[test]
fn a_derived_key_outlives_the_audit_key_being_active() -> Result<(), CryptoError> {
    let (kek, mut keys, keyring) = fresh()?;
    let derive = |ring: &Keyring| ring.derive(b"salt", &[b"regcred/a/v1"]);
    let old = derive(&keyring)?;
    // Not from the key that seals.
    let stored = Derived::of_wrapped(&keys[1], &kek, b"salt", &[b"regcred/a/v1"])?;
    assert_eq!(stored.expose(), old.expose());
    keys[1].is_active = false;
    let next = WrappedKey::generate(&kek, Purpose::Audit, 2)?;
    keys.push(WrappedKey { is_active: true, ..next });
    let rotated = Keyring::unlock(&kek, None, &keys)?;
    let new = derive(&rotated)?;
    assert_ne!(new.expose(), old.expose());
    let each = rotated.derive_each(b"salt", &[b"regcred/a/v1"])?;
    let each: Vec<&[u8; 32]> = each.iter().map(Derived::expose).collect();
    assert_eq!(each, [new.expose(), old.expose()]);
    Ok(())
}

#[test]
fn debug_prints_versions_only() -> Result<(), CryptoError> {
    assert_eq!(
        format!("{:?}", fresh()?.2),
        "Keyring { secret: Versions { active: 1, others: [] }, audit: Versions { active: 1, others: [] }, fingerprint: Versions { active: 1, others: [] }, checkpoint: Versions { active: 1, others: [] } }"
    );
    Ok(())
}

proptest! {
    #[test]
    fn garbage_is_refused_without_panic(blob in proptest::collection::vec(any::<u8>(), 0..700)) {
        let (_, _, keyring) = fresh().expect("a keyring");
        prop_assert!(keyring.open(&place(), &blob).is_err());
    }
}
