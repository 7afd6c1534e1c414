//! The evidence of a machine: a pipeline token in `Authorization: Bearer`, and nowhere else.

use super::asking::{address, leave_the_gate};
use super::reply::Reply;
use crate::domain::actor::Pipeline;
use crate::domain::asker::{Asker, Who};
use crate::domain::delivery::Proved;
use crate::error::{Error, Result};
use crate::vault::Vault;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

/// The token that the request presents.
///
/// # Errors
/// `Unauthenticated` when it presents none in this way.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) =
        header.and_then(|value| value.split_once(' ')).ok_or(Error::Unauthenticated)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(token.trim())
    } else {
        Err(Error::Unauthenticated)
    }
}

/// A pipeline that proved itself with this request.
#[derive(Debug)]
pub(super) struct Presented(pub(super) Pipeline);

impl<S> FromRequestParts<S> for Presented
where
    Vault: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Reply;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Reply> {
        let address = address(parts);
        let vault = Vault::from_ref(state);
        let pipeline = vault.pipeline_of(bearer(&parts.headers)?, address.as_deref()).await?;
        if let Some(asker) = parts.extensions.get::<Asker>() {
            asker.is(Who::Pipeline(pipeline.id()));
        }
        // Whatever becomes of the request: one that never succeeds would take a stranger's place each time.
        if let Some(proved) = parts.extensions.get::<Proved>() {
            proved.note();
        }
        leave_the_gate(parts);
        Ok(Self(pipeline))
    }
}
