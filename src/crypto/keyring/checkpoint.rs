//! What signs checkpoints of the audit log: Ed25519, with the keyring key as its seed. While a key is
//! replaced, the old one signs beside the new one.

use ring::signature::{Ed25519KeyPair, KeyPair};

use super::super::CryptoError;
use super::super::key::Key;
use super::Keyring;

/// The public half of the key, and what it signed.
pub type Signature = ([u8; 32], [u8; 64]);

impl Keyring {
    /// The signature of the message by each key that signs: the one in use, and those that it has replaced
    /// and that are not retired yet, the newest first. Each with its public half.
    pub fn sign_checkpoint(&self, message: &[u8]) -> Result<Vec<Signature>, CryptoError> {
        self.signing().into_iter().map(|key| signed(key, message)).collect()
    }

    /// The public half of each key that signs, in the same order.
    pub fn checkpoint_keys(&self) -> Result<Vec<[u8; 32]>, CryptoError> {
        self.signing().into_iter().map(|key| public(&pair(key)?)).collect()
    }

    /// A newer key than the one in use waits until every server has read it.
    fn signing(&self) -> Vec<&Key> {
        let active = self.checkpoint.active;
        let mut keys: Vec<(u32, &Key)> =
            self.checkpoint.by_version().filter(|(version, _)| *version <= active).collect();
        keys.sort_unstable_by_key(|(version, _)| std::cmp::Reverse(*version));
        keys.into_iter().map(|(_, key)| key).collect()
    }
}

fn signed(key: &Key, message: &[u8]) -> Result<Signature, CryptoError> {
    let pair = pair(key)?;
    let signature = pair.sign(message).as_ref().try_into().map_err(|_| CryptoError::Cipher)?;
    Ok((public(&pair)?, signature))
}

fn pair(key: &Key) -> Result<Ed25519KeyPair, CryptoError> {
    Ed25519KeyPair::from_seed_unchecked(key.expose()).map_err(|_| CryptoError::Cipher)
}

fn public(pair: &Ed25519KeyPair) -> Result<[u8; 32], CryptoError> {
    pair.public_key().as_ref().try_into().map_err(|_| CryptoError::Cipher)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::kek::{Kek, hex};
    use crate::crypto::keyring::{Purpose, WrappedKey};
    use crate::crypto::signature::ed25519_holds;

    #[test]
    fn the_seed_of_the_standard_has_its_public_key() -> Result<(), CryptoError> {
        // RFC 8032, 7.1, test 1.
        let seed = [
            0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec,
            0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03,
            0x1c, 0xae, 0x7f, 0x60,
        ];
        let pair = pair(&Key::copy_of(&seed))?;
        assert_eq!(
            hex(&public(&pair)?),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        Ok(())
    }

    #[test]
    fn the_old_key_signs_beside_the_new_one_and_a_waiting_one_does_not() -> Result<(), CryptoError>
    {
        let kek = Kek::generate()?;
        let mut keys = Keyring::generate_missing(&kek, &[])?;
        let first = Keyring::unlock(&kek, None, &keys)?.checkpoint_keys()?;
        keys.push(WrappedKey::generate(&kek, Purpose::Checkpoint, 2)?);
        assert_eq!(Keyring::unlock(&kek, None, &keys)?.checkpoint_keys()?, first);
        for key in keys.iter_mut().filter(|key| key.purpose == Purpose::Checkpoint) {
            key.is_active = key.version == 2;
        }
        let both = Keyring::unlock(&kek, None, &keys)?;
        let signatures = both.sign_checkpoint(b"note")?;
        assert_eq!(signatures.len(), 2);
        assert_eq!(signatures[1].0, first[0]);
        assert!(signatures.iter().all(|(key, by)| ed25519_holds(key, b"note", by)));
        assert!(!ed25519_holds(&signatures[0].0, b"note", &signatures[1].1));
        keys.retain(|key| key.purpose != Purpose::Checkpoint || key.version == 2);
        let new = Keyring::unlock(&kek, None, &keys)?.checkpoint_keys()?;
        assert_eq!(new, [signatures[0].0]);
        Ok(())
    }
}
