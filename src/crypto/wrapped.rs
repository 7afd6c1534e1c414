//! One keyring key as the database keeps it: 76 bytes under the KEK. The format is in the room's doc.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::CryptoError;
use super::kek::{Kek, KekId};
use super::key::{KEY, Key, NONCE, TAG, push_prefixed, random};
#[cfg(test)]
pub(super) use tests::vector;

/// Magic, format 1, algorithm 1 (AES-256-GCM), three reserved zeros.
const START: [u8; 8] = *b"RGK\x01\x01\0\0\0";
/// What the AAD covers of the bytes themselves: the start and the KEK id.
const COVERED: usize = 16;
const WRAPPED: usize = COVERED + NONCE + KEY + TAG;

/// What a keyring key is for. A key of one purpose never opens as one of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    Secret,
    Audit,
    /// Telling which credentials hold the same secret.
    Fingerprint,
}

impl Purpose {
    /// Every purpose; a keyring has an active key for each.
    pub const ALL: [Purpose; 3] = [Purpose::Secret, Purpose::Audit, Purpose::Fingerprint];

    /// The word that the database keeps, and the label in the wrap's AAD, which keeps rows of two
    /// purposes from being exchanged.
    fn words(self) -> (&'static str, &'static [u8]) {
        match self {
            Purpose::Secret => ("secret", b"regcred/keyring/v1"),
            Purpose::Audit => ("audit", b"regcred/keyring/v1/audit"),
            Purpose::Fingerprint => ("fingerprint", b"regcred/keyring/v1/fingerprint"),
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().0)
    }
}

/// Reads what Display writes; anything else is [`CryptoError::Unreadable`].
impl FromStr for Purpose {
    type Err = CryptoError;

    fn from_str(text: &str) -> Result<Purpose, CryptoError> {
        let mut all = Self::ALL.into_iter();
        all.find(|purpose| purpose.words().0 == text).ok_or(CryptoError::Unreadable)
    }
}

/// One row of the keyring. Safe to store: the key inside is encrypted. `is_active` and the row's
/// absence are not authenticated; everything else is.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey {
    pub purpose: Purpose,
    /// Counts from 1 within a purpose; sealed values name it.
    pub version: u32,
    /// Random (version 4); a new key with an old number is still another key.
    pub key_uuid: Uuid,
    pub wrapped: Vec<u8>,
    pub kek_id: KekId,
    /// Whether new values are sealed under it; one key per purpose is.
    pub is_active: bool,
}

impl WrappedKey {
    /// A fresh key of this purpose and version, wrapped under `kek` and not active: a new version
    /// waits until every replica has read it.
    pub fn generate(kek: &Kek, purpose: Purpose, version: u32) -> Result<WrappedKey, CryptoError> {
        let key_uuid = uuid::Builder::from_random_bytes(*random()?).into_uuid();
        WrappedKey {
            purpose,
            version,
            key_uuid,
            wrapped: Vec::new(),
            kek_id: kek.id(),
            is_active: false,
        }
        .holding(kek, *random()?, &Key::random()?)
    }

    /// The same key under another KEK. The caller has opened it with [`WrappedKey::open`].
    pub(super) fn rewrap(&self, kek: &Kek, key: &Key) -> Result<WrappedKey, CryptoError> {
        self.clone().holding(kek, *random()?, key)
    }

    /// The nonce is a parameter so that the published vector can be reproduced.
    fn holding(
        mut self,
        kek: &Kek,
        nonce: [u8; NONCE],
        key: &Key,
    ) -> Result<WrappedKey, CryptoError> {
        self.kek_id = kek.id();
        let mut wrapped = Vec::with_capacity(WRAPPED);
        wrapped.extend_from_slice(&START);
        wrapped.extend_from_slice(&self.kek_id.0);
        let aad = self.aad(&wrapped)?;
        let mut text = Zeroizing::new([0; KEY]);
        text.copy_from_slice(key.expose());
        let tag = kek.key().seal_in_place(nonce, &aad, text.as_mut_slice())?;
        wrapped.extend_from_slice(&nonce);
        wrapped.extend_from_slice(text.as_slice());
        wrapped.extend_from_slice(&tag);
        self.wrapped = wrapped;
        Ok(self)
    }

    /// The key inside, under whichever of the two KEKs the row names; `WrongKek` if neither.
    pub(super) fn open(&self, current: &Kek, previous: Option<&Kek>) -> Result<Key, CryptoError> {
        let kek = [Some(current), previous]
            .into_iter()
            .flatten()
            .find(|kek| kek.id() == self.kek_id)
            .ok_or(CryptoError::WrongKek)?;
        if self.wrapped.len() > WRAPPED {
            return Err(CryptoError::TooLong);
        }
        let (covered, rest) =
            self.wrapped.split_first_chunk::<COVERED>().ok_or(CryptoError::Truncated)?;
        let (nonce, sealed) = rest.split_first_chunk().ok_or(CryptoError::Truncated)?;
        let mut sealed: Zeroizing<[u8; KEY + TAG]> =
            Zeroizing::new(sealed.try_into().map_err(|_| CryptoError::Truncated)?);
        let named = covered.strip_prefix(&START).ok_or(CryptoError::UnknownFormat)?;
        if named != self.kek_id.0 {
            return Err(CryptoError::WrongKek);
        }
        let aad = self.aad(covered)?;
        let key = kek.key().open_in_place(*nonce, &aad, sealed.as_mut_slice())?;
        key.try_into().map(Key::copy_of).map_err(|_| CryptoError::Truncated)
    }

