//! The two questions to an issuer (OpenID Connect Discovery): where its keys are, and which.

use serde::Deserialize;

use super::{IssuerProblem, Part, Wrong, address};
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

pub(super) struct Published {
    pub(super) keys: JwkSet,
    pub(super) place: String,
}

/// The keys that the issuer publishes now. Failures are logged here and nowhere else.
pub(super) async fn fetch(outbound: &Outbound, issuer: &str) -> Result<Published, IssuerProblem> {
    let published = asked(outbound, issuer).await;
    if let Err(problem) = &published {
        tracing::warn!(issuer = %issuer, "{problem}");
    }
    published
}

async fn asked(outbound: &Outbound, issuer: &str) -> Result<Published, IssuerProblem> {
    let place = address::metadata(issuer);
    let answer = get(outbound, &place, Part::Metadata).await?;
    let metadata: Metadata = serde_json::from_slice(&answer.body)
        .map_err(|_| IssuerProblem::Unfit(Part::Metadata, Wrong::Form))?;
    if metadata.issuer != issuer {
        return Err(IssuerProblem::Unfit(Part::Metadata, Wrong::OtherIssuer));
    }
    if !address::may_hold_keys(&metadata.jwks_uri, issuer) {
        return Err(IssuerProblem::Unfit(Part::Metadata, Wrong::Place));
    }
    let answer = get(outbound, &metadata.jwks_uri, Part::Keys).await?;
    let keys =
        JwkSet::parse(&answer.body).map_err(|_| IssuerProblem::Unfit(Part::Keys, Wrong::Form))?;
    Ok(Published { keys, place: metadata.jwks_uri })
}

async fn get(outbound: &Outbound, url: &str, part: Part) -> Result<Answer, IssuerProblem> {
    let answer = outbound.get(url, &[], LIMIT).await.map_err(|cause| match cause {
        OutboundProblem::TooLarge => IssuerProblem::Unfit(part, Wrong::Length),
        _ => IssuerProblem::Unreachable(part, cause),
    })?;
    match answer.status {
        200 => Ok(answer),
        status => Err(IssuerProblem::Answered(part, status)),
    }
}
