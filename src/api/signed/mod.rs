//! Requests that CI servers sign themselves. Here they are only taken apart and the digest of the
//! body is compared; whether the signature holds, and whose it is, is for the vault to say.

mod cavage;
mod digest;
mod message;

pub(super) use cavage::read as read_drone;
pub(super) use message::read as read_woodpecker;

use super::reply::Reply;
use crate::error::Error;

/// Seconds for which a signature is valid after the time in it.
const LIFE: i64 = 5 * 60;
/// Seconds by which a server's clock may be ahead of ours.
const AHEAD: i64 = 30;

/// What was signed, and the signature over it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) base: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// The last second in which it is taken.
    pub(super) until: i64,
}

/// Why a request was not signed as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignatureProblem {
    #[error("The request is not signed.")]
    Missing,
    #[error("The signature, or a header that it covers, is malformed.")]
    Malformed,
    #[error("The signature does not cover everything that it must cover.")]
    Coverage,
    #[error("The signature has an unexpected algorithm or key.")]
    Algorithm,
    #[error("The digest of the body does not match the signed one.")]
    Digest,
    #[error(
        "The signature is more than 5 minutes old, or more than 30 seconds in the future. Check both clocks."
    )]
    Time,
}

impl From<SignatureProblem> for Reply {
    fn from(problem: SignatureProblem) -> Self {
        Self(Error::Denied(problem.to_string()))
    }
}

/// What is said when the vault knows nobody who signs so. Nothing tells whether the project exists.
pub(super) fn unknown(error: Error) -> Error {
    match error {
        Error::Unauthenticated | Error::NotFound => Error::Denied(
            "No trust rule of a pipeline in this project has the key of this signature.".to_owned(),
        ),
        error => error,
    }
}

/// The last second in which what was signed then is taken; `None` when it is not taken now.
fn valid_until(at: i64, now: i64) -> Option<i64> {
    let until = at.saturating_add(LIFE);
    (now <= until && at <= now.saturating_add(AHEAD)).then_some(until)
}
