//! Tokens that work once: how they are remembered, and the moment in which the same caller may ask
//! again because the answer was lost on its way.

use crate::crypto::digest::sha256;
use crate::crypto::jwt::Unverified;
use crate::domain::proof::fact;
use crate::domain::trust_rule::TrustRule;
use crate::error::Result;
use crate::store::Write;
use crate::vault::now;
use crate::vault::used::{Mark, Used};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Milliseconds in which a token that works once is answered again, for an answer that was lost on
/// the way: to the same network, and for the same pipeline.
const REPEATED: i64 = 10_000;
/// Seconds by which clocks may differ: as long is a token remembered after its end.
const SKEW: i64 = 60 * 60;

/// What to remember a token by that is taken once only, and until when (milliseconds).
pub(super) fn used_once(
    rule: &TrustRule,
    claims: &Map<String, Value>,
) -> Result<Option<Mark>, &'static str> {
    if !rule.reuse(claims).1 {
        return Ok(None);
    }
    let id = fact(claims.get("jti")).filter(|id| !id.is_empty());
    let id = id.ok_or("it has no jti claim, so it could be used again")?;
    let ends = claims.get("exp").and_then(Value::as_f64).unwrap_or_default();
    let ends = (ends as i64).saturating_add(SKEW).saturating_mul(1_000);
    Ok(Some((sha256(format!("{}\0{id}", rule.issuer).as_bytes()), ends)))
}

pub(super) struct Shown<'a> {
    pub(super) unverified: &'a Unverified<'a>,
    pub(super) text: &'a str,
    pub(super) network: String,
}

impl Shown<'_> {
    /// What to remember this very token by for the pipeline and the network that it came from.
    pub(super) fn again(&self, pipeline: Uuid) -> [u8; 32] {
        let Self { text, network, .. } = self;
        sha256(format!("again\0{network}\0{pipeline}\0{text}").as_bytes())
    }
}

pub(super) enum Use {
    First,
    /// By the same caller, a moment ago: the answer may have been lost.
    Repeated,
    Late,
}

/// Uses the token up. It counts once the transaction is durable.
pub(super) async fn uses(
    write: &Write,
    remembered: &Used,
    (id, ends): Mark,
    again: [u8; 32],
) -> Result<Use> {
    let now = now().0;
    if write.assertions().take(&id, ends).await? && !remembered.has((id, ends)) {
        write.assertions().take(&again, now + REPEATED).await?;
        return Ok(Use::First);
    }
    let is_again = write.assertions().is_kept(&again, now).await?;
    Ok(if is_again { Use::Repeated } else { Use::Late })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_token_from_the_same_network_for_the_same_pipeline_is_asked_again() {
        // The smallest text that is read as a token.
        const TEXT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIn0.AA";
        let unverified = Unverified::read(TEXT).unwrap();
        let again = |text: &str, network: &str, pipeline: Uuid| {
            Shown { unverified: &unverified, text, network: network.to_owned() }.again(pipeline)
        };
        let (one, two) = (Uuid::nil(), Uuid::max());
        let first = again(TEXT, "192.0.2.1", one);
        assert_eq!(first, again(TEXT, "192.0.2.1", one));
        for other in [
            again("another", "192.0.2.1", one),
            again(TEXT, "192.0.2.2", one),
            again(TEXT, "192.0.2.1", two),
        ] {
            assert_ne!(first, other);
        }
    }
}
