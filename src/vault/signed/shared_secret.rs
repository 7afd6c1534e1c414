//! The secret that a project shares with its Drone server: derived, and stored nowhere.
//!
//! A server of Drone has one secret for all that it asks, so a project's rules for Drone have one
//! salt, and each of them is met by what is signed with it. A salt goes with the last rule that has
//! it, and the next rule gets a fresh one. A secret that became known is renewed: every rule gets a
//! fresh salt at once. It is shown to one person, when it is made, and never again.
//!
//! Security 3.1 wants one use for each key. A new purpose in the keyring would have to be made by
//! every installation there is, so this key is derived from the audit key, under a label of its
//! own, and the audit key itself authenticates the audit log only. The secrets of rules that have
//! no salt are from before that, and end with the last of them.

use crate::crypto::CryptoError;
use crate::crypto::derived::{SALT, fresh_salt};
use crate::crypto::keyring::Keyring;
use crate::domain::trust_rule::TrustRule;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use uuid::Uuid;
use zeroize::Zeroizing;

const LABEL: &[u8] = b"regcred/drone-secret/v2";
/// No link of a chain, which the same key authenticates, begins like it.
const UNSALTED_LABEL: &[u8] = b"regcred/drone-secret/v1";

/// What, beside the project, the secret of a rule for Drone is derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::vault) enum Salt {
    /// Nothing: the rule is from before there were salts.
    Absent,
    Random([u8; SALT]),
}

impl Salt {
    /// The salt of a rule; `None` when it cannot be read, so that the rule lets nobody in.
    pub(in crate::vault) fn of(rule: &TrustRule) -> Option<Self> {
        let Some(text) = &rule.public_key else { return Some(Self::Absent) };
        <[u8; SALT]>::try_from(STANDARD.decode(text).ok()?).ok().map(Self::Random)
    }

    pub(in crate::vault) fn fresh() -> Result<Self, CryptoError> {
        fresh_salt().map(Self::Random)
    }

    /// The salt for another rule beside these, which are the project's for Drone.
    pub(in crate::vault) fn beside<'a>(
        rules: impl IntoIterator<Item = &'a TrustRule>,
    ) -> Result<Self, CryptoError> {
        let mut salts = rules.into_iter().filter_map(Self::of);
        let shared = salts.find(|salt| *salt != Self::Absent);
        shared.map_or_else(Self::fresh, Ok)
    }

    pub(in crate::vault) fn to_text(self) -> Option<String> {
        match self {
            Self::Absent => None,
            Self::Random(bytes) => Some(STANDARD.encode(bytes)),
        }
    }

    /// The project's secret with this salt, to be shown.
    pub(in crate::vault) fn secret(
        self,
        ring: &Keyring,
        project: Uuid,
    ) -> Result<Zeroizing<String>, CryptoError> {
        Ok(match self {
            Self::Absent => hex(&ring.mac(&unsalted(project))),
            Self::Random(salt) => hex(ring.derive(&salt, &[LABEL, project.as_bytes()])?.expose()),
        })
    }

    /// The same under each key, in use or older: what a request may be signed with.
    pub(in crate::vault) fn secrets(
        self,
        ring: &Keyring,
        project: Uuid,
    ) -> Result<Vec<Zeroizing<String>>, CryptoError> {
        Ok(match self {
            Self::Absent => ring.macs(&unsalted(project)).map(|bytes| hex(&bytes)).collect(),
            Self::Random(salt) => {
                let keys = ring.derive_each(&salt, &[LABEL, project.as_bytes()])?;
                keys.iter().map(|key| hex(key.expose())).collect()
            }
        })
    }
}

fn unsalted(project: Uuid) -> Vec<u8> {
    [UNSALTED_LABEL, project.as_bytes()].concat()
}

fn hex(bytes: &[u8; 32]) -> Zeroizing<String> {
    // Room enough from the start: a string that grows leaves its old bytes behind.
    let mut text = Zeroizing::new(String::with_capacity(64));
    HEXLOWER.encode_append(bytes, &mut text);
    text
}
