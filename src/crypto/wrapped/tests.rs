//! A wrapped key opens for what it was wrapped for, and for nothing else.

use proptest::prelude::*;

use super::*;
use crate::crypto::kek::hex;
use crate::crypto::keyring::Keyring;

/// The published vector's key, KEK and row, for the tests of this room.
pub(in crate::crypto) fn vector() -> (Kek, Key, WrappedKey) {
    let counting_from = |start: u8| std::array::from_fn(|i| start + i as u8);
    let kek = Kek::parse(&counting_from(0)).expect("32 raw bytes");
    let key = Key::copy_of(&counting_from(0x20));
    let row = WrappedKey {
        purpose: Purpose::Secret,
        version: 1,
        key_uuid: Uuid::from_bytes(std::array::from_fn(|i| 0x10 + i as u8)),
        wrapped: Vec::new(),
        kek_id: kek.id(),
        is_active: true,
        is_retired: false,
    }
    .holding(&kek, [0xa0; NONCE], &key, NOTHING)
    .expect("the vector wraps");
    (kek, key, row)
}

fn refusal(kek: &Kek, row: &WrappedKey) -> Option<CryptoError> {
    row.open(kek, None).err()
}

#[test]
fn a_wrapped_key_agrees_with_the_vector() -> Result<(), CryptoError> {
    let (kek, key, row) = vector();
    assert_eq!(
        hex(&row.wrapped),
        "52474b0101000000b976fc652f5fdb1da0a0a0a0a0a0a0a0a0a0a0a0059040c09ae168fa9178a4a9\
         c112de81f589abd686d81f2c31377f095e29335242a4f425910a59e4529012ce6070ce1c"
    );
    assert_eq!(row.open(&kek, None)?.expose(), key.expose());
    Ok(())
}

#[test]
fn a_wrapped_key_opens_only_for_its_purpose_version_and_uuid() {
    let (kek, _, row) = vector();
    let moved = [
        WrappedKey { purpose: Purpose::Audit, ..row.clone() },
        WrappedKey { version: 2, ..row.clone() },
        WrappedKey { key_uuid: Uuid::nil(), ..row.clone() },
    ];
    for row in moved {
        assert_eq!(refusal(&kek, &row), Some(CryptoError::Unauthentic));
    }
}

#[test]
fn every_changed_byte_of_a_wrapped_key_is_noticed() {
    let (kek, _, row) = vector();
    for at in 0..WRAPPED {
        let mut changed = row.clone();
        changed.wrapped[at] ^= 1;
        let expected = match at {
            // What it says is another word then, and no longer authentic.
            5 => CryptoError::Unauthentic,
            0..8 => CryptoError::UnknownFormat,
            8..16 => CryptoError::WrongKek,
            _ => CryptoError::Unauthentic,
        };
        assert_eq!(refusal(&kek, &changed), Some(expected), "byte {at}");
    }
}

#[test]
fn what_holds_for_good_is_said_with_the_key_and_stays() -> Result<(), CryptoError> {
    let (kek, key, row) = vector();
    assert!(!row.says_for_good());
    let sealed = row.rewrap_for_good(&kek, &key)?;
    let other = Kek::generate()?;
    let moved = sealed.rewrap(&other, &sealed.open(&kek, None)?)?;
    assert!(sealed.says_for_good() && moved.says_for_good());
    assert!(moved.open(&other, None).is_ok());
    let mut taken_back = sealed;
    taken_back.wrapped[START.len()] = NOTHING;
    assert_eq!(refusal(&kek, &taken_back), Some(CryptoError::Unauthentic));
    for (purpose, says) in [
        (Purpose::Audit, true),
        (Purpose::Secret, true),
        (Purpose::Fingerprint, false),
        (Purpose::Checkpoint, false),
    ] {
        assert_eq!(WrappedKey::generate(&kek, purpose, 1)?.says_for_good(), says, "{purpose}");
    }
    Ok(())
}

#[test]
fn an_audit_key_that_says_it_is_retired_says_so_for_good() -> Result<(), CryptoError> {
    let kek = Kek::generate()?;
    let mut keys = Keyring::generate_missing(&kek, &[])?;
    keys[1].is_active = false;
    let before = keys[1].clone();
    keys[1] = Keyring::mark_retired(&kek, None, &before)?;
    let next = WrappedKey::generate(&kek, Purpose::Audit, 2)?;
    keys.push(WrappedKey { is_active: true, ..next });
    assert!(!before.says_retired() && keys[1].says_retired() && keys[1].says_for_good());
    // Whatever the database says of its state, and under another key-encryption key, too.
    let other = Kek::generate()?;
    for (kek, keys) in [(&kek, keys.clone()), (&other, Keyring::rewrap(&other, &kek, &keys)?)] {
        assert!(!keys[1].is_retired);
        let ring = Keyring::unlock(kek, None, &keys)?;
        assert!(ring.retired_audit_keys().contains(&1) && ring.are_rows_sealed());
    }
    let mut taken_back = keys[1].clone();
    taken_back.wrapped[START.len()] = FOR_GOOD;
    assert_eq!(refusal(&kek, &taken_back), Some(CryptoError::Unauthentic));
    (keys[1].is_active, keys[3].is_active) = (true, false);
    let refused = Keyring::unlock(&kek, None, &keys).err();
    assert_eq!(refused, Some(CryptoError::IncompleteKeyring));
    // One for anything else says nothing of the kind.
    let (kek, key, row) = vector();
    let other = row.rewrap_retired(&kek, &key)?;
    assert_eq!(refusal(&kek, &other), Some(CryptoError::UnknownFormat));
    Ok(())
}

#[test]
fn a_wrapped_key_of_another_length_is_refused() {
    let (kek, _, row) = vector();
    for length in 0..WRAPPED {
        let mut cut = row.clone();
        cut.wrapped.truncate(length);
        assert_eq!(refusal(&kek, &cut), Some(CryptoError::Truncated));
    }
    let mut longer = row;
    longer.wrapped.push(0);
    assert_eq!(refusal(&kek, &longer), Some(CryptoError::TooLong));
}

#[test]
fn purposes_are_read_as_written() {
    for purpose in Purpose::ALL {
        assert_eq!(purpose.to_string().parse(), Ok(purpose));
    }
    assert_eq!("Secret".parse::<Purpose>(), Err(CryptoError::Unreadable));
}

#[test]
fn debug_leaves_the_wrapped_bytes_out() {
    assert!(!format!("{:?}", vector().2).contains("wrapped"));
}

proptest! {
    #[test]
    fn garbage_is_refused_without_panic(wrapped in proptest::collection::vec(any::<u8>(), 0..100)) {
        let (kek, _, row) = vector();
        let row = WrappedKey { wrapped, ..row };
        prop_assert!(refusal(&kek, &row).is_some());
    }
}
