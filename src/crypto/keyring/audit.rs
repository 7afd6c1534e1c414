//! What the audit keys make and verify: the MACs of rows that decide, the links of the chains, and keys of
//! one use each. A retired one has no rows any more, and verifies links and makes keys for Drone as before.

use std::collections::BTreeSet;

use super::super::CryptoError;
use super::super::derived::Derived;
use super::super::key::Key;
use super::Keyring;

impl Keyring {
    /// Whether the rows that decide were sealed once: then one without a MAC was put there by
    /// somebody else.
    pub fn are_rows_sealed(&self) -> bool {
        self.are_rows_sealed
    }

    /// The MAC of what a row says, under the active audit key, as text.
    pub fn seal_row(&self, message: &[u8]) -> Option<String> {
        self.rows.seal(message)
    }

    /// Whether [`Keyring::seal_row`] made `mac` of `message`, under an audit key that is not retired.
    pub fn verify_row(&self, message: &[u8], mac: &str) -> bool {
        self.rows.holds(message, mac)
    }

    /// What each MAC of [`Keyring::seal_row`] begins with now; it names the key.
    pub fn row_prefix(&self) -> String {
        self.rows.prefix()
    }

    /// The version of the active audit key, as far as rows have shown it.
    pub fn audit_version(&self) -> u32 {
        self.rows.active()
    }

    /// The key that rows are sealed with, for whatever else is made now: the one that was read as active
    /// may be retired by now.
    fn audit_key(&self) -> &Key {
        self.audit.find(self.rows.active()).unwrap_or(&self.audit.key)
    }

    /// The version of the newest audit key.
    pub fn newest_audit_key(&self) -> u32 {
        self.rows.newest()
    }

    /// Whether the MAC of a row names a newer audit key than that.
    pub fn names_newer_key(&self, mac: &str) -> bool {
        self.rows.names_newer(mac)
    }

    /// The audit keys that have no row any more: a row under one of them is nobody's.
    pub fn retired_audit_keys(&self) -> &BTreeSet<u32> {
        &self.retired
    }

    /// HMAC-SHA256 of `message` under the active audit key.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        self.audit_key().mac(message)
    }

    /// HMAC-SHA256 of `message` under each audit key, active or older.
    pub fn macs(&self, message: &[u8]) -> impl Iterator<Item = [u8; 32]> {
        self.audit.all().map(|key| key.mac(message))
    }

    /// Whether `mac` was made over `message` under any audit key, active or older; comparing takes
    /// constant time.
    pub fn verify_mac(&self, message: &[u8], mac: &[u8]) -> bool {
        self.audit.all().any(|key| key.verify_mac(message, mac))
    }

    /// The same under an audit key that is not retired.
    pub fn verify_proof(&self, message: &[u8], mac: &[u8]) -> bool {
        let mut keys = self.audit.by_version();
        keys.any(|(version, key)| !self.retired.contains(&version) && key.verify_mac(message, mac))
    }

    /// A key for the one use that `info` names, derived from the active audit key:
    /// HKDF-SHA256(ikm = key, salt, info), with the parts of `info` one behind the other.
    pub fn derive(&self, salt: &[u8], info: &[&[u8]]) -> Result<Derived, CryptoError> {
        Derived::of(self.audit_key(), salt, info)
    }

    /// The same from the audit key of that version; `UnknownKeyVersion` when there is none.
    pub fn derive_under(
        &self,
        version: u32,
        salt: &[u8],
        info: &[&[u8]],
    ) -> Result<Derived, CryptoError> {
        let key = self.audit.find(version).ok_or(CryptoError::UnknownKeyVersion)?;
        Derived::of(key, salt, info)
    }

    /// The same from each audit key, active or older.
    pub fn derive_each(&self, salt: &[u8], info: &[&[u8]]) -> Result<Vec<Derived>, CryptoError> {
        self.audit.all().map(|key| Derived::of(key, salt, info)).collect()
    }

    /// The same from each audit key that is not retired.
    pub fn derive_each_kept(
        &self,
        salt: &[u8],
        info: &[&[u8]],
    ) -> Result<Vec<Derived>, CryptoError> {
        let keys = self.audit.by_version().filter(|(version, _)| !self.retired.contains(version));
        keys.map(|(_, key)| Derived::of(key, salt, info)).collect()
    }
}
