//! The two questions to an issuer (OpenID Connect Discovery): where its keys are, and which.

use std::fmt;

use serde::Deserialize;

use super::{IssuerProblem, address};
use crate::crypto::jwt::JwkSet;
use crate::outbound::{Answer, Outbound, OutboundProblem};

/// The longest answer that is read, in bytes.
const LIMIT: usize = 256 * 1024;

/// What is read of the metadata. Either member twice is an error.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// The keys that the issuer publishes now. Failures are logged here and nowhere else.
pub(super) async fn fetch(outbound: &Outbound, issuer: &str) -> Result<JwkSet, IssuerProblem> {
    let place = address::metadata(issuer);
    let answer = get(outbound, issuer, &place, IssuerProblem::Metadata).await?;
    let metadata: Metadata = serde_json::from_slice(&answer.body).map_err(|_| {
        failed(issuer, IssuerProblem::Metadata, "they are not JSON with issuer and jwks_uri")
    })?;
    if metadata.issuer != issuer {
        return Err(failed(issuer, IssuerProblem::Metadata, "they name another issuer"));
    }
    if !address::may_hold_keys(&metadata.jwks_uri, issuer) {
        return Err(failed(issuer, IssuerProblem::Metadata, "their jwks_uri may not be asked"));
    }
    let answer = get(outbound, issuer, &metadata.jwks_uri, IssuerProblem::Keys).await?;
    JwkSet::parse(&answer.body).map_err(|problem| failed(issuer, IssuerProblem::Keys, problem))
}

/// `missing` is what it means that something else than the document is there, a redirect for one.
async fn get(
    outbound: &Outbound,
    issuer: &str,
    url: &str,
    missing: IssuerProblem,
) -> Result<Answer, IssuerProblem> {
    let answer = outbound.get(url, &[], LIMIT).await.map_err(|cause| match cause {
        OutboundProblem::TooLarge => failed(issuer, missing, cause),
        _ => failed(issuer, IssuerProblem::Unreachable, cause),
    })?;
    let problem = match answer.status {
        200 => return Ok(answer),
        429 | 500..=599 => IssuerProblem::Unreachable,
        _ => missing,
    };
    Err(failed(issuer, problem, format_args!("it answered with status {}", answer.status)))
}

fn failed(issuer: &str, problem: IssuerProblem, cause: impl fmt::Display) -> IssuerProblem {
    tracing::warn!(issuer = %issuer, cause = %cause, "{problem}");
    problem
}
