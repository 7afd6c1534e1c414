//! What every door of a delivery reads of a request: whose it is, what it says about its run, where
//! it comes from.

use super::build;
use super::query::Query;
use super::reply::Reply;
use super::token::Presented;
use crate::domain::actor::Pipeline;
use crate::domain::credential::Access;
use crate::domain::delivery::{Claims, Client, Door, HeldPlace};
use crate::domain::hearsay;
use crate::domain::image::Image;
use crate::domain::matching::Shape;
use crate::error::Result;
use crate::vault::{DeliveryRequest, Vault};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};

/// A request of a pipeline that proved itself.
pub(super) struct Asking {
    pub(super) pipeline: Pipeline,
    raw_query: Option<String>,
    claims: Claims,
    address: Option<String>,
}

impl Asking {
    /// The parameters, as [`Query::read`] reads them.
    pub(super) fn query(
        &self,
        known: &[&'static str],
        repeatable: &[&'static str],
    ) -> Result<Query> {
        Query::read(self.raw_query.as_deref(), known, repeatable)
    }

    /// Where it comes from, as far as the server knows.
    pub(super) fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// What the run says of itself.
    pub(super) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// A fetch of everything that the pipeline may have.
    pub(super) fn request(&self, door: Door, intent: Access, shape: Shape) -> DeliveryRequest {
        let request = build::request(door, intent, self.address.clone());
        DeliveryRequest { claims: self.claims.clone(), shape, ..request }
    }
}

/// The same fetch, only for the image if one is named.
pub(super) fn only_for(request: DeliveryRequest, image: Option<Image>) -> DeliveryRequest {
    match image {
        Some(Image { host, repository }) => {
            DeliveryRequest { host: Some(host), repository: Some(repository), ..request }
        }
        None => request,
    }
}

/// Where a request comes from, as far as the server knows.
pub(super) fn address(parts: &Parts) -> Option<String> {
    parts.extensions.get::<Client>().and_then(|client| client.0.clone())
}

/// Gives back the place of a stranger, for who has shown their proof: whatever comes next may wait, such
/// as for a registry, or for the body of the request.
pub(super) fn leave_the_gate(parts: &Parts) {
    if let Some(place) = parts.extensions.get::<HeldPlace>() {
        place.give_back();
    }
}

impl<S> FromRequestParts<S> for Asking
where
    Vault: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Reply;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Reply> {
        let Presented(pipeline) = Presented::from_request_parts(parts, state).await?;
        Ok(Self {
            pipeline,
            raw_query: parts.uri.query().map(str::to_owned),
            claims: claims(&parts.headers),
            address: address(parts),
        })
    }
}

/// What the run says of itself. It is hearsay, so whatever it is, the delivery goes on.
fn claims(headers: &HeaderMap) -> Claims {
    let claim = |name: &str| hearsay::kept(headers.get_all(name).iter().map(HeaderValue::as_bytes));
    Claims {
        run: claim("Regcred-Run"),
        commit: claim("Regcred-Commit"),
        branch: claim("Regcred-Branch"),
        actor: claim("Regcred-Actor"),
        event: claim("Regcred-Event"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::CLAIM_MAX;

    fn said(name: &'static str, values: &[&[u8]]) -> Claims {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        claims(&headers)
    }

    #[test]
    fn what_a_pipeline_says_of_its_run_is_kept_word_for_word() {
        assert_eq!(claims(&HeaderMap::new()), Claims::default());
        let event = said("regcred-event", &[b"push"]);
        assert_eq!(event, Claims { event: Some("push".to_owned()), ..Claims::default() });
        assert_eq!(said("regcred-run", &[b""]), Claims::default());
        let longest = "x".repeat(CLAIM_MAX);
        assert_eq!(said("regcred-branch", &[longest.as_bytes()]).branch, Some(longest));
        let actor = "dependabot[bot] \u{1F916}";
        assert_eq!(said("regcred-actor", &[actor.as_bytes()]).actor.as_deref(), Some(actor));
    }

    #[test]
    fn no_claim_is_a_reason_to_refuse() {
        let long = "x".repeat(10 * CLAIM_MAX);
        for value in [long.as_bytes(), b"br\xe4nch", b"\xff", b"a\tb", "ü".as_bytes()] {
            let kept = said("regcred-commit", &[value]).commit.unwrap();
            assert!(kept.chars().count() <= CLAIM_MAX && !kept.contains('\t'), "{kept}");
        }
        assert_eq!(said("regcred-run", &[b"17", b"18"]).run.as_deref(), Some("17, 18"));
    }
}
