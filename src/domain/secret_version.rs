//! Versions of a secret: every change makes one, the last few are kept.

use super::credential::{Credential, Method};
use super::moment::Moment;
use serde::{Deserialize, Serialize};

super::words! {
    pub enum VersionState {
        Current = "current", "Current";
        /// Stored beside the current one, and not delivered yet.
        Staged = "staged", "Staged";
        Kept = "kept", "Previous";
        /// Does not open: its ciphertext was changed or its key is gone.
        Unreadable = "unreadable", "Unreadable";
        Destroyed = "destroyed", "Destroyed";
    }
}

/// One version, as pages show it. Never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretVersion {
    pub version: i64,
    pub state: VersionState,
    pub method: Method,
    pub set_at: Moment,
    pub set_by: String,
    pub deliveries: i64,
    pub last_delivered_at: Option<Moment>,
}

impl SecretVersion {
    pub fn can_be_current(&self) -> bool {
        matches!(self.state, VersionState::Staged | VersionState::Kept)
    }

    /// Why it cannot be the current one of its credential, although its secret can be read.
    pub fn unfit_for(&self, credential: &Credential) -> Option<String> {
        let version = self.version;
        if let Some(mark) = credential.compromised.as_ref().filter(|mark| mark.is_of(version)) {
            return Some(format!(
                "Version {version} cannot be current: it was stored before the credential was marked as compromised on {}. Store another secret.",
                mark.at.day().to_text()
            ));
        }
        (self.method != credential.summary.method).then(|| {
            format!(
                "Version {version} is for another authentication method. Edit the credential, change the method and enter the secret again."
            )
        })
    }

    /// Whether there is something to destroy, and it is not what is delivered.
    pub fn can_be_destroyed(&self) -> bool {
        !matches!(self.state, VersionState::Current | VersionState::Destroyed)
    }
}

/// The fewest, the usual and the most versions that are kept of a secret, the current one included.
pub const KEEP: (u8, u8, u8) = (1, 3, 50);
