//! Pages are sent compressed where that gives nothing away.
//!
//! By its length a compressed page tells how much of it is there twice. Somebody who reads lengths on
//! the way, and makes a browser ask again and again with guesses in the address, could read the page
//! letter by letter (BREACH). So a page is compressed only when the browser says that the request is
//! from a page of ours or from the person (`Sec-Fetch-Site`: `same-origin` or `none`): pages of others
//! cannot make it ask for that. Browsers say so over https and on this machine; to everybody else
//! pages are sent as they are. No page has a token against forged requests in it, since those are told
//! apart by their origin; and what shows a token or what was found out about one says `no-transform`,
//! and is never compressed, here or by a proxy that keeps to it.

use super::encoding::{self, Coding};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

const FETCH_SITE: &str = "sec-fetch-site";
/// Bytes of a page that are worth it.
const LEAST: usize = 1_024;

pub(super) async fn layer(request: Request, next: Next) -> Response {
    let is_meant = request.method() != Method::HEAD && may_be_compressed(request.headers());
    let mut response = next.run(request).await;
    if !is_page(response.headers()) {
        return response;
    }
    let vary = HeaderValue::from_static("accept-encoding, sec-fetch-site");
    response.headers_mut().append(header::VARY, vary);
    if !is_meant || must_stay(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // A page is complete before it is sent.
    let Ok(page) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let body = match packed(&page) {
        Some(packed) => {
            parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            parts.headers.remove(header::CONTENT_LENGTH);
            packed
        }
        None => page,
    };
    Response::from_parts(parts, Body::from(body))
}

/// Whether the client takes it, and nobody else made it ask.
fn may_be_compressed(headers: &HeaderMap) -> bool {
    let mut from = headers.get_all(FETCH_SITE).iter().map(HeaderValue::as_bytes);
    let is_ours = matches!((from.next(), from.next()), (Some(b"same-origin" | b"none"), None));
    is_ours
        && encoding::accepted(headers)
            .into_iter()
            .find(|coding| *coding != Coding::Brotli)
            .is_some_and(|coding| coding == Coding::Gzip)
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

fn must_stay(headers: &HeaderMap) -> bool {
    let cache = headers.get(header::CACHE_CONTROL).and_then(|cache| cache.to_str().ok());
    cache.is_some_and(|cache| cache.contains("no-transform"))
        || headers.contains_key(header::CONTENT_ENCODING)
}

/// Quickly: most of what can be gained is gained by that.
fn packed(page: &[u8]) -> Option<Bytes> {
    if page.len() < LEAST {
        return None;
    }
    let mut packer = GzEncoder::new(Vec::with_capacity(page.len() / 4), Compression::fast());
    packer.write_all(page).ok()?;
    packer.finish().ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::http::Request;
    use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, VARY};
    use axum::middleware::from_fn;
    use axum::response::Html;
    use axum::routing::get;
    use flate2::read::GzDecoder;
    use std::io::Read;
    use tower::ServiceExt;

    fn page() -> Html<String> {
        Html("<p>acme</p>".repeat(1_000))
    }

    async fn ask(path: &str, headers: &[(&str, &str)]) -> Response {
        let once = || async { ([(CACHE_CONTROL, "no-store, no-transform")], page()) };
        let router = Router::new()
            .route("/", get(|| async { page() }))
            .route("/once", get(once))
            .route("/text", get(|| async { "acme ".repeat(1_000) }))
            .route("/short", get(|| async { Html("<p>acme</p>") }))
            .layer(from_fn(layer));
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    const TAKEN: (&str, &str) = ("accept-encoding", "gzip, deflate, br");

    #[tokio::test]
    async fn a_page_that_the_person_asked_for_is_compressed_and_the_same() {
        for site in ["same-origin", "none"] {
            let response = ask("/", &[TAKEN, (FETCH_SITE, site)]).await;
            assert_eq!(response.headers()[CONTENT_ENCODING], "gzip");
            assert_eq!(response.headers()[VARY], "accept-encoding, sec-fetch-site");
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert!(body.len() < 1_000, "{}", body.len());
            let mut text = String::new();
            GzDecoder::new(&body[..]).read_to_string(&mut text).unwrap();
            assert_eq!(text, page().0);
        }
    }

    #[tokio::test]
    async fn what_another_site_can_make_a_browser_ask_for_is_not_compressed() {
        let all: [&[(&str, &str)]; 5] = [
            &[],
            &[(FETCH_SITE, "cross-site")],
            &[(FETCH_SITE, "same-site")],
            &[(FETCH_SITE, "")],
            &[(FETCH_SITE, "none"), (FETCH_SITE, "cross-site")],
        ];
        for sites in all {
            let headers: Vec<_> = sites.iter().copied().chain([TAKEN]).collect();
            let response = ask("/", &headers).await;
            assert!(!response.headers().contains_key(CONTENT_ENCODING), "{sites:?}");
        }
    }

    #[tokio::test]
    async fn what_shows_a_token_and_what_is_no_page_stays_as_it_is() {
        for path in ["/once", "/text", "/short"] {
            let response = ask(path, &[TAKEN, (FETCH_SITE, "none")]).await;
            assert!(!response.headers().contains_key(CONTENT_ENCODING), "{path}");
        }
    }

    #[tokio::test]
    async fn a_client_that_takes_no_gzip_gets_none() {
        for taken in ["identity", "br", "gzip;q=0, br", ""] {
            let headers = [("accept-encoding", taken), (FETCH_SITE, "none")];
            let response = ask("/", &headers).await;
            assert!(!response.headers().contains_key(CONTENT_ENCODING), "{taken}");
        }
    }
}
