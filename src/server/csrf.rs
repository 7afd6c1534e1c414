//! Requests that another site made a browser send are refused (security T23): by `Sec-Fetch-Site`,
//! else by `Origin`; and where a cookie comes with neither, refused as well.

use super::site::Site;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tower_http::csrf::CsrfLayer;

const FETCH_SITE: &str = "sec-fetch-site";

/// Compares origins; the public address is one of ours, whatever host a proxy talks to.
pub(super) fn layer(url: &str) -> CsrfLayer {
    CsrfLayer::new().add_trusted_origin(url).unwrap_or_else(|_| CsrfLayer::new())
}

/// A browser says where a request comes from. One with a cookie and without a word is no browser of
/// today, or something that hides it. What is said of a page of another site is not followed back to.
pub(super) async fn refuse_foreign(
    State(site): State<Arc<Site>>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let headers = request.headers_mut();
    // No browser leaves it empty, so what is empty says nothing.
    if headers.get_all(FETCH_SITE).iter().any(|value| value.as_bytes().trim_ascii().is_empty()) {
        headers.remove(FETCH_SITE);
    }
    if !is_from_our_page(&site, headers) {
        headers.remove(header::REFERER);
    }
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !is_safe && let Some(sentence) = problem(&site, request.headers()) {
        return (StatusCode::FORBIDDEN, sentence).into_response();
    }
    next.run(request).await
}

/// What is wrong with a request that changes something, as far as the layer of the framework does not
/// look for it: that compares hosts, and not how they are spoken to.
fn problem(site: &Site, headers: &HeaderMap) -> Option<&'static str> {
    if headers.contains_key(FETCH_SITE) {
        return None;
    }
    match headers.get(header::ORIGIN) {
        Some(origin) => {
            let host = text(headers, header::HOST);
            let is_ours = origin.to_str().is_ok_and(|origin| site.is_origin(origin, host));
            (!is_ours).then_some("The request comes from another site.\n")
        }
        None => headers
            .contains_key(header::COOKIE)
            .then_some("The request does not say which site it comes from.\n"),
    }
}

fn is_from_our_page(site: &Site, headers: &HeaderMap) -> bool {
    let host = text(headers, header::HOST);
    text(headers, header::REFERER).is_some_and(|page| site.has_page(page, host))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
