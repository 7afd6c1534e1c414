//! People's passwords: Argon2id, in PHC strings that carry their own parameters.
//!
//! One hash takes 19 MiB and tens of milliseconds: call these off the async threads, and bound how
//! many run at once.

use std::hint::black_box;
use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
};

use super::CryptoError;
use super::digest::Sha256;
use super::key::random;

/// The longest password taken, in bytes. Longer ones are refused, never cut.
pub const MAX_BYTES: usize = 1024;

/// OWASP's floor for Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT: usize = 16;
const OUTPUT: usize = 32;

/// The most a stored hash may ask for: a row that somebody wrote must not exhaust the machine.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 16;

/// A PHC string (`$argon2id$v=19$m=19456,t=2,p=1$salt$hash`) with a fresh 16-byte salt. `TooLong`
/// above [`MAX_BYTES`].
pub fn hash(password: &str) -> Result<String, CryptoError> {
    if password.len() > MAX_BYTES {
        return Err(CryptoError::TooLong);
    }
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT)).map_err(|_| CryptoError::Cipher)?;
    let salt = random::<SALT>()?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.as_bytes(), salt.as_slice())
        .map(|phc| phc.to_string())
        .map_err(|_| CryptoError::Cipher)
}

/// Whether the password is the one hashed. False too for a password above [`MAX_BYTES`] and for a
/// stored string that is not Argon2id or asks for more than 256 MiB or 16 passes.
pub fn verify(password: &str, phc: &str) -> bool {
    password.len() <= MAX_BYTES
        && parse(phc).is_some_and(|(stored, params)| {
            params.m_cost() <= MOST_MEMORY_KIB
                && params.t_cost() <= MOST_PASSES
                && Argon2::default().verify_password(password.as_bytes(), &stored).is_ok()
        })
}

/// Whether a stored string is weaker than what [`hash`] makes now, or unreadable. Ask after a
/// successful sign-in, the only time the password is at hand.
pub fn needs_rehash(phc: &str) -> bool {
    !parse(phc).is_some_and(|(stored, params)| {
        params.m_cost() >= MEMORY_KIB
            && params.t_cost() >= PASSES
            && stored.version == Some(Version::V0x13.into())
            && stored.salt.is_some_and(|salt| salt.len() >= SALT)
            && stored.hash.is_some_and(|hash| hash.len() >= OUTPUT)
    })
}

/// Tells a stored string from every other one, and nothing else of it: a new salt makes another mark.
pub fn mark(phc: &str) -> String {
    let mut mark = Sha256::default();
    mark.update(phc.as_bytes());
    mark.finish()
}

/// Spends the time of [`verify`] for a user who does not exist, so that the answer's delay does not
/// tell which names do.
pub fn verify_against_nobody(password: &str) {
    black_box(verify(password, &NOBODY));
}

/// A well-formed hash that no known password has. It is written, not computed: a computed one would
/// make the first unknown name after a start take twice as long as the others.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let (salt, hash) = ("A".repeat(22), "A".repeat(43));
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}")
});

fn parse(phc: &str) -> Option<(PasswordHash, Params)> {
    let stored = PasswordHash::new(phc).ok()?;
    let params = Params::try_from(&stored).ok()?;
    (stored.algorithm == ARGON2ID_IDENT).then_some((stored, params))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// From the Argon2 reference implementation: "password", "somesalt", 64 MiB, two passes.
    const REFERENCE: &str =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    #[test]
    fn a_password_verifies_and_another_does_not() -> Result<(), CryptoError> {
        let phc = hash("correct horse")?;
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse", &phc));
        assert!(!verify("correct horsf", &phc));
        assert!(!verify("", &phc));
        assert!(!needs_rehash(&phc));
        assert_ne!(hash("correct horse")?, phc);
        Ok(())
    }

    #[test]
    fn the_reference_hash_verifies_and_its_short_salt_asks_for_a_rehash() {
        assert!(verify("password", REFERENCE));
        assert!(!verify("Password", REFERENCE));
        assert!(needs_rehash(REFERENCE));
    }

    #[test]
    fn a_long_password_is_refused_and_never_cut() -> Result<(), CryptoError> {
        let longest = "é".repeat(MAX_BYTES / 2);
        let phc = hash(&longest)?;
        assert!(verify(&longest, &phc));
        let longer = format!("{longest}x");
        assert_eq!(hash(&longer), Err(CryptoError::TooLong));
        assert!(!verify(&longer, &phc));
        Ok(())
    }

    #[test]
    fn weaker_hashes_ask_for_a_rehash() {
        let strong = NOBODY.as_str();
        assert!(!needs_rehash(strong));
        assert!(!needs_rehash(&strong.replace("m=19456", "m=65536")));
        for (from, to) in [
            ("m=19456", "m=19455"),
            ("t=2", "t=1"),
            ("argon2id", "argon2i"),
            ("v=19", "v=16"),
            ("$v=19", ""),
        ] {
            assert!(needs_rehash(&strong.replace(from, to)), "{to}");
        }
        assert!(needs_rehash(""));
    }

    #[test]
    fn a_greedy_or_foreign_hash_is_refused_at_once() {
        let started = std::time::Instant::now();
        for (from, to) in
            [("m=19456", "m=4294967295"), ("t=2", "t=4294967295"), ("argon2id", "argon2d")]
        {
            assert!(!verify("x", &NOBODY.replace(from, to)));
        }
        assert!(started.elapsed().as_millis() < 1000);
    }

    #[test]
    fn nobody_costs_what_somebody_costs() -> Result<(), CryptoError> {
        assert!(parse(&NOBODY).is_some());
        assert!(!needs_rehash(&NOBODY));
        let phc = hash("x")?;
        let parameters = |phc: &str| phc.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(parameters(&phc), parameters(&NOBODY));
        assert_eq!(phc.len(), NOBODY.len());
        verify_against_nobody("x");
        Ok(())
    }

    proptest! {
        #[test]
        fn a_stored_string_that_is_no_hash_never_verifies(phc in "\\$argon2id\\$[vmtp=0-9,$]{0,40}|.{0,60}") {
            prop_assert!(!verify("x", &phc));
            prop_assert!(needs_rehash(&phc));
        }
    }
}
