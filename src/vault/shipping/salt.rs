//! The secret that calls to a webhook are signed with: derived from the audit key, like the one that a
//! project shares with Drone, and stored nowhere. Its row has the salt and the version of the key, and a
//! MAC over both. A secret that is renewed after a rotation can be made with no older key.

use crate::crypto::CryptoError;
use crate::crypto::derived::{Derived, SALT, fresh_salt};
use crate::crypto::keyring::Keyring;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

const LABEL: &[u8] = b"regcred/webhook-secret/v1";

/// A salt that was never used, as the row has it: `version.salt`.
pub(super) fn fresh(ring: &Keyring) -> Result<String, CryptoError> {
    Ok(format!("{}.{}", ring.audit_version(), STANDARD.encode(fresh_salt()?)))
}

/// The key of the destination with that salt; `None` for what is no salt, or of a key that this server
/// does not have.
pub(super) fn key(ring: &Keyring, destination: Uuid, salt: &str) -> Option<Derived> {
    let (version, salt) = salt.split_once('.')?;
    let salt = <[u8; SALT]>::try_from(STANDARD.decode(salt).ok()?).ok()?;
    ring.derive_under(version.parse().ok()?, &salt, &[LABEL, destination.as_bytes()]).ok()
}
