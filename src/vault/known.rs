//! Browsers that an account was signed in with before. Strangers' failures do not hold them up: each
//! is counted by itself, and waits in its account's own line.
//!
//! A browser keeps a mark: a salt, a key that is derived from it for every account, and one for that
//! account. The first one tells that the mark is ours before it is known who signs in. Nothing is stored
//! here, the mark does not tell whose it is, and it opens nothing without the password.
//!
//! A mark of a retired audit key is none: who knows that key could make as many as they like, each with
//! failures of its own. Its browser gets another one when it signs in again.

use super::{Vault, names};
use crate::crypto::derived::{SALT, fresh_salt};
use crate::crypto::digest::same;
use crate::domain::user::Person;
use crate::error::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

const LABEL: &[u8] = b"regcred/known-browser/v1";
const OURS: &[u8] = b"regcred/known-browser/ours/v1";
/// Bytes of each of its keys.
const KEY: usize = 32;
/// The longest text that is looked at.
const TEXT_MAX: usize = 128;

impl Vault {
    /// A mark for the browser that the person has just signed in with.
    pub fn known_browser(&self, person: &Person) -> Result<Zeroizing<String>> {
        let salt = fresh_salt()?;
        let account = names::fold(&person.email);
        let ring = self.keys.ring();
        let ours = ring.derive(&salt, &[OURS])?;
        let key = ring.derive(&salt, &[LABEL, account.as_bytes()])?;
        let mut mark = Zeroizing::new(Vec::with_capacity(SALT + 2 * KEY));
        mark.extend_from_slice(&salt);
        mark.extend_from_slice(ours.expose());
        mark.extend_from_slice(key.expose());
        Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(mark.as_slice())))
    }

    /// What tells this browser from others, if the mark is one of this folded address.
    pub(super) fn browser_known_by(&self, mark: &str, account: &str) -> Result<Option<String>> {
        let Ok(mark) = URL_SAFE_NO_PAD.decode(mark).map(Zeroizing::new) else { return Ok(None) };
        let Some((salt, _, key)) = parts(&mark) else { return Ok(None) };
        let keys = self.keys.ring().derive_each_kept(salt, &[LABEL, account.as_bytes()])?;
        let is_known = keys.iter().any(|known| same(known.expose(), key));
        Ok(is_known.then(|| URL_SAFE_NO_PAD.encode(salt)))
    }

    /// Whether the mark is one of ours, whatever account it is for. One from before marks told that is
    /// not, until its browser signs in again.
    pub fn is_mark(&self, mark: &str) -> bool {
        if mark.len() > TEXT_MAX {
            return false;
        }
        let Ok(mark) = URL_SAFE_NO_PAD.decode(mark).map(Zeroizing::new) else { return false };
        let Some((salt, ours, _)) = parts(&mark) else { return false };
        let keys = self.keys.ring().derive_each_kept(salt, &[OURS]);
        keys.is_ok_and(|keys| keys.iter().any(|key| same(key.expose(), ours)))
    }
}

/// The salt, the key of every account, which older marks lack, and the key of one account.
fn parts(mark: &[u8]) -> Option<(&[u8; SALT], &[u8], &[u8])> {
    let (salt, keys) = mark.split_first_chunk::<SALT>()?;
    match keys.len() {
        KEY => Some((salt, &keys[..0], keys)),
        length if length == 2 * KEY => {
            let (ours, key) = keys.split_at(KEY);
            Some((salt, ours, key))
        }
        _ => None,
    }
}
