use super::*;
use crate::crypto::signature::{ed25519_holds, read_ed25519_key};
use axum::http::{HeaderName, HeaderValue};
use proptest::prelude::*;

const NOW: i64 = 1_796_000_000;
const BODY: &[u8] =
    b"{\"repo\":{\"full_name\":\"acme/api\"},\"pipeline\":{\"event\":\"push\",\"number\":7}}\n";
const SAID: &str = "sha-256=:74Qm+Er6AS/4w+6j9MOfpPkokssQYF1suhYEohI/oj0=:";
const INPUT: &str = "(\"@request-target\" \"content-digest\");created=1796000000;alg=\"ed25519\"";
/// With the key of RFC 8032, 7.1, test 1.
const SIGNATURE: &str =
    ":9eBHzXqib8gERpxX41aUYqrNteW3HwROI0UVlnWYMN2uxS9B9zyR97Cz84+Zphjov48MIvvAhj9Vz5CuJ9tsBg==:";
const KEY: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn headers(lines: &[(&'static str, String)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn signed(input: &str) -> HeaderMap {
    headers(&[
        ("content-digest", SAID.to_owned()),
        ("signature-input", format!("{NAME}={input}")),
        ("signature", format!("{NAME}={SIGNATURE}")),
    ])
}

fn read(
    headers: &HeaderMap,
    target: &Uri,
    body: &[u8],
    now: i64,
) -> Result<Signed, SignatureProblem> {
    let read = super::read(headers, target, now)?;
    read.digests.compare(body)?;
    Ok(read)
}

fn target() -> Uri {
    Uri::from_static("/api/v1/woodpecker/acme")
}

#[test]
fn what_woodpecker_signs_is_rebuilt_and_its_signature_holds() {
    let read = read(&signed(INPUT), &target(), BODY, NOW).unwrap();
    let expected = format!(
        "\"@request-target\": /api/v1/woodpecker/acme\n\"content-digest\": {SAID}\n\"@signature-params\": {INPUT}"
    );
    assert_eq!(String::from_utf8(read.base.clone()).unwrap(), expected);
    let key = read_ed25519_key(KEY).unwrap();
    assert!(ed25519_holds(&key, &read.base, &read.signature));
}

#[test]
fn a_signature_for_another_address_does_not_hold_here() {
    let key = read_ed25519_key(KEY).unwrap();
    for target in ["/api/v1/woodpecker/beta", "/api/v1/woodpecker/acme?intent=push"] {
        let read = read(&signed(INPUT), &Uri::from_static(target), BODY, NOW).unwrap();
        assert!(String::from_utf8_lossy(&read.base).contains(target));
        assert!(!ed25519_holds(&key, &read.base, &read.signature), "{target}");
    }
}

#[test]
fn it_is_found_among_other_signatures() {
    let lines = headers(&[
        ("content-digest", SAID.to_owned()),
        ("signature-input", "other=(\"@method\");keyid=\"a, b\"".to_owned()),
        ("signature-input", format!("{NAME}={INPUT}")),
        ("signature", format!("other=:AAAA:, {NAME}={SIGNATURE}")),
    ]);
    let alone = read(&signed(INPUT), &target(), BODY, NOW);
    assert_eq!(read(&lines, &target(), BODY, NOW), alone);
}

#[test]
fn what_is_not_signed_as_it_has_to_be_is_refused_with_the_reason() {
    use SignatureProblem::{Algorithm, Coverage, Malformed, Time};
    let list = "(\"@request-target\" \"content-digest\")";
    for (input, problem) in [
        (list.to_owned(), Time),
        (format!("{list};alg=\"ed25519\""), Time),
        (format!("{list};created=1795999699"), Time),
        (format!("{list};created=1796000031"), Time),
        (format!("{list};created=1796000000;expires=1795999999"), Time),
        (format!("{list};created=1796000000;alg=\"hmac-sha256\""), Algorithm),
        (format!("{list};created=1796000000;alg=\"\""), Algorithm),
        ("(\"@request-target\");created=1796000000".to_owned(), Coverage),
        ("(\"content-digest\");created=1796000000".to_owned(), Coverage),
        ("(\"content-digest\" \"content-digest\");created=1796000000".to_owned(), Coverage),
        (
            "(\"@request-target\" \"content-digest\" \"@method\");created=1796000000".to_owned(),
            Coverage,
        ),
        ("();created=1796000000".to_owned(), Malformed),
        ("(\"@request-target\"  \"content-digest\");created=1796000000".to_owned(), Malformed),
        ("(\"@request-target\" \"content-digest\";sf);created=1796000000".to_owned(), Malformed),
        (format!("{list} ;created=1796000000"), Malformed),
        (format!("{list};created=01796000000"), Malformed),
        (format!("{list};created=1796000000.0"), Malformed),
        (format!("{list};created=\"1796000000\""), Malformed),
        (format!("{list};created=-1"), Malformed),
        (format!("{list};created=1796000000;created=1796000000"), Malformed),
        (format!("{list};created=1796000000;more=1"), Malformed),
        (format!("{list};created=1796000000;"), Malformed),
        (format!("{list};created=1796000000;alg=ed25519"), Malformed),
        ("1".to_owned(), Malformed),
    ] {
        assert_eq!(read(&signed(&input), &target(), BODY, NOW), Err(problem), "{input}");
    }
    for created in ["1795999700", "1796000030"] {
        let input = format!("{list};created={created};keyid=\"k\"");
        assert!(read(&signed(&input), &target(), BODY, NOW).is_ok(), "{created}");
    }
}

#[test]
fn a_body_that_was_changed_is_refused() {
    let longer = [BODY, b" "].concat();
    let bodies: [&[u8]; 3] = [b"", b"{}", &longer];
    for body in bodies {
        let problem = read(&signed(INPUT), &target(), body, NOW).unwrap_err();
        assert_eq!(problem, SignatureProblem::Digest);
    }
}

#[test]
fn a_header_that_is_missing_or_there_twice_is_refused() {
    for missing in ["content-digest", "signature-input", "signature"] {
        let mut lines = signed(INPUT);
        lines.remove(missing);
        let problem = read(&lines, &target(), BODY, NOW).unwrap_err();
        assert_eq!(problem, SignatureProblem::Missing, "{missing}");
        let mut lines = signed(INPUT);
        let value = lines[missing].clone();
        lines.append(missing, value);
        let problem = read(&lines, &target(), BODY, NOW).unwrap_err();
        assert_eq!(problem, SignatureProblem::Malformed, "{missing}");
    }
    let mut other = signed(INPUT);
    other.insert("signature", HeaderValue::from_static("sig1=:AAAA:"));
    let problem = read(&other, &target(), BODY, NOW).unwrap_err();
    assert_eq!(problem, SignatureProblem::Missing);
}

proptest! {
    #[test]
    fn any_headers_are_read_without_a_panic(
        input in "(woodpecker-ci-extensions=)?[ -~]{0,80}",
        signature in "(woodpecker-ci-extensions=:?)?[ -~]{0,40}",
        said in "[ -~]{0,40}",
    ) {
        let lines = headers(&[
            ("content-digest", said),
            ("signature-input", input),
            ("signature", signature),
        ]);
        prop_assert!(read(&lines, &target(), BODY, NOW).is_err());
    }

    #[test]
    fn parameters_are_read_without_a_panic(text in "(\\(|\\)|;|=|\"|created|alg|\\PC){0,30}") {
        let _ = Parameters::read(&text);
        let _ = members(&text);
    }
}
