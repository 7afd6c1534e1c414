//! Keys derived from a key of the keyring, one for each use: what is made with one tells nothing of
//! the key it came from, nor of what is made with another. The formats are in the room's doc.

use std::fmt;

use zeroize::ZeroizeOnDrop;

use super::CryptoError;
use super::kek::Kek;
use super::key::{Key, random};
use super::wrapped::WrappedKey;

pub const SALT: usize = 16;

/// A key for one use. Wiped on drop, printed as a name only.
pub struct Derived(Key);

impl Derived {
    pub(super) fn of(key: &Key, salt: &[u8], info: &[&[u8]]) -> Result<Derived, CryptoError> {
        key.derive(salt, info).map(Derived)
    }

    /// From a key as a row of the keyring has it, for who has no keyring: what
    /// [`super::keyring::Keyring::derive`] gives. `WrongKek` when the row names another KEK.
    pub fn of_wrapped(
        wrapped: &WrappedKey,
        kek: &Kek,
        salt: &[u8],
        info: &[&[u8]],
    ) -> Result<Derived, CryptoError> {
        Derived::of(&wrapped.open(kek, None)?, salt, info)
    }

    /// The bytes themselves: a secret that another system is to share.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        self.0.mac(message)
    }

    /// Whether `mac` is the whole HMAC-SHA256 of `message`; comparing takes constant time.
    pub fn verify_mac(&self, message: &[u8], mac: &[u8]) -> bool {
        self.0.verify_mac(message, mac)
    }
}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Derived(..)")
    }
}

impl ZeroizeOnDrop for Derived {}

/// Random bytes that need not be secret, for a key that nobody has derived before.
pub fn fresh_salt() -> Result<[u8; SALT], CryptoError> {
    Ok(*random()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::kek::hex;
    use crate::crypto::key::KEY;
    use crate::crypto::wrapped;

    const LABEL: &[u8] = b"regcred/secret-dek/v1";

    #[test]
    fn a_derived_key_agrees_with_the_vector_from_either_side() -> Result<(), CryptoError> {
        let (kek, key, row) = wrapped::vector();
        let (salt, info): ([u8; 32], [&[u8]; 2]) = ([0x55; 32], [LABEL, &[1]]);
        let expected = "8fcd6614c2577edff81b4ee88d52c426d5c0cb65a2fbf7685af99578d3d77da6";
        assert_eq!(hex(Derived::of(&key, &salt, &info)?.expose()), expected);
        assert_eq!(hex(Derived::of_wrapped(&row, &kek, &salt, &info)?.expose()), expected);
        Ok(())
    }

    #[test]
    fn a_wrapped_key_gives_nothing_to_another_kek() -> Result<(), CryptoError> {
        let (_, _, row) = wrapped::vector();
        let refused = Derived::of_wrapped(&row, &Kek::generate()?, b"", &[LABEL]).err();
        assert_eq!(refused, Some(CryptoError::WrongKek));
        Ok(())
    }

    #[test]
    fn each_key_salt_and_use_gives_another_key() -> Result<(), CryptoError> {
        let key = Key::copy_of(&[1; KEY]);
        let one = Derived::of(&key, b"salt", &[LABEL])?;
        for other in [
            Derived::of(&Key::copy_of(&[2; KEY]), b"salt", &[LABEL])?,
            Derived::of(&key, b"", &[LABEL])?,
            Derived::of(&key, b"salt", &[b"regcred/another/v1"])?,
        ] {
            assert_ne!(one.expose(), other.expose());
            assert!(!other.verify_mac(b"entry", &one.mac(b"entry")));
        }
        assert!(one.verify_mac(b"entry", &one.mac(b"entry")));
        assert_ne!(one.mac(b"entry"), key.mac(b"entry"));
        Ok(())
    }

    #[test]
    fn two_salts_differ_and_debug_prints_a_name() -> Result<(), CryptoError> {
        assert_ne!(fresh_salt()?, fresh_salt()?);
        let derived = Derived::of(&Key::copy_of(&[1; KEY]), b"", &[LABEL])?;
        assert_eq!(format!("{derived:?}"), "Derived(..)");
        Ok(())
    }
}
