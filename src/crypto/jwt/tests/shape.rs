//! Texts that are no token at all.

use super::*;

pub(super) fn vectors(scene: &Scene) -> Vec<Case> {
    [parts(scene), encodings(scene), texts(scene)].concat()
}

fn parts(scene: &Scene) -> Vec<Case> {
    let token = scene.ec.token(&claims());
    let (signed, signature) = token.rsplit_once('.').expect("it has parts");
    let (header, payload) = signed.split_once('.').expect("it has parts");
    let huge = scene.with("x", json!("x".repeat(16 * 1024)));
    [
        ("nothing", String::new()),
        ("one part", header.to_owned()),
        ("two parts", signed.to_owned()),
        ("four parts", format!("{token}.{signature}")),
        ("five parts, as an encrypted token has", format!("{header}.{payload}.{signed}.{header}")),
        ("dots only", "..".to_owned()),
        ("no header", format!(".{payload}.{signature}")),
        ("no payload", format!("{header}..{signature}")),
        ("two dots running", format!("{header}..{payload}.{signature}")),
        ("a scheme in front", format!("Bearer {token}")),
        ("space in front", format!(" {token}")),
        ("a line end behind", format!("{token}\n")),
        ("a null behind", format!("{token}\0")),
        ("space inside", format!("{header}. {payload}.{signature}")),
        ("a line end inside", format!("{header}.\r\n{payload}.{signature}")),
        ("letters outside ASCII", format!("{header}.é{payload}.{signature}")),
        ("quotes around it", format!("\"{token}\"")),
        (
            "the JSON form of a signed text",
            json!({"protected": header, "payload": payload, "signature": signature}).to_string(),
        ),
    ]
    .map(|(what, token)| (what, token, JwtProblem::Malformed))
    .into_iter()
    .chain([("more than 16 KiB", huge, JwtProblem::TooLarge)])
    .collect()
}

fn encodings(scene: &Scene) -> Vec<Case> {
    let token = scene.ec.token(&claims());
    let (signed, signature) = token.rsplit_once('.').expect("it has parts");
    let (header, payload) = signed.split_once('.').expect("it has parts");
    [
        ("padding behind the header", format!("{header}=.{payload}.{signature}")),
        ("padding behind the payload", format!("{header}.{payload}==.{signature}")),
        ("padding behind the signature", format!("{token}==")),
        ("the other alphabet", format!("{signed}.+{}", &signature[1..])),
        ("the other alphabet's slash", format!("{signed}./{}", &signature[1..])),
        ("a stray letter", format!("{signed}.{signature}AAA")),
        ("stray bits at the end", format!("{signed}.{}", with_stray_bits(signature))),
        ("a percent sign", format!("{header}%2E{payload}.{signature}")),
    ]
    .map(|(what, token)| (what, token, JwtProblem::Malformed))
    .to_vec()
}

/// The same 64 bytes in another spelling: the last letter holds two bits of them and four of nothing.
fn with_stray_bits(signature: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = signature.split_at(signature.len() - 1);
    let at = ALPHABET.find(last).expect("it is in the alphabet");
    format!("{rest}{}", &ALPHABET[at + 1..at + 2])
}

/// Signed as they are, but not two JSON objects.
fn texts(scene: &Scene) -> Vec<Case> {
    let header = scene.ec.header().to_string();
    let payload = claims().to_string();
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    [
        ("a header that is a list", scene.of("[\"alg\",\"ES256\"]", &payload)),
        ("a header that is a text", scene.of("\"ES256\"", &payload)),
        ("a header that is null", scene.of("null", &payload)),
        ("a header with a byte order mark", scene.of(&format!("\u{feff}{header}"), &payload)),
        ("a header that goes on", scene.of(&format!("{header}{header}"), &payload)),
        ("a nested header", scene.of(&format!("{{\"x\":{}}}", nested(4_000)), &payload)),
        ("a payload that is a list", scene.of(&header, &format!("[{payload}]"))),
        ("a payload that is a text", scene.of(&header, &json!(payload).to_string())),
        ("a payload that is null", scene.of(&header, "null")),
        ("a payload that is a number", scene.of(&header, "1800000000")),
        ("an empty payload", scene.of(&header, " ")),
        ("a payload that goes on", scene.of(&header, &format!("{payload}{payload}"))),
        ("a nested payload", scene.of(&header, &format!("{{\"x\":{}}}", nested(5_000)))),
        ("a payload that is nested and cut", scene.of(&header, &"{\"x\":".repeat(2_000))),
        ("a comma too many", scene.of(&header, "{\"iss\":\"x\",}")),
        ("single quotes", scene.of(&header, "{'iss':'x'}")),
        ("a comment", scene.of(&header, "{/**/\"iss\":\"x\"}")),
        ("half a surrogate pair", scene.of(&header, "{\"iss\":\"\\ud800\"}")),
        ("a control character", scene.of(&header, "{\"iss\":\"\u{1}\"}")),
        (
            "a payload that is not UTF-8",
            scene.ec.token_of(header.as_bytes(), b"{\"iss\":\"\xe9\"}"),
        ),
        ("another token as payload", scene.of(&header, &scene.ec.token(&claims()))),
    ]
    .map(|(what, token)| (what, token, JwtProblem::Malformed))
    .to_vec()
}

#[test]
fn a_token_of_16_kib_is_read_and_one_byte_more_is_not() {
    // Base64 has no text of every length: the signature makes up for it.
    let signed = Scene::new().with("x", json!("x".repeat(12_001)));
    let (signed, _) = signed.rsplit_once('.').unwrap();
    let rest = 16 * 1024 - signed.len() - 1;
    assert_ne!(rest % 4, 1);
    let of = |length: usize| format!("{signed}.{}", "A".repeat(length));
    assert_eq!(Unverified::read(&of(rest)).err(), None);
    assert_eq!(Unverified::read(&of(rest + 1)).err(), Some(JwtProblem::TooLarge));
}
