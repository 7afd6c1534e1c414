//! A sealed value: the bytes a secret column holds. The format is in the room's doc.
//!
//! Values are sealed and opened through [`super::keyring::Keyring`]; here is only the form.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::CryptoError;
use super::key::{Key, NONCE, TAG, push_prefixed, random};

/// Magic, format 1, algorithm 1 (AES-256-GCM), no flags, two reserved zeros.
const START: [u8; 8] = *b"RGC\x01\x01\0\0\0";
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

const AAD_LABEL: &[u8] = b"regcred/secret/v1";
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
}

impl Place<'_> {
    fn aad(&self, header: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut aad = Vec::new();
        push_prefixed(&mut aad, AAD_LABEL)?;
        aad.extend_from_slice(header);
        push_prefixed(&mut aad, self.table.as_bytes())?;
        push_prefixed(&mut aad, self.column.as_bytes())?;
        aad.extend_from_slice(self.row_id.as_bytes());
        aad.extend_from_slice(self.project_id.as_bytes());
        aad.extend_from_slice(&self.secret_version.to_be_bytes());
        push_prefixed(&mut aad, self.origin.as_bytes())?;
        Ok(aad)
    }
}

/// The key version a sealed value names, without opening it. `Truncated`, `TooLong` or
/// `UnknownFormat` when the bytes are no sealed value.
pub fn key_version(blob: &[u8]) -> Result<u32, CryptoError> {
    Ok(parse(blob)?.key_version)
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
    blob.extend_from_slice(&START);
    blob.extend_from_slice(&key_version.to_be_bytes());
    blob.extend_from_slice(&check(key));
    blob.extend_from_slice(salt);
    blob.extend_from_slice(&nonce);
    let aad = place.aad(&blob)?;
    blob.extend_from_slice(&length.to_be_bytes());
    blob.extend_from_slice(secret);
    blob.resize(HEADER + padded, 0);
    let (_, text) = blob.split_at_mut(HEADER);
    let tag = dek(key, salt)?.seal_in_place(nonce, &aad, text)?;
    blob.extend_from_slice(&tag);
    Ok(std::mem::take(&mut *blob))
}

pub(super) fn open(
    key: &Key,
    place: &Place<'_>,
    blob: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let sealed = parse(blob)?;
    // Both are public, so they are compared plainly; it only tells a wrong key from changed bytes.
    if check(key) != sealed.key_check {
        return Err(CryptoError::OtherKey);
    }
    let aad = place.aad(sealed.header)?;
    let mut buffer = Zeroizing::new(sealed.body.to_vec());
    let text = dek(key, sealed.salt)?.open_in_place(sealed.nonce, &aad, &mut buffer)?;
    unpad(text).map(|secret| Zeroizing::new(secret.to_vec()))
}

struct Sealed<'a> {
    header: &'a [u8],
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
    let (start, sealed) = split(blob).ok_or(CryptoError::Truncated)?;
    if start != START {
        return Err(CryptoError::UnknownFormat);
    }
    Ok(sealed)
}

fn split(blob: &[u8]) -> Option<([u8; 8], Sealed<'_>)> {
    let (header, body) = blob.split_at_checked(HEADER)?;
    let (start, rest) = header.split_first_chunk()?;
    let (key_version, rest) = rest.split_first_chunk()?;
    let (key_check, rest) = rest.split_first_chunk()?;
    let (salt, nonce) = rest.split_first_chunk()?;
    let sealed = Sealed {
        header,
        key_version: u32::from_be_bytes(*key_version),
        key_check: *key_check,
        salt,
        nonce: nonce.try_into().ok()?,
        body,
    };
    Some((*start, sealed))
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
