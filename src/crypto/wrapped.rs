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

/// Magic, format 1, algorithm 1 (AES-256-GCM).
const START: [u8; 5] = *b"RGK\x01\x01";
/// What the byte after the start says: nothing, or what holds for good since it was said. Nobody who has
/// not the KEK can take it back. With an audit key it is that rows that decide were sealed once, with one
/// for secrets that each secret under it is bound to its login.
const NOTHING: u8 = 0;
const FOR_GOOD: u8 = 1;
/// The same of an audit key, and that it is retired: no row is under it any more.
const RETIRED: u8 = 2;
/// What the AAD covers of the bytes themselves: the start, what is said, two zeros and the KEK id.
const COVERED: usize = 16;
const WRAPPED: usize = COVERED + NONCE + KEY + TAG;

/// What a keyring key is for. A key of one purpose never opens as one of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    Secret,
    Audit,
    /// Telling which credentials hold the same secret.
    Fingerprint,
    /// Signing what others can check of the audit log.
    Checkpoint,
}

impl Purpose {
    /// Every purpose; a keyring has an active key for each.
    pub const ALL: [Purpose; 4] =
        [Purpose::Secret, Purpose::Audit, Purpose::Fingerprint, Purpose::Checkpoint];

    /// The word that the database keeps, and the label in the wrap's AAD, which keeps rows of two
    /// purposes from being exchanged.
    fn words(self) -> (&'static str, &'static [u8]) {
        match self {
            Purpose::Secret => ("secret", b"regcred/keyring/v1"),
            Purpose::Audit => ("audit", b"regcred/keyring/v1/audit"),
            Purpose::Fingerprint => ("fingerprint", b"regcred/keyring/v1/fingerprint"),
            Purpose::Checkpoint => ("checkpoint", b"regcred/keyring/v1/checkpoint"),
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

/// One row of the keyring. Safe to store: the key inside is encrypted. `is_active`, `is_retired` and the
/// row's absence are not authenticated; everything else is, and what the key says of its retirement.
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
    /// Of an audit key: whether it has no row that decides any more, and only verifies.
    pub is_retired: bool,
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
            is_retired: false,
        }
        .holding(kek, *random()?, &Key::random()?, word_of(purpose))
    }

    /// The same as an older version of the program made it.
    #[cfg(test)]
    pub(crate) fn generate_as_before(
        kek: &Kek,
        purpose: Purpose,
        version: u32,
    ) -> Result<WrappedKey, CryptoError> {
        let made = WrappedKey::generate(kek, purpose, version)?;
        let key = made.open(kek, None)?;
        made.holding(kek, *random()?, &key, NOTHING)
    }

    /// The same key under another KEK. The caller has opened it with [`WrappedKey::open`].
    pub(super) fn rewrap(&self, kek: &Kek, key: &Key) -> Result<WrappedKey, CryptoError> {
        self.clone().holding(kek, *random()?, key, self.word())
    }

    /// The same key under that KEK, saying from now on what holds for good: of an audit key that rows are
    /// sealed, of one for secrets that those under it are bound.
    pub(super) fn rewrap_for_good(&self, kek: &Kek, key: &Key) -> Result<WrappedKey, CryptoError> {
        self.clone().holding(kek, *random()?, key, FOR_GOOD)
    }

    /// The same audit key under that KEK, saying from now on that it is retired.
    pub(super) fn rewrap_retired(&self, kek: &Kek, key: &Key) -> Result<WrappedKey, CryptoError> {
        self.clone().holding(kek, *random()?, key, RETIRED)
    }

    /// Whether it says so: authentic once the key was opened.
    pub fn says_for_good(&self) -> bool {
        matches!(self.word(), FOR_GOOD | RETIRED)
    }

    /// Whether it says that it is retired: authentic once the key was opened, unlike `is_retired`.
    pub fn says_retired(&self) -> bool {
        self.purpose == Purpose::Audit && self.word() == RETIRED
    }

    fn word(&self) -> u8 {
        self.wrapped.get(START.len()).copied().unwrap_or(NOTHING)
    }

    /// The nonce is a parameter so that the published vector can be reproduced.
    fn holding(
        mut self,
        kek: &Kek,
        nonce: [u8; NONCE],
        key: &Key,
        word: u8,
    ) -> Result<WrappedKey, CryptoError> {
        self.kek_id = kek.id();
        let mut wrapped = Vec::with_capacity(WRAPPED);
        wrapped.extend_from_slice(&START);
        wrapped.extend_from_slice(&[word, 0, 0]);
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

    /// The one of the two KEKs that the row names; `WrongKek` if neither.
    pub(super) fn kek_among<'a>(
        &self,
        current: &'a Kek,
        previous: Option<&'a Kek>,
    ) -> Result<&'a Kek, CryptoError> {
        let mut given = [Some(current), previous].into_iter().flatten();
        given.find(|kek| kek.id() == self.kek_id).ok_or(CryptoError::WrongKek)
    }

    /// The key inside, under whichever of the two KEKs the row names; `WrongKek` if neither.
    pub(super) fn open(&self, current: &Kek, previous: Option<&Kek>) -> Result<Key, CryptoError> {
        let kek = self.kek_among(current, previous)?;
        if self.wrapped.len() > WRAPPED {
            return Err(CryptoError::TooLong);
        }
        let (covered, rest) =
            self.wrapped.split_first_chunk::<COVERED>().ok_or(CryptoError::Truncated)?;
        let (nonce, sealed) = rest.split_first_chunk().ok_or(CryptoError::Truncated)?;
        let mut sealed: Zeroizing<[u8; KEY + TAG]> =
            Zeroizing::new(sealed.try_into().map_err(|_| CryptoError::Truncated)?);
        let named = match covered.strip_prefix(&START) {
            Some([NOTHING | FOR_GOOD, 0, 0, named @ ..]) => named,
            Some([RETIRED, 0, 0, named @ ..]) if self.purpose == Purpose::Audit => named,
            _ => return Err(CryptoError::UnknownFormat),
        };
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

/// What a new key says: beside it no row was ever without a MAC, and nothing is under it yet.
fn word_of(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::Audit | Purpose::Secret => FOR_GOOD,
        Purpose::Fingerprint | Purpose::Checkpoint => NOTHING,
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
mod tests;