    fn aad(&self, covered: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut aad = Vec::new();
        push_prefixed(&mut aad, self.purpose.words().1)?;
        aad.extend_from_slice(covered);
        aad.extend_from_slice(&self.version.to_be_bytes());
        aad.extend_from_slice(self.key_uuid.as_bytes());
        Ok(aad)
    }
}

/// Leaves the wrapped bytes out: they are ciphertext, but a log is no place to keep a copy.
impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrappedKey")
            .field("purpose", &self.purpose)
            .field("version", &self.version)
            .field("key_uuid", &self.key_uuid)
            .field("kek_id", &self.kek_id)
            .field("is_active", &self.is_active)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::kek::hex;

    /// The published vector's key, KEK and row, for the tests of this room.
    pub(in crate::crypto) fn vector() -> (Kek, Key, WrappedKey) {
        let counting_from = |start: u8| std::array::from_fn(|i| start + i as u8);
        let kek = Kek::parse(&counting_from(0)).expect("32 raw bytes");
        let key = Key::copy_of(&counting_from(0x20));
        let row = WrappedKey {
            purpose: Purpose::Secret,
            version: 1,
            key_uuid: Uuid::from_bytes(std::array::from_fn(|i| 0x10 + i as u8)),
            wrapped: Vec::new(),
            kek_id: kek.id(),
            is_active: true,
        }
        .holding(&kek, [0xa0; NONCE], &key)
        .expect("the vector wraps");
        (kek, key, row)
    }

    fn refusal(kek: &Kek, row: &WrappedKey) -> Option<CryptoError> {
        row.open(kek, None).err()
    }

    #[test]
    fn a_wrapped_key_agrees_with_the_vector() -> Result<(), CryptoError> {
        let (kek, key, row) = vector();
        assert_eq!(
            hex(&row.wrapped),
            "52474b0101000000b976fc652f5fdb1da0a0a0a0a0a0a0a0a0a0a0a0059040c09ae168fa9178a4a9\
             c112de81f589abd686d81f2c31377f095e29335242a4f425910a59e4529012ce6070ce1c"
        );
        assert_eq!(row.open(&kek, None)?.expose(), key.expose());
        Ok(())
    }

    #[test]
    fn a_wrapped_key_opens_only_for_its_purpose_version_and_uuid() {
        let (kek, _, row) = vector();
        let moved = [
            WrappedKey { purpose: Purpose::Audit, ..row.clone() },
            WrappedKey { version: 2, ..row.clone() },
            WrappedKey { key_uuid: Uuid::nil(), ..row.clone() },
        ];
        for row in moved {
            assert_eq!(refusal(&kek, &row), Some(CryptoError::Unauthentic));
        }
    }

    #[test]
    fn every_changed_byte_of_a_wrapped_key_is_noticed() {
        let (kek, _, row) = vector();
        for at in 0..WRAPPED {
            let mut changed = row.clone();
            changed.wrapped[at] ^= 1;
            let expected = match at {
                0..8 => CryptoError::UnknownFormat,
                8..16 => CryptoError::WrongKek,
                _ => CryptoError::Unauthentic,
            };
            assert_eq!(refusal(&kek, &changed), Some(expected), "byte {at}");
        }
    }

    #[test]
    fn a_wrapped_key_of_another_length_is_refused() {
        let (kek, _, row) = vector();
        for length in 0..WRAPPED {
            let mut cut = row.clone();
            cut.wrapped.truncate(length);
            assert_eq!(refusal(&kek, &cut), Some(CryptoError::Truncated));
        }
        let mut longer = row;
        longer.wrapped.push(0);
        assert_eq!(refusal(&kek, &longer), Some(CryptoError::TooLong));
    }

    #[test]
    fn purposes_are_read_as_written() {
        for purpose in Purpose::ALL {
            assert_eq!(purpose.to_string().parse(), Ok(purpose));
        }
        assert_eq!("Secret".parse::<Purpose>(), Err(CryptoError::Unreadable));
    }

    #[test]
    fn debug_leaves_the_wrapped_bytes_out() {
        assert!(!format!("{:?}", vector().2).contains("wrapped"));
    }

    proptest! {
        #[test]
        fn garbage_is_refused_without_panic(wrapped in proptest::collection::vec(any::<u8>(), 0..100)) {
            let (kek, _, row) = vector();
            let row = WrappedKey { wrapped, ..row };
            prop_assert!(refusal(&kek, &row).is_some());
        }
    }
}
