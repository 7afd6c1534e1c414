//! Reads and verifies the JSON web tokens by which pipelines of others say who they are.
//!
//! Pure: it knows no clock and no network. Callers bring the time and the keys.
//!
//! # Why not a crate for it
//!
//! `jsonwebtoken` takes its cryptography from a provider installed once for the whole process, and
//! leaves what matters most here to its caller: members named twice, base64 that is not the only
//! form of its bytes, `crit`, `typ`, and times that must be there. What is left is two calls of
//! `ring`.
//!
//! # What is accepted
//!
//! At most 16 KiB; three parts in unpadded base64url; RS256 or ES256, fitting the key; `typ` absent,
//! `JWT` or `at+jwt`, also behind `application/`; no `crit`. The key is looked up by `kid` among those the issuer publishes: keys
//! and addresses of keys inside a token (`jwk`, `jku`, `x5c`, `x5u`) are never looked at. `iss` and
//! `aud` are compared whole. `exp` and `iat` must be numbers, and `nbf` if it is there; clocks may
//! differ by a minute. No token lives longer than 24 hours.

use serde_json::{Map, Value};
use thiserror::Error;

mod claims;
mod keys;
mod strict;
#[cfg(test)]
mod tests;
mod unverified;

pub use keys::JwkSet;
#[cfg(test)]
pub(crate) use tests::signing;
pub use unverified::Unverified;

/// Why a token was refused. The texts carry nothing that stood in it, so they may be shown and kept.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum JwtProblem {
    #[error("the token is longer than 16 KiB")]
    TooLarge,
    /// Not three parts in canonical base64url, or a header or payload that is no JSON object.
    #[error("this is not a signed JSON web token")]
    Malformed,
    /// A member appears twice in one object, so readers could differ on which one counts.
    #[error("the token names the same thing twice")]
    DuplicateClaim,
    /// `alg` is missing or anything but RS256 and ES256, `none` among them.
    #[error("the token is not signed with RS256 or ES256")]
    Algorithm,
    /// `crit` is there: none of what it may ask for is supported.
    #[error("the token demands an extension that is not supported")]
    CriticalHeader,
    #[error("the token is of another type than JWT or at+jwt")]
    Type,
    #[error("the token does not say who issued it")]
    NoIssuer,
    #[error("the token was issued by somebody else")]
    Issuer,
    #[error("the token does not say which of the issuer's keys signed it")]
    NoKeyId,
    /// The issuer publishes no usable key of that `kid`. RSA keys under 2048 bits are not usable.
    #[error("the token names a key that its issuer does not publish")]
    UnknownKey,
    #[error("the token's algorithm does not fit the key it names")]
    KeyType,
    #[error("the token's signature is wrong")]
    Signature,
    /// `aud` is missing, no text or list of texts, or holds none that equals the expected one. The
    /// signature and the times are right.
    #[error("the token is meant for another audience")]
    Audience,
    /// `exp` or `iat` is missing, or one of `exp`, `iat` and `nbf` is not a number.
    #[error("the token's times are missing or are not numbers")]
    BadTime,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYet,
    #[error("the token was issued too long ago")]
    TooOld,
    /// More than 24 hours lie between `iat` and `exp`.
    #[error(
        "the token is valid for more than 24 hours: let its issuer make tokens that expire sooner"
    )]
    LongLived,
    /// Not of a token: the issuer's key set is not JSON of the expected shape.
    #[error("the issuer's keys cannot be read")]
    KeySet,
}

impl JwtProblem {
    /// Whether it was found in a token whose signature holds.
    pub fn is_signed(self) -> bool {
        matches!(
            self,
            Self::Audience
                | Self::BadTime
                | Self::Expired
                | Self::NotYet
                | Self::TooOld
                | Self::LongLived
        )
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Expect<'a> {
    pub issuer: &'a str,
    /// Equal to `aud`, or to one of its texts. An empty one is met by nothing.
    pub audience: &'a str,
    /// Now, in seconds since 1970.
    pub now: i64,
    /// How many seconds may have passed since `iat`; the minute for clocks that differ comes on top.
    pub max_age: Option<i64>,
}

/// The claims of a token that its issuer signed, that is for us, and whose time it is. Whether it
/// was used before is for the caller to ask.
pub fn verify(
    token: &Unverified<'_>,
    keys: &JwkSet,
    expect: &Expect<'_>,
) -> Result<Map<String, Value>, JwtProblem> {
    if token.issuer() != expect.issuer {
        return Err(JwtProblem::Issuer);
    }
    token.check_signature(keys)?;
    claims::check_times(token.claims(), expect)?;
    // Last, so that a token for another audience is known to be good otherwise.
    claims::check_audience(token.claims(), expect.audience)?;
    Ok(token.claims().clone())
}
