//! What machines are told is JSON, also where a request was refused before it came to its door.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

/// Behind it there is no page, but for the address itself.
const DOORS: &str = "/api/v1/";
/// Bytes of a sentence, and more.
const LONGEST: usize = 4 * 1024;

/// Whether it is the path of a door for machines.
pub(super) fn is_for_machines(path: &str) -> bool {
    path.strip_prefix(DOORS).is_some_and(|rest| !rest.is_empty())
}

/// The answer, whose sentence is in JSON if it refuses in plain words.
pub(super) async fn as_json(response: Response<Body>) -> Response<Body> {
    if !is_refusal_in_words(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, LONGEST).await.unwrap_or_default();
    let sentence = String::from_utf8_lossy(&bytes);
    let said = json!({ "error": { "code": code(parts.status), "message": sentence.trim_end() } });
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(said.to_string()))
}

fn is_refusal_in_words(response: &Response<Body>) -> bool {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    (status.is_client_error() || status.is_server_error())
        && kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// The word of the same status that the doors have, where they have one.
fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::MISDIRECTED_REQUEST => "misdirected",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        status if status.is_server_error() => "internal",
        _ => "bad_request",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use serde_json::Value;

    #[test]
    fn the_doors_are_what_lies_behind_their_address() {
        for path in ["/api/v1/token", "/api/v1/nothing/at/all"] {
            assert!(is_for_machines(path), "{path}");
        }
        for path in ["/", "/api/v1", "/api/v1/", "/api/v10/token", "/x/api/v1/token"] {
            assert!(!is_for_machines(path), "{path}");
        }
    }

    #[tokio::test]
    async fn a_refusal_in_words_is_put_in_json_and_all_else_is_left() {
        for (status, word) in [
            (StatusCode::BAD_REQUEST, "bad_request"),
            (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            (StatusCode::MISDIRECTED_REQUEST, "misdirected"),
            (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        ] {
            let response = as_json((status, "It is \"so\".\n").into_response()).await;
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
            let body = to_bytes(response.into_body(), LONGEST).await.unwrap();
            let said: Value = serde_json::from_slice(&body).unwrap();
            let expected = json!({"error": {"code": word, "message": "It is \"so\"."}});
            assert_eq!(said, expected, "{status}");
        }
        for (status, text) in [(StatusCode::OK, "ready\n"), (StatusCode::FOUND, "there\n")] {
            let response = as_json((status, text).into_response()).await;
            let body = to_bytes(response.into_body(), LONGEST).await.unwrap();
            assert_eq!(body, text, "{status}");
        }
        let json = axum::Json(json!({"error": {"code": "stale"}}));
        let response = as_json((StatusCode::CONFLICT, json).into_response()).await;
        let body = to_bytes(response.into_body(), LONGEST).await.unwrap();
        assert_eq!(body, r#"{"error":{"code":"stale"}}"#);
    }
}
