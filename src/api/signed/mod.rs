//! Requests that CI servers sign themselves. Here they are only taken apart and the digest of the
//! body is compared; whether the signature holds, and whose it is, is for the vault to say.

mod cavage;
mod digest;
mod message;

pub(super) use cavage::read as read_drone;
pub(super) use message::read as read_woodpecker;

use super::reply::Reply;
use crate::error::Error;

/// Seconds by which the time in a signature may differ from ours.
const SKEW: i64 = 5 * 60;

/// What was signed, and the signature over it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) base: Vec<u8>,
    pub(super) signature: Vec<u8>,
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
    #[error("The signature is more than 5 minutes old or from the future. Check both clocks.")]
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

fn is_fresh(at: i64, now: i64) -> bool {
    now.saturating_sub(at).saturating_abs() <= SKEW
}
