//! MACs of rows: one key for each audit key that is not retired, made ready once. The format is in the
//! room's doc.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use data_encoding::BASE64URL_NOPAD;
use ring::hmac;

use super::CryptoError;
use super::key::Key;

const LABEL: &[u8] = b"regcred/row-mac/v1";
const FORMAT: &str = "v1";

/// The keys by the version of the audit key that each comes from.
pub(super) struct RowKeys {
    /// What rows are sealed with. A row under a newer one shows that other servers seal with that: then so
    /// does this one, before it has read which key is active.
    active: AtomicU32,
    /// The newest there is, whatever becomes of it.
    newest: u32,
    keys: BTreeMap<u32, hmac::Key>,
}

impl RowKeys {
    /// Rows under a retired one are nobody's.
    pub(super) fn of<'a>(
        active: u32,
        audit: impl Iterator<Item = (u32, &'a Key)>,
        retired: &BTreeSet<u32>,
    ) -> Result<RowKeys, CryptoError> {
        let (mut keys, mut newest) = (BTreeMap::new(), active);
        for (version, key) in audit {
            newest = newest.max(version);
            if !retired.contains(&version) {
                keys.insert(version, key.derive(b"", &[LABEL])?.hmac());
            }
        }
        Ok(RowKeys { active: AtomicU32::new(active), newest, keys })
    }

    /// The version that rows are sealed with now.
    pub(super) fn active(&self) -> u32 {
        self.active.load(Ordering::Relaxed)
    }

    /// `v1.<version of the audit key>.<HMAC-SHA256 in base64url>`
    pub(super) fn seal(&self, message: &[u8]) -> Option<String> {
        let active = self.active();
        let mac = hmac::sign(self.keys.get(&active)?, message);
        Some(format!("{FORMAT}.{active}.{}", BASE64URL_NOPAD.encode(mac.as_ref())))
    }

    /// What every MAC begins with that is made now.
    pub(super) fn prefix(&self) -> String {
        format!("{FORMAT}.{}.", self.active())
    }

    /// Whether `mac` was made of `message` under the key that it names; comparing takes constant time.
    pub(super) fn holds(&self, message: &[u8], mac: &str) -> bool {
        let Some((version, mac)) = parts(mac) else { return false };
        let mac = BASE64URL_NOPAD.decode(mac.as_bytes());
        let key = self.keys.get(&version).zip(mac.ok());
        let holds = key.is_some_and(|(key, mac)| hmac::verify(key, message, &mac).is_ok());
        if holds && version > self.active() {
            self.active.fetch_max(version, Ordering::Relaxed);
        }
        holds
    }

    pub(super) fn newest(&self) -> u32 {
        self.newest
    }

    /// Whether `mac` names a newer key than all that are here: another server may have made it since.
    pub(super) fn names_newer(&self, mac: &str) -> bool {
        parts(mac).is_some_and(|(version, _)| version > self.newest)
    }
}

/// The version of the key that it names, and the MAC itself.
fn parts(mac: &str) -> Option<(u32, &str)> {
    let mut parts = mac.splitn(3, '.');
    let (FORMAT, version, mac) = (parts.next()?, parts.next()?, parts.next()?) else { return None };
    Some((version.parse().ok()?, mac))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(active: u32, of: &[(u32, u8)]) -> RowKeys {
        let all: Vec<(u32, Key)> =
            of.iter().map(|(version, byte)| (*version, Key::copy_of(&[*byte; 32]))).collect();
        let all = all.iter().map(|(version, key)| (*version, key));
        RowKeys::of(active, all, &BTreeSet::new()).unwrap()
    }

    #[test]
    fn a_mac_names_its_key_and_holds_under_no_other() {
        let (old, new) = (keys(1, &[(1, 7)]), keys(2, &[(1, 7), (2, 8)]));
        let first = old.seal(b"row").unwrap();
        assert!(first.starts_with("v1.1.") && first.len() == 48, "{first}");
        assert!(old.holds(b"row", &first) && new.holds(b"row", &first));
        assert!(!old.holds(b"Row", &first));
        let second = new.seal(b"row").unwrap();
        assert!(new.holds(b"row", &second) && !old.holds(b"row", &second));
        assert!(!new.holds(b"row", &second.replace("v1.2.", "v1.1.")));
        assert!(!keys(1, &[(1, 9)]).holds(b"row", &first));
    }

    #[test]
    fn a_mac_of_a_retired_key_does_not_hold_and_one_of_a_newer_key_is_told() {
        let (one, two) = (Key::copy_of(&[7; 32]), Key::copy_of(&[8; 32]));
        let both = || [(1, &one), (2, &two)].into_iter();
        let old = keys(1, &[(1, 7)]).seal(b"row").unwrap();
        let after = RowKeys::of(2, both(), &BTreeSet::from([1])).unwrap();
        assert!(!after.holds(b"row", &old) && !after.names_newer(&old));
        let new = after.seal(b"row").unwrap();
        let before = keys(1, &[(1, 7)]);
        assert!(!before.holds(b"row", &new) && before.names_newer(&new));
        assert!(!before.names_newer(&old) && !before.names_newer("v2.9.AAAA"));
        assert_eq!((before.newest(), after.newest()), (1, 2));
    }

    #[test]
    fn a_row_under_a_newer_key_has_the_next_one_sealed_with_it() {
        let waiting = keys(1, &[(1, 7), (2, 8)]);
        let new = keys(2, &[(2, 8)]).seal(b"row").unwrap();
        assert!(waiting.seal(b"row").unwrap().starts_with(&waiting.prefix()));
        assert_eq!(waiting.prefix(), "v1.1.");
        assert!(!waiting.holds(b"another", &new));
        assert_eq!(waiting.prefix(), "v1.1.", "nobody forges it");
        assert!(waiting.holds(b"row", &new));
        assert_eq!(waiting.seal(b"row"), Some(new));
    }

    #[test]
    fn what_is_no_mac_never_holds() {
        let keys = keys(1, &[(1, 7)]);
        let whole = keys.seal(b"row").unwrap();
        for at in 0..=whole.len() {
            assert!(at == whole.len() || !keys.holds(b"row", &whole[..at]));
        }
        for other in
            ["", "v1", "v1.1", "v1.1.", "v2.1.AAAA", "v1.x.AAAA", "..", &format!("{whole}.")]
        {
            assert!(!keys.holds(b"row", other), "{other}");
        }
    }
}
