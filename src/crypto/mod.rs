//! Everything that seals, opens, signs or hashes; the only room that knows `ring`.
//!
//! It knows nothing of rows, requests or settings: callers bring bytes and say what they are for.
//!
//! # Keys
//!
//! ```text
//! KEK, 32 bytes, from the operator, never in the database
//!   id = HMAC-SHA256(KEK, "regcred/kek-id/v1")[0..8]
//!   └─ wraps the keyring keys, one row each: purpose, version, uuid, 76 wrapped bytes
//!        secret: HKDF-SHA256(ikm = key, salt, info = "regcred/secret-dek/v1" ‖ alg) → one key per sealed value
//!        audit:  HMAC-SHA256 over audit entries; which version made one is told by trying
//!          └─ HKDF-SHA256(ikm = key, salt, info) → keys of one use each
//!               what shows that a backup was not changed: no salt, info = "regcred/backup-mac/v1"
//!               MACs of rows that decide: no salt, info = "regcred/row-mac/v1"
//!               what a project shares with Drone: 16 random bytes, info = "regcred/drone-secret/v2" ‖ project id;
//!               from the second key on, the rule says which version made it
//!        fingerprint: HMAC-SHA256("regcred/fingerprint/v1" ‖ project id ‖ secret); the row says which version
//!               of the key made it
//!        checkpoint: Ed25519 over checkpoints of the audit log; the key is the seed
//! ```
//!
//! A value's key is derived from a fresh 32-byte salt and used once, so no count of uses limits a
//! keyring key, and changing the KEK rewrites a handful of rows instead of every secret.
//!
//! # Formats
//!
//! All integers are big-endian; `LP(x)` is `u32(len x) ‖ x`.
//!
//! Wrapped key, 76 bytes:
//!
//! ```text
//!  0  3 "RGK"   3 1 format 01   4 1 alg 01 (AES-256-GCM)
//!  5  1 01 with an audit key once the rows that decide have MACs, 02 with a retired one, and 01 with a key for
//!       secrets once each secret under it is in format 2, otherwise 00          6 2 zero
//!  8  8 KEK id  16 12 nonce     28 32 ciphertext           60 16 tag
//! AAD = LP("regcred/keyring/v1", with "/audit", "/fingerprint" or "/checkpoint" behind) ‖ bytes[0..16]
//!       ‖ u32(version) ‖ key uuid
//! ```
//!
//! Sealed value, 332 to 65 868 bytes:
//!
//! ```text
//!  0  3 "RGC"   3 1 format 02 for a credential's secret under a key whose byte 5 is 01, 01 for all else
//!  4  1 alg 01   5 1 flags 00   6 2 zero
//!  8  4 key version             12 4 key check = HMAC-SHA256(key, "regcred/key-check/v1")[0..4]
//! 16 32 salt    48 12 nonce     60 n ciphertext, n = 256·k  +16 tag
//! AAD of format 1 = LP("regcred/secret/v1") ‖ header[0..60] ‖ LP(table) ‖ LP(column) ‖ row id
//!       ‖ project id ‖ u64(secret version) ‖ LP(origin)
//! AAD of format 2 = the same with LP("regcred/secret/v2"), then credential id ‖ LP(user name)
//! plaintext = u32(length) ‖ secret ‖ zeros up to 256·k, k as small as it can be
//! ```
//!
//! Secrets of an older version of the program are in format 1, and so are new ones until a key whose byte
//! 5 is 01 is active: that is the only format under a key whose byte 5 is 00, and it opens under no
//! other. The job that seals everything under a new key moves them to format 2, and then writes 01 into
//! every older key.
//!
//! A new audit key makes all that is made from then on. A job gives the rows that decide new MACs, and then
//! the old key can be retired: a row under it is nobody's, and so is a mark of a known browser. It verifies
//! links, backups and what Drone signs for ever. It is never destroyed.
//!
//! Pipeline token, 77 characters: `rgc_<id, 22>_<secret, 43>_<CRC-32 of all before this underscore, 6>`,
//! each field a big-endian number in base 62 (`0-9A-Za-z`) padded with `0`. Only
//! SHA-256 of the secret field's text is stored.
//!
//! MAC of a row: `v1.<version of the audit key>.<HMAC-SHA256, base64url>` over
//!
//! ```text
//! LP("regcred/row/v1") ‖ LP(table) ‖ for each column that decides: LP(name) ‖ kind ‖ LP(value)
//! kind = 0 nothing, 1 text, 2 bytes, 3 number (8 bytes), 4 yes or no (1 byte), 5 id (16 bytes)
//! columns that came later are left out while they are empty
//! ```
//!
//! # What is bound to what
//!
//! A sealed value opens only in its table, column, row, project, secret version and origin, and a
//! credential's secret only for that credential and its user name. So neither moving a row, or its bytes,
//! nor pointing a credential at another registry or user yields it. A wrapped key opens only for its
//! purpose, version and uuid, under the KEK it names.
//!
//! A link covers the MAC of the link before, whichever audit keys the two are under, and the last link is
//! named by a row with a MAC. So once a key is retired, who has it can neither change a chain from its time
//! nor put another in its place: the next link covers the old MAC, and no row can be made with it.
//!
//! # What is not defended
//!
//! - A host that can read this process or the KEK file reads everything.
//! - A writer to the database can put back an older sealed value of the same row and the same secret
//!   version, a whole row that decides as it once was, with its MAC, or a whole database, if they kept
//!   a copy; they can remove rows, and change which key version is marked active. (`regcred doctor` finds
//!   a revoked token and a removed member who are back, by the audit log.) They cannot make a
//!   sealed value or a row of their own, unless they kept the wrapped audit key of before rows had
//!   MACs: with that the next start takes every row without one for ours, and says so in the chain.
//!   With the wrapped key for secrets of before, they can put back a secret in format 1 once they have
//!   removed from the chain what it says of that, which breaks the chain. A change of the KEK ends both.
//! - An audit key says itself that it is retired. A writer to the database who has such a key, and kept its
//!   wrapped form from before, can have rows under it count again from the next start of a server or a
//!   command on. Servers that run refuse it. A change of the KEK ends it.
//! - A backup is verified with the keyring inside it. Who has an audit key, retired or not, and its row from
//!   the keyring can make a backup that is taken for one from the time when that key was active.
//! - Lengths are hidden only up to the next multiple of 256 bytes.
//! - Our copies of keys and plaintext are wiped when dropped, and the program's allocator wipes all
//!   freed memory, so that the key schedules of `ring` go as well. What the compiler left on the stack
//!   or in registers is not wiped.

