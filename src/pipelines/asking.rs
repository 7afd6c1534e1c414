//! What every door of a delivery reads of a request: whose it is, what it says about its run, where
//! it comes from.

use super::query::Query;
use super::reply::Reply;
use super::token::Presented;
use crate::domain::actor::Pipeline;
use crate::domain::credential::Access;
use crate::domain::delivery::{CLAIM_MAX, Claims, Client, Door};
use crate::domain::image::Image;
use crate::domain::matching::Shape;
use crate::error::{Error, Result};
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

    /// A fetch of everything that the pipeline may have.
    pub(super) fn request(&self, door: Door, intent: Access, shape: Shape) -> DeliveryRequest {
        DeliveryRequest {
            intent,
            door,
            claims: self.claims.clone(),
            address: self.address.clone(),
            host: None,
            repository: None,
            shape,
            wants_token: false,
        }
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
            claims: claims(&parts.headers)?,
            address: address(parts),
        })
    }
}

fn claims(headers: &HeaderMap) -> Result<Claims> {
    let claim = |name: &str| match headers.get(name).map(HeaderValue::to_str) {
        None => Ok(None),
        Some(Ok(value))
            if value.chars().count() <= CLAIM_MAX && !value.chars().any(char::is_control) =>
        {
            Ok(Some(value.to_owned()).filter(|value| !value.is_empty()))
        }
        Some(_) => Err(Error::BadRequest(format!(
            "The header {name} has to be visible ASCII of at most {CLAIM_MAX} characters."
        ))),
    };
    Ok(Claims {
        run: claim("Regcred-Run")?,
        commit: claim("Regcred-Commit")?,
        branch: claim("Regcred-Branch")?,
        actor: claim("Regcred-Actor")?,
        event: claim("Regcred-Event")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &'static str, value: &str) -> Result<Claims> {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        claims(&headers)
    }

    #[test]
    fn what_a_pipeline_says_of_its_run_is_kept_word_for_word() {
        assert_eq!(claims(&HeaderMap::new()), Ok(Claims::default()));
        let event = said("regcred-event", "push").unwrap();
        assert_eq!(event, Claims { event: Some("push".to_owned()), ..Claims::default() });
        assert_eq!(said("regcred-run", ""), Ok(Claims::default()));
        let longest = "x".repeat(CLAIM_MAX);
        assert_eq!(said("regcred-branch", &longest).unwrap().branch, Some(longest));
    }

    #[test]
    fn a_claim_that_is_too_long_or_not_ascii_is_refused_by_its_name() {
        for value in ["x".repeat(CLAIM_MAX + 1), "zebr\u{e4}".to_owned(), "zebra\ta".to_owned()] {
            let error = said("regcred-actor", &value).unwrap_err();
            assert_eq!(error.status(), 400, "{value}");
            assert!(error.to_string().contains("Regcred-Actor"));
            assert!(!error.to_string().contains("zeb"));
        }
    }
}
