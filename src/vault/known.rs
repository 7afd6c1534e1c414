//! Browsers that an account was signed in with before. Strangers' failures do not hold them up: each
//! is counted by itself, and waits in its account's own line.
//!
//! A browser keeps a mark: a salt, and a key that is derived from it for that account. Nothing is
//! stored here, the mark does not tell whose it is, and it opens nothing without the password.

use super::{Vault, names};
use crate::crypto::derived::{SALT, fresh_salt};
use crate::crypto::digest::same;
use crate::domain::user::Person;
use crate::error::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

const LABEL: &[u8] = b"regcred/known-browser/v1";

impl Vault {
    /// A mark for the browser that the person has just signed in with.
    pub fn known_browser(&self, person: &Person) -> Result<Zeroizing<String>> {
        let salt = fresh_salt()?;
        let account = names::fold(&person.email);
        let key = self.keys.ring().derive(&salt, &[LABEL, account.as_bytes()])?;
        let mut mark = Zeroizing::new(Vec::with_capacity(SALT + 32));
        mark.extend_from_slice(&salt);
        mark.extend_from_slice(key.expose());
        Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(mark.as_slice())))
    }

    /// What tells this browser from others, if the mark is one of this folded address.
    pub(super) fn browser_known_by(&self, mark: &str, account: &str) -> Result<Option<String>> {
        let Ok(mark) = URL_SAFE_NO_PAD.decode(mark).map(Zeroizing::new) else { return Ok(None) };
        let Some((salt, key)) = mark.split_first_chunk::<SALT>() else { return Ok(None) };
        let keys = self.keys.ring().derive_each(salt, &[LABEL, account.as_bytes()])?;
        let is_known = keys.iter().any(|known| same(known.expose(), key));
        Ok(is_known.then(|| URL_SAFE_NO_PAD.encode(salt)))
    }
}
