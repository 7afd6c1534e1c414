//! How large a body may be, and of which kind (security T29).

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;

/// Bytes of a form, an API call, or a page's own request.
const BODY_MAX: usize = 512 * 1024;
/// Bytes of a form with a file. What breaks the form's own rules but is below this is read and
/// dropped, so that the answer is a sentence at the field.
const UPLOAD_MAX: usize = 32 * 1024 * 1024;

/// Whether the body says where its parts end; without that the framework panics.
fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| multer::parse_boundary(kind).is_ok())
}

pub(super) async fn layer(request: Request<Body>, next: Next) -> Response {
    let takes_files =
        matches!(request.uri().path(), "/rpc/credentials/create" | "/rpc/credentials/update");
    let max = if takes_files { UPLOAD_MAX } else { BODY_MAX };
    if takes_files && request.method() == Method::POST && !is_multipart(request.headers()) {
        return (StatusCode::BAD_REQUEST, "The request is not of the form this page sends.\n")
            .into_response();
    }
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > max) {
        return (StatusCode::PAYLOAD_TOO_LARGE, "The request is too large.\n").into_response();
    }
    let (parts, body) = request.into_parts();
    next.run(Request::from_parts(parts, Body::new(Limited::new(body, max)))).await
}
