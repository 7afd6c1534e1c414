//! Requests that another site made a browser send are refused (security T23): by `Sec-Fetch-Site`,
//! else by `Origin`; and where a cookie comes with neither, refused as well.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::CsrfLayer;

/// Compares origins; the public address is one of ours, whatever host a proxy talks to.
pub(super) fn layer(url: &str) -> CsrfLayer {
    CsrfLayer::new().add_trusted_origin(url).unwrap_or_else(|_| CsrfLayer::new())
}

/// A browser says where a request comes from. One with a cookie and without a word is no browser of
/// today, or something that hides it.
pub(super) async fn refuse_unmarked(request: Request<Body>, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let says = |headers: &HeaderMap, name: &str| headers.contains_key(name);
    let headers = request.headers();
    let is_unmarked = headers.contains_key(header::COOKIE)
        && !says(headers, "sec-fetch-site")
        && !headers.contains_key(header::ORIGIN);
    if !is_safe && is_unmarked {
        return (StatusCode::FORBIDDEN, "The request does not say which site it comes from.\n")
            .into_response();
    }
    next.run(request).await
}
