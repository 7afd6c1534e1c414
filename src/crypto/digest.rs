//! Plain hashing and comparing, for values that are long and random already.

use ring::{digest, hmac};

/// SHA-256. Fit for storing a random token or session id; never for a password.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// SHA-256 of the parts, one behind the other.
pub fn sha256_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    let mut out = [0; 64];
    out.copy_from_slice(digest::digest(&digest::SHA512, bytes).as_ref());
    out
}

pub struct Sha256(digest::Context);

impl Default for Sha256 {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Sha256 {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(self) -> String {
        super::kek::hex(self.0.finish().as_ref())
    }
}

/// Whether two byte strings are equal, in a time that does not tell where they differ; their
/// lengths are not hidden.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    // `ring` promises constant time only for comparing MACs, so both sides are made into one. The
    // key need not be secret for that.
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"regcred/same/v1");
    hmac::verify(&key, b, hmac::sign(&key, a).as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::kek::hex;

    #[test]
    fn the_digests_agree_with_the_standard() {
        assert_eq!(
            hex(&sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hex(&sha512(b"abc")),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        );
    }

    #[test]
    fn parts_have_the_digest_of_the_whole() {
        let mut parts = Sha256::default();
        parts.update(b"a");
        parts.update(b"");
        parts.update(b"bc");
        assert_eq!(parts.finish(), hex(&sha256(b"abc")));
        assert_eq!(sha256_of(&[b"a", b"", b"bc"]), sha256(b"abc"));
    }

    #[test]
    fn a_prefix_is_not_the_same() {
        assert!(same(b"", b""));
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abcd"));
        assert!(!same(b"abc", b""));
        // HMAC would pad its key with zeros; a message keeps them.
        assert!(!same(b"abc", b"abc\0"));
    }

    proptest! {
        #[test]
        fn same_means_equal(a in proptest::collection::vec(0_u8..2, 0..6), b in proptest::collection::vec(0_u8..2, 0..6)) {
            prop_assert_eq!(same(&a, &b), a == b);
        }
    }
}
