//! The proof that nobody changed a backup: an HMAC over its digest and the number of its rows,
//! which only who can open the keyring inside can make (`store::Header` has the format).
//!
//! A digest alone shows damage, but anyone who can write the file can make another: a person, a grant
//! or a trust rule that was added to it would be in the database after the restore. The key is derived
//! from the audit key, under a label of its own (security 3.1: one use for each key), and is no new
//! purpose of the keyring, which every installation would have to make first.
//!
//! What it does not show: that there is a newer backup.

use crate::crypto::CryptoError;
use crate::crypto::derived::Derived;
use crate::crypto::kek::Kek;
use crate::crypto::keyring::{Keyring, Purpose, WrappedKey};
use crate::domain::key::KeyState;
use crate::store::KeyRow;
use crate::vault::KeySource;
use crate::vault::keys::wrapped;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const LABEL: &[u8] = b"regcred/backup-mac/v1";

/// Makes the proof for a backup of so many rows with this digest.
pub(super) fn make(ring: &Keyring, rows: u64, sha256: &str) -> Result<String, CryptoError> {
    Ok(STANDARD.encode(ring.derive(b"", &[LABEL])?.mac(&message(rows, sha256))))
}

/// Whether the proof was made with one of these keys, as far as the operator's open them.
pub(super) fn holds(
    keys: &[WrappedKey],
    source: &KeySource,
    rows: u64,
    sha256: &str,
    hmac: &str,
) -> bool {
    let Ok(mac) = STANDARD.decode(hmac) else { return false };
    let message = message(rows, sha256);
    let made = |key: &WrappedKey, kek: &Kek| {
        // A key that somebody put there does not open, and proves nothing.
        Derived::of_wrapped(key, kek, b"", &[LABEL])
            .is_ok_and(|derived| derived.verify_mac(&message, &mac))
    };
    let mut keks = source.current.iter().chain(&source.previous);
    keks.any(|kek| keys.iter().any(|key| made(key, kek)))
}

/// The key of a row, if it is one that proofs are made with.
pub(super) fn key(row: KeyRow) -> Option<WrappedKey> {
    let key = wrapped(&row).filter(|key| key.purpose == Purpose::Audit);
    key.filter(|_| row.state != KeyState::Destroyed)
}

fn message(rows: u64, sha256: &str) -> Vec<u8> {
    [rows.to_be_bytes().as_slice(), sha256.as_bytes()].concat()
}
