use super::*;
use crate::crypto::signature::hmac_sha256_holds;
use axum::http::{HeaderName, HeaderValue};
use proptest::prelude::*;

const NOW: i64 = 1_796_000_000;
const BODY: &[u8] =
    b"{\"repo\":{\"slug\":\"acme/api\"},\"build\":{\"event\":\"push\",\"number\":7}}";
const SECRET: &[u8] = b"a shared secret";
const DIGEST: &str = "SHA-256=Fi3j869R+ylL9X1lOQeng5kcmKeoXY6MHkEDio5wtRs=";
const SIGNATURE: &str = "3mKcPCEToBE8JPrL2n5yz7oF4M7WYiWYdEbUHIOFRcg=";
const HEADERS: &str = "accept accept-encoding content-type date digest";

/// The field as Drone's library writes it.
fn field(headers: &str) -> String {
    format!(
        "keyId=\"hmac-key\",algorithm=\"hmac-sha256\",signature=\"{SIGNATURE}\",headers=\"{headers}\""
    )
}

fn headers(signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("accept", "application/vnd.drone.registry.v1+json"),
        ("accept-encoding", "identity"),
        ("content-type", "application/json"),
        ("date", "Mon, 30 Nov 2026 00:53:20 GMT"),
        ("digest", DIGEST),
        ("signature", signature),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn read_at(headers: &HeaderMap, body: &[u8], now: i64) -> Result<Signed, SignatureProblem> {
    let target = Uri::from_static("/api/v1/drone/acme?intent=push");
    let read = read(headers, &Method::POST, &target, now)?;
    read.digests.compare(body)?;
    Ok(read)
}

fn problem(headers: &HeaderMap) -> Option<SignatureProblem> {
    read_at(headers, BODY, NOW).err()
}

#[test]
fn what_drone_signs_is_rebuilt_and_its_signature_holds() {
    let read = read_at(&headers(&field(HEADERS)), BODY, NOW).unwrap();
    let expected = format!(
        "accept: application/vnd.drone.registry.v1+json\naccept-encoding: identity\ncontent-type: application/json\ndate: Mon, 30 Nov 2026 00:53:20 GMT\ndigest: {DIGEST}"
    );
    assert_eq!(String::from_utf8(read.base.clone()).unwrap(), expected);
    assert!(hmac_sha256_holds(SECRET, &read.base, &read.signature));
    assert!(!hmac_sha256_holds(b"another secret", &read.base, &read.signature));
}

#[test]
fn the_signature_may_stand_in_authorization_and_cover_the_target() {
    let mut lines = headers("");
    lines.remove("signature");
    assert_eq!(problem(&lines), Some(SignatureProblem::Missing));
    lines.insert("authorization", HeaderValue::from_static("Bearer rgc_x"));
    assert_eq!(problem(&lines), Some(SignatureProblem::Missing));
    let text = format!("Signature {}", field("(request-target) date digest"));
    lines.insert("authorization", HeaderValue::from_str(&text).unwrap());
    let read = read_at(&lines, BODY, NOW).unwrap();
    let base = String::from_utf8(read.base).unwrap();
    assert!(base.starts_with("(request-target): post /api/v1/drone/acme?intent=push\ndate: "));
}

#[test]
fn what_is_not_signed_as_it_has_to_be_is_refused_with_the_reason() {
    use SignatureProblem::{Algorithm, Coverage, Malformed};
    for (text, expected) in [
        (field("date"), Coverage),
        (field("digest"), Coverage),
        (field(""), Coverage),
        (field("date digest x-none"), Coverage),
        (field("date  digest"), Coverage),
        (field(&"date digest ".repeat(20)), Coverage),
        (field(HEADERS).replace("hmac-key", "other"), Algorithm),
        (field(HEADERS).replace("hmac-sha256", "hmac-sha1"), Algorithm),
        (field(HEADERS).replace(SIGNATURE, "zebra"), Malformed),
        (field(HEADERS).replace("keyId", "keyid"), Malformed),
        (format!("{},keyId=\"hmac-key\"", field(HEADERS)), Malformed),
        (format!("{},created=1796000000", field(HEADERS)), Malformed),
        (format!("{},", field(HEADERS)), Malformed),
        ("keyId=\"hmac-key\",algorithm=\"hmac-sha256\"".to_owned(), Malformed),
        ("zebra".to_owned(), Malformed),
        (String::new(), Malformed),
    ] {
        assert_eq!(problem(&headers(&text)), Some(expected), "{text}");
    }
}

#[test]
fn a_request_that_is_old_or_from_the_future_is_refused() {
    let lines = headers(&field(HEADERS));
    for (now, is_fresh) in [(0, true), (300, true), (-30, true), (301, false), (-31, false)] {
        let found = read_at(&lines, BODY, NOW + now).err();
        assert_eq!(found, (!is_fresh).then_some(SignatureProblem::Time), "{now}");
    }
    for text in ["2026-11-30T00:53:20Z", "Mon, 30 Nov 2026 00:53:20 +0000", "", "zebra"] {
        let mut lines = lines.clone();
        lines.insert("date", HeaderValue::from_str(text).unwrap());
        assert_eq!(problem(&lines), Some(SignatureProblem::Malformed), "{text}");
    }
}

#[test]
fn a_changed_body_and_a_header_that_is_there_twice_are_refused() {
    let mut lines = headers(&field(HEADERS));
    let found = read_at(&lines, b"{}", NOW).err();
    assert_eq!(found, Some(SignatureProblem::Digest));
    lines.append("accept", HeaderValue::from_static("*/*"));
    assert_eq!(problem(&lines), Some(SignatureProblem::Malformed));
}

proptest! {
    #[test]
    fn any_headers_are_read_without_a_panic(
        text in "(keyId=\"hmac-key\",algorithm=\"hmac-sha256\",signature=\"AAAA\",headers=\")?[ -~]{0,60}\"?",
        at in "[ -~]{0,40}",
    ) {
        let mut lines = headers(&text);
        lines.insert("date", HeaderValue::from_str(&at).unwrap());
        let _ = read_at(&lines, BODY, NOW);
    }

    #[test]
    fn fields_and_dates_are_read_without_a_panic(text in "\\PC{0,60}") {
        let _ = (fields(&text), date(&text));
    }
}
