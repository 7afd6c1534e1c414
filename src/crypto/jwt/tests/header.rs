//! Headers that say how a token is to be read, and must not be obeyed.

use super::*;

pub(super) fn vectors(scene: &Scene) -> Vec<Case> {
    [algorithms(scene), others(scene), repeated(scene)].concat()
}

fn algorithms(scene: &Scene) -> Vec<Case> {
    let unsigned = |name: &str| {
        let header = json!({"alg": name, "kid": "ec"}).to_string();
        format!("{}.{}.", encode(header.as_bytes()), encode(claims().to_string().as_bytes()))
    };
    let jwk = scene.rsa.jwk();
    let modulus = jwk["n"].as_str().expect("it is an RSA key");
    let with = |value: Value| scene.with_header("alg", value);
    [
        ("no signature at all", unsigned("none")),
        ("none in other letters", unsigned("nOnE")),
        ("none, signed all the same", with(json!("none"))),
        ("no algorithm", scene.of("{\"kid\":\"ec\"}", &claims().to_string())),
        ("null", with(Value::Null)),
        ("a number", with(json!(256))),
        ("a list", with(json!(["ES256"]))),
        ("an empty algorithm", with(json!(""))),
        ("other letters", with(json!("es256"))),
        ("space behind", with(json!("ES256 "))),
        ("a null byte behind", with(json!("ES256\0"))),
        ("an HMAC keyed by the public key's modulus", hmac(modulus.as_bytes(), "HS256")),
        ("an HMAC keyed by the public key as published", hmac(jwk.to_string().as_bytes(), "HS256")),
        ("an HMAC keyed by nothing", hmac(b"", "HS256")),
        ("HS512", hmac(modulus.as_bytes(), "HS512")),
        ("RS384", with(json!("RS384"))),
        ("RS512", with(json!("RS512"))),
        ("PS256", with(json!("PS256"))),
        ("ES384", with(json!("ES384"))),
        ("ES256K", with(json!("ES256K"))),
        ("EdDSA", with(json!("EdDSA"))),
    ]
    .map(|(what, token)| (what, token, JwtProblem::Algorithm))
    .to_vec()
}

/// What a verifier accepts that takes the public key for a shared secret.
pub(super) fn hmac(key: &[u8], algorithm: &str) -> String {
    let header = json!({"alg": algorithm, "kid": "rsa", "typ": "JWT"}).to_string();
    let signed =
        format!("{}.{}", encode(header.as_bytes()), encode(claims().to_string().as_bytes()));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key);
    let tag = ring::hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", encode(tag.as_ref()))
}

fn others(scene: &Scene) -> Vec<Case> {
    use JwtProblem::{CriticalHeader, Malformed, Type};
    let with = |name: &str, value: Value| scene.with_header(name, value);
    vec![
        ("an empty list of extensions", with("crit", json!([])), CriticalHeader),
        ("a known extension", with("crit", json!(["exp"])), CriticalHeader),
        ("a payload that is not encoded", with("crit", json!(["b64"])), CriticalHeader),
        ("an extension that is no list", with("crit", json!("exp")), CriticalHeader),
        ("no extensions", with("crit", Value::Null), CriticalHeader),
        ("another type", with("typ", json!("JOSE")), Type),
        ("a logout token", with("typ", json!("logout+jwt")), Type),
        ("a type with more behind", with("typ", json!("JWT;x")), Type),
        ("an empty type", with("typ", json!("")), Type),
        ("a type with two beginnings", with("typ", json!("application/application/jwt")), Type),
        ("a beginning without a type", with("typ", json!("application/")), Type),
        ("a type that is null", with("typ", Value::Null), Type),
        ("a type that is a list", with("typ", json!(["JWT"])), Type),
        ("a key id that is a number", with("kid", json!(1)), Malformed),
        ("a key id that is null", with("kid", Value::Null), Malformed),
        ("a key id that is a list", with("kid", json!(["ec"])), Malformed),
        ("a key id that is an object", with("kid", json!({"ec": "ec"})), Malformed),
    ]
}

fn repeated(scene: &Scene) -> Vec<Case> {
    let payload = claims().to_string();
    [
        ("the algorithm twice", r#"{"alg":"none","alg":"ES256","kid":"ec"}"#),
        ("the algorithm twice, the other way", r#"{"alg":"ES256","kid":"ec","alg":"none"}"#),
        ("the algorithm twice, spelled otherwise", r#"{"alg":"ES256","\u0061lg":"none"}"#),
        ("the key id twice", r#"{"alg":"ES256","kid":"ec","kid":"rsa"}"#),
        ("something inside twice", r#"{"alg":"ES256","kid":"ec","jwk":{"x":1,"x":2}}"#),
    ]
    .map(|(what, header)| (what, scene.of(header, &payload), JwtProblem::DuplicateClaim))
    .to_vec()
}

#[test]
fn the_type_may_be_missing_or_one_of_two_in_any_letters() {
    let scene = Scene::new();
    let bare = scene.of(r#"{"alg":"ES256","kid":"ec"}"#, &claims().to_string());
    assert_eq!(outcome(&bare, &scene.keys).err(), None);
    for name in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"] {
        let token = scene.with_header("typ", json!(name));
        assert_eq!(outcome(&token, &scene.keys).err(), None, "{name}");
    }
}

#[test]
fn members_nobody_knows_change_nothing() {
    let scene = Scene::new();
    for name in ["jku", "jwk", "x5c", "x5u", "x5t", "cty", "acme"] {
        let token = scene.with_header(name, json!("https://example.com/keys"));
        assert_eq!(outcome(&token, &scene.keys).err(), None, "{name}");
    }
}
