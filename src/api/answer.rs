//! Answers that hold secrets: their headers say what was handed out and what was not.
//!
//! - `Regcred-Delivery`: a receipt of what is in the answer, and its registry
//! - `Regcred-Fetch`: what all of these receipts can be spoken of by
//! - `Regcred-Left-Out`: the id of a credential that is not in it, its registry, and the reason
//! - `Regcred-More`: how many lines of both were too many
//! - `Regcred-Ends`: when the first of what is in it ends, as far as is known (RFC 3339)
//! - `Regcred-Note`: what its readers make of a credential that is for some repositories only

use crate::vault::Told;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use zeroize::Zeroizing;

const JSON: &str = "application/json";
const DELIVERY: &str = "regcred-delivery";
const FETCH: &str = "regcred-fetch";
const LEFT_OUT: &str = "regcred-left-out";
const MORE: &str = "regcred-more";
const ENDS: &str = "regcred-ends";
const NOTE: &str = "regcred-note";
/// Bytes of all lines of one kind. Proxies refuse an answer whose headers are longer than the room
/// they have for them: nginx has 4 KiB for all, and what the server adds to every answer needs some.
const BYTES: usize = 1_400;
/// The longest line that says what is left out. A reason may name any number of credentials.
const LINE: usize = 300;

/// JSON with a secret in it: the text itself, not a copy of it.
pub(super) fn json(mut text: Zeroizing<String>, told: &Told) -> Response {
    delivered(JSON, Body::from(std::mem::take(&mut *text)), told)
}

/// A tar with secrets in it: the bytes themselves.
pub(super) fn tar(mut bytes: Zeroizing<Vec<u8>>, told: &Told) -> Response {
    delivered("application/x-tar", Body::from(std::mem::take(&mut *bytes)), told)
}

fn delivered(kind: &'static str, body: Body, told: &Told) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    tell(headers, told);
    response
}

/// The JSON; or there is nothing, which is no error.
pub(super) fn json_or_empty(text: Option<Zeroizing<String>>, told: &Told) -> Response {
    if let Some(text) = text {
        return json(text, told);
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    tell(response.headers_mut(), told);
    response
}

pub(super) fn tell(headers: &mut HeaderMap, told: &Told) {
    let held = told.held.iter().map(|(receipt, host)| format!("{receipt}; {host}"));
    let held = told.held.len().saturating_sub(lines(headers, DELIVERY, held));
    if !told.held.is_empty() {
        line(headers, FETCH, &told.fetch.to_string());
    }
    let left_out = told.left_out.iter().map(|one| {
        let line = format!("{}; {}; {}", one.credential, one.host, one.reason);
        line.chars().map(plain).take(LINE).collect::<String>()
    });
    let left_out = told.left_out.len().saturating_sub(lines(headers, LEFT_OUT, left_out));
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

/// Adds as many of the lines as there is room for, and says how many those are.
fn lines(
    headers: &mut HeaderMap,
    name: &'static str,
    texts: impl Iterator<Item = String>,
) -> usize {
    let (mut room, mut count) = (BYTES, 0);
    for text in texts {
        // With the colon, the space and the end of the line.
        let Some(rest) = room.checked_sub(name.len() + text.len() + 4) else { break };
        line(headers, name, &text);
        (room, count) = (rest, count + 1);
    }
    count
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
    use crate::vault::LeftOut;
    use uuid::Uuid;

    fn told(count: usize, reason: &str) -> Told {
        let host = RegistryHost::stored("registry.example.com:5000").unwrap();
        let credential = Uuid::nil();
        let left_out = LeftOut { credential, host: host.clone(), reason: reason.to_owned() };
        Told {
            held: vec![(credential, host); count],
            left_out: vec![left_out; count],
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
        assert_eq!(
            of("regcred-left-out"),
            vec![format!("{nil}; registry.example.com:5000; it is disabled"); 2]
        );
        assert_eq!(of("content-type"), [JSON]);
        assert_eq!(of("regcred-fetch"), [nil.to_string()]);
        for name in ["regcred-more", "regcred-ends", "regcred-note"] {
            assert!(of(name).is_empty(), "{name}");
        }
        let nothing = json_or_empty(None, &told(0, ""));
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
        let length = |response: &Response| {
            let lines = response.headers().iter();
            lines.map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>()
        };
        // What the server adds to every answer is 700 bytes long.
        let most = 4_096 - 700;
        let told_of = |told: &Told| delivered(JSON, Body::empty(), told);
        let all = Told {
            ends: Some(Moment(1_796_000_000_000)),
            note: Some(Note::PathKeys),
            ..told(1_000, "it is disabled")
        };
        let response = told_of(&all);
        assert!(length(&response) < most, "{}", length(&response));
        let more = "984 delivered, 986 left out; the receipts name them";
        assert_eq!(response.headers()["regcred-more"], more);
        // A tie names everybody.
        let response = told_of(&told(1_000, &"deploy-key, ".repeat(500)));
        assert!(length(&response) < most, "{}", length(&response));
        assert_eq!(of(&response, "regcred-left-out").len(), 4);
        assert!(of(&response, "regcred-more")[0].contains("996 left out"));
        // And a host's name may be long.
        let label = "a".repeat(60);
        let host = RegistryHost::stored(&format!("{label}.{label}.{label}.{label}.example"));
        let held = vec![(Uuid::nil(), host.unwrap()); 30];
        let response = told_of(&Told { held, ..all });
        assert!(length(&response) < most, "{}", length(&response));
        assert_eq!(of(&response, "regcred-delivery").len(), 4);
        assert!(of(&response, "regcred-more")[0].starts_with("26 delivered"));
    }

    #[test]
    fn a_name_that_no_header_can_hold_does_not_hide_the_line() {
        let response = json_or_empty(None, &told(1, "it ties with b\u{fc}ild\n"));
        let expected = format!("{}; registry.example.com:5000; it ties with b?ild?", Uuid::nil());
        assert_eq!(of(&response, "regcred-left-out"), [expected]);
    }
}
