//! Thirty-two secret bytes and the primitives keyed by them; every other file here is a format.

use ring::rand::{SecureRandom, SystemRandom};
use ring::{aead, hkdf, hmac};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::CryptoError;

/// Length in bytes of every key, of AES-256 and of HMAC-SHA256 alike.
pub(super) const KEY: usize = 32;
pub(super) const NONCE: usize = 12;
pub(super) const TAG: usize = 16;

/// One key, wiped on drop. Boxed because a moved array leaves its old bytes on the stack.
pub(super) struct Key(Box<[u8; KEY]>);

impl Key {
    /// Takes a copy; the caller wipes its own.
    pub(super) fn copy_of(bytes: &[u8; KEY]) -> Key {
        let mut key = Key(Box::new([0; KEY]));
        key.0.copy_from_slice(bytes);
        key
    }

    pub(super) fn random() -> Result<Key, CryptoError> {
        let mut key = Key(Box::new([0; KEY]));
        fill_random(key.0.as_mut_slice())?;
        Ok(key)
    }

    /// The bytes themselves, for wrapping and for the key file.
    pub(super) fn expose(&self) -> &[u8; KEY] {
        &self.0
    }

    pub(super) fn mac(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = [0; 32];
        mac.copy_from_slice(hmac::sign(&self.hmac(), message).as_ref());
        mac
    }

    /// Whether `mac` is the whole HMAC-SHA256 of `message`; time does not depend on where they differ.
    pub(super) fn verify_mac(&self, message: &[u8], mac: &[u8]) -> bool {
        hmac::verify(&self.hmac(), message, mac).is_ok()
    }

    /// HKDF-SHA256 with this key as input, `info` being the concatenation of its parts.
    pub(super) fn derive(&self, salt: &[u8], info: &[&[u8]]) -> Result<Key, CryptoError> {
        let pseudorandom = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(self.0.as_slice());
        let mut key = Key(Box::new([0; KEY]));
        pseudorandom
            .expand(info, hkdf::HKDF_SHA256)
            .and_then(|output| output.fill(key.0.as_mut_slice()))
            .map_err(|_| CryptoError::Cipher)?;
        Ok(key)
    }

    /// AES-256-GCM: turns `text` into ciphertext where it lies and returns the tag. A nonce must
    /// never be used twice under one key.
    pub(super) fn seal_in_place(
        &self,
        nonce: [u8; NONCE],
        aad: &[u8],
        text: &mut [u8],
    ) -> Result<[u8; TAG], CryptoError> {
        let sealed = self
            .aes()?
            .seal_in_place_separate_tag(
                aead::Nonce::assume_unique_for_key(nonce),
                aead::Aad::from(aad),
                text,
            )
            .map_err(|_| CryptoError::Cipher)?;
        let mut tag = [0; TAG];
        tag.copy_from_slice(sealed.as_ref());
        Ok(tag)
    }

    /// AES-256-GCM: opens ciphertext and tag where they lie; `Unauthentic` when the tag fails.
    pub(super) fn open_in_place<'a>(
        &self,
        nonce: [u8; NONCE],
        aad: &[u8],
        sealed: &'a mut [u8],
    ) -> Result<&'a [u8], CryptoError> {
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        match self.aes()?.open_in_place(nonce, aead::Aad::from(aad), sealed) {
            Ok(text) => Ok(text),
            Err(_) => Err(CryptoError::Unauthentic),
        }
    }

    /// Made ready for many messages.
    pub(super) fn hmac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.0.as_slice())
    }

    fn aes(&self) -> Result<aead::LessSafeKey, CryptoError> {
        aead::UnboundKey::new(&aead::AES_256_GCM, self.0.as_slice())
            .map(aead::LessSafeKey::new)
            .map_err(|_| CryptoError::Cipher)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for Key {}

pub(super) fn fill_random(bytes: &mut [u8]) -> Result<(), CryptoError> {
    SystemRandom::new().fill(bytes).map_err(|_| CryptoError::Random)
}

/// `N` random bytes, wiped on drop.
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, CryptoError> {
    let mut bytes = Zeroizing::new([0; N]);
    fill_random(bytes.as_mut_slice())?;
    Ok(bytes)
}

/// Appends `u32(len) ‖ part`, so that no two lists of parts make the same bytes.
pub(super) fn push_prefixed(out: &mut Vec<u8>, part: &[u8]) -> Result<(), CryptoError> {
    let length = u32::try_from(part.len()).map_err(|_| CryptoError::TooLong)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(part);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_and_hkdf_agree_with_the_vector() -> Result<(), CryptoError> {
        let key = Key::copy_of(&std::array::from_fn(|i| 0x20 + i as u8));
        assert_eq!(key.mac(b"regcred/key-check/v1")[..4], [0x3a, 0xa4, 0xa6, 0x0b]);
        let derived = key.derive(&[0x55; 32], &[b"regcred/secret-dek/v1", &[1]])?;
        assert_eq!(
            crate::crypto::kek::hex(derived.expose()),
            "8fcd6614c2577edff81b4ee88d52c426d5c0cb65a2fbf7685af99578d3d77da6"
        );
        Ok(())
    }

    #[test]
    fn a_mac_is_verified_whole() {
        let key = Key::copy_of(&[1; KEY]);
        let mac = key.mac(b"entry");
        assert!(key.verify_mac(b"entry", &mac));
        assert!(!key.verify_mac(b"entry", &mac[..31]));
        assert!(!key.verify_mac(b"entry", b""));
        assert!(!key.verify_mac(b"other", &mac));
    }

    #[test]
    fn parts_cannot_borrow_bytes_from_each_other() -> Result<(), CryptoError> {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for part in [b"ab".as_slice(), b"c"] {
            push_prefixed(&mut left, part)?;
        }
        for part in [b"a".as_slice(), b"bc"] {
            push_prefixed(&mut right, part)?;
        }
        assert_ne!(left, right);
        Ok(())
    }

    #[test]
    fn two_random_keys_differ() -> Result<(), CryptoError> {
        assert_ne!(Key::random()?.expose(), Key::random()?.expose());
        Ok(())
    }
}
