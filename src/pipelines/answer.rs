//! Answers that hold secrets: never stored on the way, and their headers say what was handed out
//! and what was not.

use super::formats::Ledger;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use zeroize::Zeroizing;

pub(super) const JSON: &str = "application/json";
pub(super) const TAR: &str = "application/x-tar";

const DELIVERY: &str = "regcred-delivery";
const LEFT_OUT: &str = "regcred-left-out";
const MORE: &str = "regcred-more";
/// Lines of each kind: proxies refuse answers whose headers are longer than a few kilobytes.
const LINES: usize = 25;

/// An answer with a secret in it, of the media type `kind`.
pub(super) fn delivered(kind: &'static str, body: Body, ledger: &Ledger) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    tell(headers, ledger);
    response
}

/// There is nothing, which is no error.
pub(super) fn empty(ledger: &Ledger) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    tell(response.headers_mut(), ledger);
    response
}

/// A body that is the text itself, not a copy of it.
pub(super) fn text(mut text: Zeroizing<String>) -> Body {
    Body::from(std::mem::take(&mut *text))
}

/// A body that is the bytes themselves, not a copy of them.
pub(super) fn bytes(mut bytes: Zeroizing<Vec<u8>>) -> Body {
    Body::from(std::mem::take(&mut *bytes))
}

fn tell(headers: &mut HeaderMap, ledger: &Ledger) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (receipt, host) in ledger.held.iter().take(LINES) {
        line(headers, DELIVERY, &format!("{receipt}; {host}"));
    }
    for (credential, reason) in ledger.left_out.iter().take(LINES) {
        line(headers, LEFT_OUT, &format!("{credential}; {reason}"));
    }
    let held = ledger.held.len().saturating_sub(LINES);
    let left_out = ledger.left_out.len().saturating_sub(LINES);
    if held + left_out > 0 {
        let more = format!("{held} delivered, {left_out} left out; the receipts name them");
        line(headers, MORE, &more);
    }
}

fn line(headers: &mut HeaderMap, name: &'static str, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.append(HeaderName::from_static(name), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::registry::RegistryHost;
    use uuid::Uuid;

    fn ledger(count: usize) -> Ledger {
        let host = RegistryHost::stored("registry.example.com:5000").unwrap();
        Ledger {
            held: vec![(Uuid::nil(), host); count],
            left_out: vec![(Uuid::nil(), "it is disabled"); count],
        }
    }

    #[test]
    fn an_answer_says_what_it_holds_and_what_it_does_not() {
        let response = delivered(JSON, Body::empty(), &ledger(2));
        let of = |name: &str| -> Vec<&str> {
            response.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
        };
        let nil = Uuid::nil();
        assert_eq!(of("regcred-delivery"), vec![format!("{nil}; registry.example.com:5000"); 2]);
        assert_eq!(of("regcred-left-out"), vec![format!("{nil}; it is disabled"); 2]);
        assert_eq!((of("cache-control"), of("content-type")), (vec!["no-store"], vec![JSON]));
        assert!(of("regcred-more").is_empty());
        assert_eq!(empty(&ledger(0)).status(), StatusCode::NO_CONTENT);
    }

    #[test]
    fn headers_stay_short_enough_for_proxies() {
        let response = delivered(JSON, Body::empty(), &ledger(1_000));
        let length = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len();
        assert!(response.headers().iter().map(length).sum::<usize>() < 5_000);
        let more = "975 delivered, 975 left out; the receipts name them";
        assert_eq!(response.headers()["regcred-more"], more);
    }
}
