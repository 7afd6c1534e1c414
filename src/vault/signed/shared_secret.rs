//! The secret that a project shares with its Drone runners: derived, and stored nowhere.
//!
//! A runner of Drone has one secret for all that it asks, so a project's rules for Drone have one
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
    /// With any audit key: it is from before the first rotation of that key.
    Random([u8; SALT]),
    /// With the audit key of that version alone. A secret that is renewed after a rotation can be made
    /// with no older key.
    Under(u32, [u8; SALT]),
}

impl Salt {
    /// The salt of a rule; `None` when it cannot be read, so that the rule lets nobody in.
    pub(in crate::vault) fn of(rule: &TrustRule) -> Option<Self> {
        let Some(text) = &rule.public_key else { return Some(Self::Absent) };
        let (version, salt) = match text.split_once('.') {
            Some((version, salt)) => (Some(version.parse().ok()?), salt),
            None => (None, text.as_str()),
        };
        let salt = <[u8; SALT]>::try_from(STANDARD.decode(salt).ok()?).ok()?;
        Some(version.map_or(Self::Random(salt), |version| Self::Under(version, salt)))
    }

    pub(in crate::vault) fn fresh(ring: &Keyring) -> Result<Self, CryptoError> {
        let salt = fresh_salt()?;
        Ok(match ring.audit_version() {
            // As older servers know it, which know no other key either.
            1 => Self::Random(salt),
            version => Self::Under(version, salt),
        })
    }

    /// The salt for another rule beside these, which are the project's for Drone.
    pub(in crate::vault) fn beside<'a>(
        ring: &Keyring,
        rules: impl IntoIterator<Item = &'a TrustRule>,
    ) -> Result<Self, CryptoError> {
        let mut salts = rules.into_iter().filter_map(Self::of);
        let shared = salts.find(|salt| *salt != Self::Absent);
        shared.map_or_else(|| Self::fresh(ring), Ok)
    }

    pub(in crate::vault) fn to_text(self) -> Option<String> {
        match self {
            Self::Absent => None,
            Self::Random(bytes) => Some(STANDARD.encode(bytes)),
            Self::Under(version, bytes) => Some(format!("{version}.{}", STANDARD.encode(bytes))),
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
            Self::Under(version, salt) => {
                let info = [LABEL, project.as_bytes()];
                hex(ring.derive_under(version, &salt, &info)?.expose())
            }
        })
    }

    /// The same under each key, in use or older, if it names none: what a request may be signed with.
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
            // Of a key that this server has not read yet there is none.
            Self::Under(..) => self.secret(ring, project).into_iter().collect(),
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
