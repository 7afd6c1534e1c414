//! A sealed value: the bytes a secret column holds. The format is in the room's doc.
//!
//! Values are sealed and opened through [`super::keyring::Keyring`]; here is only the form.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::CryptoError;
use super::key::{Key, NONCE, TAG, push_prefixed, random};

const MAGIC: [u8; 3] = *b"RGC";
/// Algorithm 1 (AES-256-GCM), no flags, two reserved zeros.
const REST: [u8; 4] = *b"\x01\0\0\0";
const ALGORITHM: u8 = 1;
const HEADER: usize = 60;
const SALT: usize = 32;
const CHECK: usize = 4;
/// Plaintext is padded to a multiple of this, so that lengths tell little.
const BLOCK: usize = 256;
/// Bytes of the length that stands before the secret.
const LENGTH: usize = 4;
const MIN: usize = HEADER + BLOCK + TAG;
const MAX: usize = MAX_SECRET + MIN;

const DEK_LABEL: &[u8] = b"regcred/secret-dek/v1";
const CHECK_LABEL: &[u8] = b"regcred/key-check/v1";

/// The longest secret that can be sealed, in bytes: 64 KiB.
pub const MAX_SECRET: usize = 64 * 1024;

/// Where a value belongs; it opens nowhere else. All of it must be known before sealing, so the
/// row's id is made by the program and not by the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    pub table: &'a str,
    pub column: &'a str,
    pub row_id: Uuid,
    pub project_id: Uuid,
    /// Counts the secrets this row has had; an older one does not open as a newer.
    pub secret_version: u64,
    /// The registry the secret is sent to, as `https://host:port`, lower case, port written out.
    pub origin: &'a str,
    /// What a credential's secret signs in with; `None` for what is no such secret. With one, values
    /// are sealed in format 2, which covers it. The keyring leaves it out under a key of before.
    pub login: Option<Login<'a>>,
}

/// Whose secret it is, and the user name that it is sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login<'a> {
    pub credential_id: Uuid,
    pub username: &'a str,
}

/// What a seal covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Not the login: secrets are sealed so under a key of before, and what has no login always is.
    Unbound = 1,
    /// The login as well.
    Bound = 2,
}

impl Format {
    fn of(byte: u8) -> Option<Self> {
        [Self::Unbound, Self::Bound].into_iter().find(|format| *format as u8 == byte)
    }

    fn label(self) -> &'static [u8] {
        match self {
            Self::Unbound => b"regcred/secret/v1",
            Self::Bound => b"regcred/secret/v2",
        }
    }
}

impl Place<'_> {
    /// The format in which values are sealed here.
    fn format(&self) -> Format {
        if self.login.is_some() { Format::Bound } else { Format::Unbound }
    }

    /// `UnknownFormat` when the format needs a login, and there is none.
    fn aad(&self, format: Format, header: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut aad = Vec::new();
        push_prefixed(&mut aad, format.label())?;
        aad.extend_from_slice(header);
        push_prefixed(&mut aad, self.table.as_bytes())?;
        push_prefixed(&mut aad, self.column.as_bytes())?;
        aad.extend_from_slice(self.row_id.as_bytes());
        aad.extend_from_slice(self.project_id.as_bytes());
        aad.extend_from_slice(&self.secret_version.to_be_bytes());
        push_prefixed(&mut aad, self.origin.as_bytes())?;
        if format == Format::Bound {
            let login = self.login.ok_or(CryptoError::UnknownFormat)?;
            aad.extend_from_slice(login.credential_id.as_bytes());
            push_prefixed(&mut aad, login.username.as_bytes())?;
        }
        Ok(aad)
    }
}

/// The key version a sealed value names, without opening it. `Truncated`, `TooLong` or
/// `UnknownFormat` when the bytes are no sealed value.
pub fn key_version(blob: &[u8]) -> Result<u32, CryptoError> {
    Ok(parse(blob)?.key_version)
}

/// The format of a sealed value, with the same errors.
pub fn format(blob: &[u8]) -> Result<Format, CryptoError> {
    Ok(parse(blob)?.format)
}

pub(super) fn seal(
    key: &Key,
    key_version: u32,
    place: &Place<'_>,
    secret: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    seal_with(key, key_version, &*random()?, *random()?, place, secret)
}