use thiserror::Error;

pub mod blob;
pub mod derived;
pub mod digest;
pub mod jwt;
pub mod kek;
mod key;
pub mod keyring;
pub mod password;
mod row_mac;
pub mod signature;
pub mod token;
mod wrapped;

/// Why something could not be sealed, opened or hashed. The texts name the fault and never carry
/// bytes, names or lengths of what was handled, so they may be logged.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum CryptoError {
    /// Shorter than the format's least length, or not a whole number of blocks.
    #[error("the sealed bytes are cut short")]
    Truncated,
    /// Magic, format, algorithm, flags or reserved bytes are not ones this version writes. Never
    /// taken for plaintext.
    #[error("the sealed bytes are in a format this version does not know")]
    UnknownFormat,
    #[error("the keyring holds no key of the version the value was sealed under")]
    UnknownKeyVersion,
    /// The version is held, but the key check says the value was sealed under a different key of
    /// that number, as after restoring one database's rows beside another's keyring.
    #[error("the value was sealed under another key of the same version")]
    OtherKey,
    /// A secret in format 1 under a key that has none left: it was put back.
    #[error("the sealed bytes are in the older format, and none was left in it")]
    Unbound,
    /// The tag fails: the bytes were changed, moved to another place, or sealed under another key.
    #[error("the sealed bytes are not authentic here")]
    Unauthentic,
    /// The tag holds but the padding inside is not the one form that is ever written.
    #[error("the sealed value is padded wrongly")]
    BadPadding,
    /// Longer than the limit: 65 536 bytes for a secret, 1 024 for a password.
    #[error("the value is longer than the limit")]
    TooLong,
    /// A keyring key is wrapped under a KEK that was not given.
    #[error("the keyring is wrapped under another key-encryption key")]
    WrongKek,
    /// A purpose has no active key or two, or a retired one, or a version appears twice.
    #[error("the keyring does not have exactly one active key for each purpose")]
    IncompleteKeyring,
    #[error("not a known key purpose or key id")]
    Unreadable,
    #[error("the operating system gave no random bytes")]
    Random,
    /// The cipher or the password hash refused its input; no input of ours makes it do so.
    #[error("the cipher refused to work")]
    Cipher,
}
