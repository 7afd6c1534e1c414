//! MACs of rows: one key for each audit key, made ready once. The format is in the room's doc.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use ring::hmac;

use super::CryptoError;
use super::key::Key;

const LABEL: &[u8] = b"regcred/row-mac/v1";
const FORMAT: &str = "v1";

/// The keys by the version of the audit key that each comes from.
pub(super) struct RowKeys {
    active: u32,
    keys: BTreeMap<u32, hmac::Key>,
}

impl RowKeys {
    pub(super) fn of<'a>(
        active: u32,
        audit: impl Iterator<Item = (u32, &'a Key)>,
    ) -> Result<RowKeys, CryptoError> {
        let mut keys = BTreeMap::new();
        for (version, key) in audit {
            keys.insert(version, key.derive(b"", &[LABEL])?.hmac());
        }
        Ok(RowKeys { active, keys })
    }

    /// `v1.<version of the audit key>.<HMAC-SHA256 in base64url>`
    pub(super) fn seal(&self, message: &[u8]) -> Option<String> {
        let mac = hmac::sign(self.keys.get(&self.active)?, message);
        Some(format!("{FORMAT}.{}.{}", self.active, BASE64URL_NOPAD.encode(mac.as_ref())))
    }

    /// Whether `mac` was made of `message` under the key that it names; comparing takes constant time.
    pub(super) fn holds(&self, message: &[u8], mac: &str) -> bool {
        let mut parts = mac.splitn(3, '.');
        let (Some(FORMAT), Some(version), Some(mac)) = (parts.next(), parts.next(), parts.next())
        else {
            return false;
        };
        let key = version.parse().ok().and_then(|version: u32| self.keys.get(&version));
        let mac = BASE64URL_NOPAD.decode(mac.as_bytes());
        key.zip(mac.ok()).is_some_and(|(key, mac)| hmac::verify(key, message, &mac).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(active: u32, of: &[(u32, u8)]) -> RowKeys {
        let all: Vec<(u32, Key)> =
            of.iter().map(|(version, byte)| (*version, Key::copy_of(&[*byte; 32]))).collect();
        RowKeys::of(active, all.iter().map(|(version, key)| (*version, key))).unwrap()
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
