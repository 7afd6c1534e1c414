//! Errors as JSON: `{"error":{"code":"…","message":"…"}}`, with the status that says the same.

use crate::domain::asker::BeyondShare;
use crate::error::Error;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

#[derive(Debug)]
pub(super) struct Reply(pub(super) Error);

impl From<Error> for Reply {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let message = match &self.0 {
            Error::Unauthenticated => {
                "Send a valid pipeline token: Authorization: Bearer rgc_…".to_owned()
            }
            Error::Unavailable => {
                "Regcred cannot read or write its database right now, so nothing was delivered. Try again in a moment.".to_owned()
            }
            error => error.to_string(),
        };
        let body = json!({ "error": { "code": self.0.code(), "message": message } });
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"regcred\""),
            );
        }
        if let Some(seconds) = self.0.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self.0, Error::TooManyRequests { .. }) {
            response.extensions_mut().insert(BeyondShare);
        }
        response
    }
}

pub(super) async fn wrong_method() -> Response {
    let message = "This address does not accept this method.";
    let body = json!({ "error": { "code": "method_not_allowed", "message": message } });
    (StatusCode::METHOD_NOT_ALLOWED, Json(body)).into_response()
}

pub(super) async fn nothing() -> Reply {
    Reply(Error::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_beyond_a_share_is_not_answered_as_a_stranger() {
        let of = "This pipeline".to_owned();
        for (error, is_marked) in [
            (Error::TooManyRequests { of, retry_after: 1 }, true),
            (Error::TooManyAttempts { minutes: 1 }, false),
            (Error::Unauthenticated, false),
        ] {
            let response = Reply(error).into_response();
            assert_eq!(response.extensions().get::<BeyondShare>().is_some(), is_marked);
        }
    }
}
