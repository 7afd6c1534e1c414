//! Answers that hold secrets: never stored on the way, and their headers say what was handed out
//! and what was not.
//!
//! - `Regcred-Delivery`: a receipt of what is in the answer, and its registry
//! - `Regcred-Fetch`: what all of these receipts can be spoken of by
//! - `Regcred-Left-Out`: the id of a credential that is not in it, and the reason
//! - `Regcred-More`: how many lines of both were too many
//! - `Regcred-Ends`: when the first of what is in it ends, as far as is known (RFC 3339)
//! - `Regcred-Note`: what its readers make of a credential that is for some repositories only

use crate::vault::Told;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use uuid::Uuid;
use zeroize::Zeroizing;

pub(super) const JSON: &str = "application/json";
pub(super) const TAR: &str = "application/x-tar";

const DELIVERY: &str = "regcred-delivery";
const FETCH: &str = "regcred-fetch";
const LEFT_OUT: &str = "regcred-left-out";
const MORE: &str = "regcred-more";
const ENDS: &str = "regcred-ends";
const NOTE: &str = "regcred-note";
/// Lines of each kind: proxies refuse answers whose headers are longer than a few kilobytes.
const LINES: usize = 25;
/// Bytes of all lines that say what is left out, for the same reason.
const BYTES: usize = 3_000;
/// The longest of these lines. A reason may name any number of credentials.
const LINE: usize = 300;

/// An answer with a secret in it, of the media type `kind`.
pub(super) fn delivered(kind: &'static str, body: Body, told: &Told) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    tell(headers, told);
    response
}

/// There is nothing, which is no error.
pub(super) fn empty(told: &Told) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    tell(response.headers_mut(), told);
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

/// Adds what is told of an answer.
pub(super) fn tell(headers: &mut HeaderMap, told: &Told) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (receipt, host) in told.held.iter().take(LINES) {
        line(headers, DELIVERY, &format!("{receipt}; {host}"));
    }
    if !told.held.is_empty() {
        line(headers, FETCH, &told.fetch.to_string());
    }
    let lines = left_out(&told.left_out);
    for text in &lines {
        line(headers, LEFT_OUT, text);
    }
    let held = told.held.len().saturating_sub(LINES);
    let left_out = told.left_out.len().saturating_sub(lines.len());
    if held + left_out > 0 {
        let more = format!("{held} delivered, {left_out} left out; the receipts name them");
        line(headers, MORE, &more);
    }
    if let Some(ends) = told.ends {
        line(headers, ENDS, &ends.to_rfc3339());
    }
    if let Some(note) = told.note {
        line(headers, NOTE, note.label());
    }
}

/// As many lines as there is room for.
fn left_out(all: &[(Uuid, String)]) -> Vec<String> {
    let mut room = BYTES;
    let mut lines = Vec::new();
    for (credential, reason) in all.iter().take(LINES) {
        let text: String =
            format!("{credential}; {reason}").chars().map(plain).take(LINE).collect();
        room = match room.checked_sub(text.len()) {
            Some(rest) => rest,
            None => break,
        };
        lines.push(text);
    }
    lines
}

/// A name may hold any letter, and a header only those of ASCII (RFC 9110 5.5).
fn plain(c: char) -> char {
    if (' '..='~').contains(&c) { c } else { '?' }
}

fn line(headers: &mut HeaderMap, name: &'static str, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.append(HeaderName::from_static(name), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::matching::Note;
    use crate::domain::moment::Moment;
    use crate::domain::registry::RegistryHost;

    fn told(count: usize, reason: &str) -> Told {
        let host = RegistryHost::stored("registry.example.com:5000").unwrap();
        Told {
            held: vec![(Uuid::nil(), host); count],
            left_out: vec![(Uuid::nil(), reason.to_owned()); count],
            ..Told::default()
        }
    }

    fn of(response: &Response, name: &str) -> Vec<String> {
        let lines = response.headers().get_all(name).iter();
        lines.map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn an_answer_says_what_it_holds_and_what_it_does_not() {
        let response = delivered(JSON, Body::empty(), &told(2, "it is disabled"));
        let of = |name: &str| of(&response, name);
        let nil = Uuid::nil();
        assert_eq!(of("regcred-delivery"), vec![format!("{nil}; registry.example.com:5000"); 2]);
        assert_eq!(of("regcred-left-out"), vec![format!("{nil}; it is disabled"); 2]);
        assert_eq!(
            (of("cache-control"), of("content-type")),
            (vec!["no-store".to_owned()], vec![JSON.to_owned()])
        );
        assert_eq!(of("regcred-fetch"), [nil.to_string()]);
        for name in ["regcred-more", "regcred-ends", "regcred-note"] {
            assert!(of(name).is_empty(), "{name}");
        }
        let nothing = empty(&told(0, ""));
        assert_eq!(nothing.status(), StatusCode::NO_CONTENT);
        assert!(!nothing.headers().contains_key("regcred-fetch"), "there is nothing to speak of");
    }

    #[test]
    fn an_answer_says_until_when_it_is_good_and_what_readers_make_of_paths() {
        let told = Told {
            ends: Some(Moment(1_796_000_000_000)),
            note: Some(Note::PathKeys),
            ..Told::default()
        };
        let response = delivered(JSON, Body::empty(), &told);
        assert_eq!(of(&response, "regcred-ends"), ["2026-11-30T00:53:20Z"]);
        assert_eq!(of(&response, "regcred-note"), [Note::PathKeys.label()]);
    }

    #[test]
    fn headers_stay_short_enough_for_proxies() {
        let length = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len();
        let response = delivered(JSON, Body::empty(), &told(1_000, "it is disabled"));
        assert!(response.headers().iter().map(length).sum::<usize>() < 5_000);
        let more = "975 delivered, 975 left out; the receipts name them";
        assert_eq!(response.headers()["regcred-more"], more);
        // A tie names everybody.
        let response = delivered(JSON, Body::empty(), &told(1_000, &"deploy-key, ".repeat(500)));
        assert!(response.headers().iter().map(length).sum::<usize>() < 6_000);
        assert_eq!(of(&response, "regcred-left-out").len(), 10);
        assert!(of(&response, "regcred-more")[0].contains("990 left out"));
    }

    #[test]
    fn a_name_that_no_header_can_hold_does_not_hide_the_line() {
        let response = empty(&told(1, "it ties with b\u{fc}ild\n"));
        let expected = format!("{}; it ties with b?ild?", Uuid::nil());
        assert_eq!(of(&response, "regcred-left-out"), [expected]);
    }
}
