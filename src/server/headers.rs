//! Headers of every answer: what a browser may do with it.

use super::sentences;
use crate::opening::config::IS_WATCHED;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Request, Response};
use axum::middleware::Next;

/// Where a page of `make dev` hears that it has changed.
const RELOAD: &str = if IS_WATCHED { " ws://localhost:3001 ws://127.0.0.1:3001" } else { "" };

/// What a page may load and do. Scripts need this answer's nonce; nothing comes from elsewhere.
pub(super) fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'{RELOAD}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )
}

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// What browsers are told to keep to for a year after they came by https (RFC 6797).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Https {
    /// Nothing: it is served over http.
    No,
    /// Https for this host. Others below it are somebody else's until the operator says so.
    Host,
    /// Https for this host and all below it.
    Subdomains,
}

impl Https {
    pub(super) fn of(url: &str, with_subdomains: bool) -> Self {
        match (url.starts_with("https://"), with_subdomains) {
            (false, _) => Self::No,
            (true, false) => Self::Host,
            (true, true) => Self::Subdomains,
        }
    }

    fn header(self) -> Option<HeaderValue> {
        match self {
            Self::No => None,
            Self::Host => Some(HeaderValue::from_static("max-age=31536000")),
            Self::Subdomains => {
                Some(HeaderValue::from_static("max-age=31536000; includeSubDomains"))
            }
        }
    }
}

pub(super) async fn layer(
    State(https): State<Https>,
    request: Request<Body>,
    next: Next,
) -> Response<Body> {
    let is_for_machines = sentences::is_for_machines(request.uri().path());
    let mut response = next.run(request).await;
    if is_for_machines {
        response = sentences::as_json(response).await;
    }
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(promise) = https.header() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, promise);
    }
    // Pages set their own; everything else shows nothing.
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(nothing);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
