//! What an issuer may publish, and which of it counts.

use super::*;

fn set(keys: &[Value]) -> JwkSet {
    JwkSet::parse(json!({"keys": keys}).to_string().as_bytes()).expect("it is a key set")
}

/// The P-256 key `k`, with one member changed; null takes it away.
fn changed(name: &str, value: Value) -> Value {
    let mut jwk = Signer::es256("k").jwk();
    let members = jwk.as_object_mut().expect("an object");
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    jwk
}

#[test]
fn bytes_that_are_no_key_set_are_refused() {
    for text in ["", "null", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", "<html>"] {
        assert_eq!(JwkSet::parse(text.as_bytes()).err(), Some(JwtProblem::KeySet), "{text}");
    }
    let nested = format!("{{\"keys\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(JwkSet::parse(nested.as_bytes()).err(), Some(JwtProblem::KeySet));
}

#[test]
fn keys_that_are_not_for_us_are_passed_over() {
    let short = encode(&[1; 31]);
    for (name, value) in [
        ("use", json!("enc")),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!("verify")),
        ("alg", json!("ES384")),
        ("alg", json!("RS256")),
        ("alg", json!(1)),
        ("crv", json!("P-384")),
        ("crv", Value::Null),
        ("kty", json!("oct")),
        ("kty", json!("OKP")),
        ("kty", Value::Null),
        ("kid", json!(1)),
        ("x", json!(short)),
        ("y", json!("=")),
        ("y", Value::Null),
        ("d", json!("AQ")),
    ] {
        let keys = set(&[changed(name, value.clone())]);
        assert!(!keys.contains("k"), "{name} {value}");
    }
    let shared = json!({"kty": "oct", "kid": "k", "k": "AAAA"});
    assert!(!set(&[shared, json!(1), json!([]), json!({})]).contains("k"));
}

#[test]
fn what_need_not_be_said_of_a_key_may_be_missing() {
    for (name, value) in [
        ("use", Value::Null),
        ("alg", Value::Null),
        ("key_ops", json!(["verify"])),
        ("x5c", json!(["MIIB"])),
    ] {
        assert!(set(&[changed(name, value)]).contains("k"), "{name}");
    }
}

#[test]
fn rsa_keys_of_an_odd_form_are_passed_over() {
    for (name, value) in [
        ("e", encode(&[1])),
        ("e", encode(&[2])),
        ("e", encode(&[0])),
        ("e", encode(&[])),
        ("e", encode(&[1, 0, 0, 0, 1])),
        ("n", encode(&[0xff; 255])),
        ("n", encode(&[0xff; 1025])),
        ("n", encode(&[0; 300])),
        ("n", "AQAB=".to_owned()),
    ] {
        let mut jwk = Signer::rs256("rsa").jwk();
        jwk[name] = json!(value);
        assert!(!set(&[jwk]).contains("rsa"), "{name} {value}");
    }
}

#[test]
fn a_zero_in_front_of_a_modulus_does_no_harm() {
    let rsa = Signer::rs256("rsa");
    let modulus = rsa.jwk()["n"].as_str().unwrap().to_owned();
    // Three bytes are four letters, so that the rest stays as it is.
    let mut jwk = rsa.jwk();
    jwk["n"] = json!(format!("AAAA{modulus}"));
    assert_eq!(outcome(&rsa.token(&claims()), &set(&[jwk])).err(), None);
}

#[test]
fn a_key_off_the_curve_verifies_nothing() {
    let signer = Signer::es256("k");
    let mut jwk = signer.jwk();
    jwk["y"] = jwk["x"].clone();
    let refused = outcome(&signer.token(&claims()), &set(&[jwk])).err();
    assert_eq!(refused, Some(JwtProblem::Signature));
}

#[test]
fn a_single_key_needs_no_name() {
    let signer = Signer::es256("k");
    let token = signer.token_of(br#"{"alg":"ES256"}"#, claims().to_string().as_bytes());
    let other = Signer::es256("other");
    assert_eq!(outcome(&token, &set(&[signer.jwk()])).err(), None);
    // A key that is passed over does not count.
    let unusable = json!({"kty": "oct", "kid": "o", "k": "AAAA"});
    assert_eq!(outcome(&token, &set(&[unusable, signer.jwk()])).err(), None);
    let both = set(&[signer.jwk(), other.jwk()]);
    assert_eq!(outcome(&token, &both).err(), Some(JwtProblem::NoKeyId));
    assert_eq!(outcome(&token, &set(&[])).err(), Some(JwtProblem::UnknownKey));
    assert_eq!(outcome(&token, &set(&[other.jwk()])).err(), Some(JwtProblem::Signature));
    let rsa = Signer::rs256("rsa");
    assert_eq!(outcome(&token, &set(&[rsa.jwk()])).err(), Some(JwtProblem::KeyType));
}

#[test]
fn two_types_may_share_a_name_and_of_one_type_the_first_counts() {
    let (rsa, one, two) = (Signer::rs256("k"), Signer::es256("k"), Signer::es256("k"));
    let keys = set(&[one.jwk(), rsa.jwk(), two.jwk()]);
    assert_eq!(outcome(&one.token(&claims()), &keys).err(), None);
    assert_eq!(outcome(&rsa.token(&claims()), &keys).err(), None);
    assert_eq!(outcome(&two.token(&claims()), &keys).err(), Some(JwtProblem::Signature));
}