/// Salt and nonce are parameters so that the published vector can be reproduced.
fn seal_with(
    key: &Key,
    key_version: u32,
    salt: &[u8; SALT],
    nonce: [u8; NONCE],
    place: &Place<'_>,
    secret: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    if secret.len() > MAX_SECRET {
        return Err(CryptoError::TooLong);
    }
    let length = u32::try_from(secret.len()).map_err(|_| CryptoError::TooLong)?;
    let padded = padded(secret.len());
    // Room for all of it at once: a vector that grows leaves plaintext behind.
    let mut blob = Zeroizing::new(Vec::with_capacity(HEADER + padded + TAG));
    blob.extend_from_slice(&MAGIC);
    blob.push(place.format() as u8);
    blob.extend_from_slice(&REST);
    blob.extend_from_slice(&key_version.to_be_bytes());
    blob.extend_from_slice(&check(key));
    blob.extend_from_slice(salt);
    blob.extend_from_slice(&nonce);
    let aad = place.aad(place.format(), &blob)?;
    blob.extend_from_slice(&length.to_be_bytes());
    blob.extend_from_slice(secret);
    blob.resize(HEADER + padded, 0);
    let (_, text) = blob.split_at_mut(HEADER);
    let tag = dek(key, salt)?.seal_in_place(nonce, &aad, text)?;
    blob.extend_from_slice(&tag);
    Ok(std::mem::take(&mut *blob))
}

/// `is_bound`: nothing that has a login is under the key in format 1. What is was put there by somebody
/// who kept it, and is `Unbound`.
pub(super) fn open(
    key: &Key,
    is_bound: bool,
    place: &Place<'_>,
    blob: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let sealed = parse(blob)?;
    if is_bound && sealed.format == Format::Unbound && place.login.is_some() {
        return Err(CryptoError::Unbound);
    }
    // Both are public, so they are compared plainly; it only tells a wrong key from changed bytes.
    if check(key) != sealed.key_check {
        return Err(CryptoError::OtherKey);
    }
    let aad = place.aad(sealed.format, sealed.header)?;
    let mut buffer = Zeroizing::new(sealed.body.to_vec());
    let text = dek(key, sealed.salt)?.open_in_place(sealed.nonce, &aad, &mut buffer)?;
    unpad(text).map(|secret| Zeroizing::new(secret.to_vec()))
}

struct Sealed<'a> {
    header: &'a [u8],
    format: Format,
    key_version: u32,
    key_check: [u8; CHECK],
    salt: &'a [u8; SALT],
    nonce: [u8; NONCE],
    body: &'a [u8],
}

/// The total length is settled before any field is read.
fn parse(blob: &[u8]) -> Result<Sealed<'_>, CryptoError> {
    if blob.len() > MAX {
        return Err(CryptoError::TooLong);
    }
    if blob.len() < MIN || !(blob.len() - HEADER - TAG).is_multiple_of(BLOCK) {
        return Err(CryptoError::Truncated);
    }
    let (start, _) = blob.split_first_chunk::<8>().ok_or(CryptoError::Truncated)?;
    let format = match start.strip_prefix(&MAGIC) {
        Some([format, rest @ ..]) if *rest == REST => Format::of(*format),
        _ => None,
    };
    split(blob, format.ok_or(CryptoError::UnknownFormat)?).ok_or(CryptoError::Truncated)
}

fn split(blob: &[u8], format: Format) -> Option<Sealed<'_>> {
    let (header, body) = blob.split_at_checked(HEADER)?;
    let (_, rest) = header.split_first_chunk::<8>()?;
    let (key_version, rest) = rest.split_first_chunk()?;
    let (key_check, rest) = rest.split_first_chunk()?;
    let (salt, nonce) = rest.split_first_chunk()?;
    Some(Sealed {
        header,
        format,
        key_version: u32::from_be_bytes(*key_version),
        key_check: *key_check,
        salt,
        nonce: nonce.try_into().ok()?,
        body,
    })
}

fn padded(secret: usize) -> usize {
    (LENGTH + secret).next_multiple_of(BLOCK)
}

/// Takes only what [`seal_with`] writes: the fewest blocks, and nothing but zeros after the secret.
fn unpad(text: &[u8]) -> Result<&[u8], CryptoError> {
    let unpadded = || {
        let (length, rest) = text.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (secret, padding) = rest.split_at_checked(length)?;
        let canonical = length <= MAX_SECRET
            && padded(length) == text.len()
            && padding.iter().all(|&byte| byte == 0);
        canonical.then_some(secret)
    };
    unpadded().ok_or(CryptoError::BadPadding)
}

fn check(key: &Key) -> [u8; CHECK] {
    let mut check = [0; CHECK];
    check.copy_from_slice(&key.mac(CHECK_LABEL)[..CHECK]);
    check
}

fn dek(key: &Key, salt: &[u8; SALT]) -> Result<Key, CryptoError> {
    key.derive(salt, &[DEK_LABEL, &[ALGORITHM]])
}

#[cfg(test)]
mod tests;
