//! What tells equal secrets of one project apart from different ones.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::Keyring;

const LABEL: &[u8] = b"regcred/fingerprint/v1";

impl Keyring {
    /// What tells equal secrets of one project apart from different ones, and nothing else:
    /// HMAC-SHA256 under a key of its own over `"regcred/fingerprint/v1" ‖ project id ‖ secret`.
    /// Without the key no guess can be tested against it. Those of two versions of the key have nothing
    /// in common.
    pub fn fingerprint(&self, project: Uuid, secret: &[u8]) -> [u8; 32] {
        let mut message = Zeroizing::new(Vec::with_capacity(64 + secret.len()));
        message.extend_from_slice(LABEL);
        message.extend_from_slice(project.as_bytes());
        message.extend_from_slice(secret);
        self.fingerprint.key.mac(&message)
    }

    /// The version of the key that makes fingerprints; those of a lower one are due to be made anew.
    pub fn fingerprint_version(&self) -> u32 {
        self.fingerprint.active
    }
}
