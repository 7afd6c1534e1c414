//! Requests that CI servers sign themselves. Here they are only taken apart; whether the signature holds,
//! and whose it is, is for the vault to say.
//!
//! A signature covers the digest of the body and not the body. So it is verified first, and a body of
//! somebody who has not signed it need not be read.

mod cavage;
mod digest;
mod message;

pub(super) use cavage::read as read_drone;
pub(super) use message::read as read_woodpecker;

use super::body;
use super::reply::Reply;
use crate::error::Error;
use axum::body::{Body, Bytes};
use digest::BodyDigests;

/// Seconds for which a signature is valid after the time in it.
const LIFE: i64 = 5 * 60;
/// Seconds by which a server's clock may be ahead of ours.
const AHEAD: i64 = 30;
/// Bytes of a body. Woodpecker names every file that a push has changed.
const BODY_MAX: usize = 256 * 1024;

/// What was signed, and the signature over it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) base: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// The last second in which it is taken.
    pub(super) until: i64,
    digests: BodyDigests,
}

impl Signed {
    /// The body that was signed. To be asked for when the signature is known to hold: a stranger's body is
    /// given less memory.
    ///
    /// # Errors
    /// `BadRequest` when it is too long or does not come, `Denied` when it is another one.
    pub(super) async fn body(&self, body: Body) -> Result<Bytes, Reply> {
        let body = body::read(body, BODY_MAX).await?;
        self.digests.compare(&body)?;
        Ok(body)
    }
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
