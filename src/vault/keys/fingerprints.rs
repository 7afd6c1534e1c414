//! Fingerprints under the active key for them. Nobody can make one anew but who opens its secret, so that
//! is part of the job that seals secrets again. An older key is needed for nothing: fingerprints of two
//! keys are never compared.

use crate::crypto::keyring::Keyring;
use crate::error::Result;
use crate::store::{Fingerprint, SealedRow};
use crate::vault::Vault;
use uuid::Uuid;

impl Vault {
    /// How many fingerprints were made with an older key.
    pub(super) async fn fingerprints_left(&self) -> Result<u64> {
        match self.rotated_fingerprint_version() {
            Some(active) => Ok(self.store.rewraps().fingerprints_left(active).await?),
            None => Ok(0),
        }
    }

    /// The version of the key that makes fingerprints; `None` of the first, before which there is none.
    fn rotated_fingerprint_version(&self) -> Option<i32> {
        let version = i32::try_from(self.keys.ring().fingerprint_version()).unwrap_or(i32::MAX);
        (version > 1).then_some(version)
    }

    /// What is under an older key, some of it: secrets, and then those of which only the fingerprint is.
    pub(super) async fn due(&self, most: u64) -> Result<Vec<SealedRow>> {
        let secrets = self.store.rewraps().due(self.active_version(), most).await?;
        match self.rotated_fingerprint_version() {
            Some(active) if secrets.is_empty() => {
                Ok(self.store.rewraps().fingerprints_due(active, most).await?)
            }
            _ => Ok(secrets),
        }
    }
}

/// The secret's fingerprint, made with the active key of that keyring.
pub(in crate::vault) fn fingerprint_of(
    ring: &Keyring,
    project: Uuid,
    secret: &[u8],
) -> Fingerprint {
    Fingerprint {
        bytes: ring.fingerprint(project, secret).to_vec(),
        key_version: i32::try_from(ring.fingerprint_version()).unwrap_or(i32::MAX),
    }
}
