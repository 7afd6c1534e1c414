//! How large a body may be (security T29).

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;

/// Bytes of a form, an API call, or a page's own request.
const BODY_MAX: usize = 512 * 1024;
/// Bytes of a form with a file. What breaks the form's own rules but is below this is read and
/// dropped, so that the answer is a sentence at the field.
const UPLOAD_MAX: usize = 32 * 1024 * 1024;

pub(super) async fn layer(request: Request<Body>, next: Next) -> Response {
    let takes_files =
        matches!(request.uri().path(), "/rpc/credentials/create" | "/rpc/credentials/update");
    let max = if takes_files { UPLOAD_MAX } else { BODY_MAX };
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > max) {
        return (StatusCode::PAYLOAD_TOO_LARGE, "The request is too large.\n").into_response();
    }
    let (parts, body) = request.into_parts();
    next.run(Request::from_parts(parts, Body::new(Limited::new(body, max)))).await
}
