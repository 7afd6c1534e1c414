//! Tokens whose key is not the issuer's, or whose signature is not of that key.

use super::*;

/// The number of points on P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

pub(super) fn vectors(scene: &Scene) -> Vec<Case> {
    [key_ids(scene), types(scene), embedded(), changed_p256(scene), changed_rsa(scene)].concat()
}

fn key_ids(scene: &Scene) -> Vec<Case> {
    let nameless = scene.of(r#"{"alg":"ES256"}"#, &claims().to_string());
    [
        ("a key nobody published", "other"),
        ("an empty key id", ""),
        ("a path to the key", "../../keys/ec"),
        ("a path to nothing", "../../../../../../dev/null"),
        ("an absolute path", "/dev/null"),
        ("an address", "https://keys.example.com/ec"),
        ("a query", "ec' OR '1'='1"),
        ("a null byte behind", "ec\0"),
        ("a null byte and more", "ec\0.pem"),
        ("space in front", " ec"),
        ("other letters", "EC"),
        ("two key ids", "ec,rsa"),
        ("a pattern", "*"),
    ]
    .map(|(what, name)| (what, scene.with_header("kid", json!(name)), JwtProblem::UnknownKey))
    .into_iter()
    .chain([("no key id, and two keys", nameless, JwtProblem::NoKeyId)])
    .collect()
}

fn types(scene: &Scene) -> Vec<Case> {
    let of = |signer: &Signer, header: Value| {
        signer.token_of(header.to_string().as_bytes(), claims().to_string().as_bytes())
    };
    let (rsa, ec) = (json!({"alg": "RS256", "kid": "ec"}), json!({"alg": "ES256", "kid": "rsa"}));
    [
        ("RS256 by the P-256 key", of(&scene.ec, rsa.clone())),
        ("ES256 by the RSA key", of(&scene.rsa, ec.clone())),
        ("RS256 by the RSA key, naming the other", of(&scene.rsa, rsa)),
        ("ES256 by the P-256 key, naming the other", of(&scene.ec, ec)),
    ]
    .map(|(what, token)| (what, token, JwtProblem::KeyType))
    .to_vec()
}

/// By a key of the sender's own that the token brings along.
fn embedded() -> Vec<Case> {
    let own = Signer::es256("ec");
    let with = |key_id: &str, name: &str, value: Value| {
        let mut header = own.header();
        header["kid"] = json!(key_id);
        header[name] = value;
        own.token_of(header.to_string().as_bytes(), claims().to_string().as_bytes())
    };
    let address = || json!("https://keys.example.com/jwks.json");
    vec![
        ("another key of that name", own.token(&claims()), JwtProblem::Signature),
        ("its key inside", with("ec", "jwk", own.jwk()), JwtProblem::Signature),
        ("its key's address inside", with("ec", "jku", address()), JwtProblem::Signature),
        ("a certificate inside", with("ec", "x5c", json!(["MIIB"])), JwtProblem::Signature),
        ("a certificate's address", with("ec", "x5u", address()), JwtProblem::Signature),
        ("its key inside, by its name", with("own", "jwk", own.jwk()), JwtProblem::UnknownKey),
        ("its address inside, by its name", with("own", "jku", address()), JwtProblem::UnknownKey),
    ]
}

fn changed_p256(scene: &Scene) -> Vec<Case> {
    let token = scene.ec.token(&claims());
    let (signed, _) = token.rsplit_once('.').expect("it has parts");
    let (header, payload) = signed.split_once('.').expect("it has parts");
    let right = scene.ec.sign(signed.as_bytes());
    let (r, s) = right.split_at(32);
    let mut flipped = right.clone();
    flipped[63] ^= 1;
    let of = |signature: &[u8]| format!("{signed}.{}", encode(signature));
    let of_payload = scene.ec.sign(payload.as_bytes());
    let elder = scene.with("exp", json!(NOW + 300_000));
    let (_, other_payload) = elder.split_once('.').expect("it has parts");
    let (other_payload, _) = other_payload.split_once('.').expect("it has parts");
    let other_header = encode(br#"{"kid":"ec","alg":"ES256"}"#);
    [
        ("an empty signature", of(b"")),
        ("ASN.1, as certificates have it", of(&asn1(r, s))),
        ("zeros", of(&[0; 64])),
        ("r is zero", of(&[&[0; 32][..], s].concat())),
        ("s is zero", of(&[r, &[0; 32]].concat())),
        ("r and s are the order", of(&[ORDER, ORDER].concat())),
        ("r and s exchanged", of(&[s, r].concat())),
        ("one byte short", of(&right[..63])),
        ("one byte long", of(&[r, s, &[0]].concat())),
        ("zeros in front", of(&[&[0][..], right.as_slice()].concat())),
        ("one bit changed", of(&flipped)),
        ("a signature of the payload only", of(&of_payload)),
        ("another payload", format!("{header}.{other_payload}.{}", encode(&right))),
        ("another header", format!("{other_header}.{payload}.{}", encode(&right))),
    ]
    .map(|(what, token)| (what, token, JwtProblem::Signature))
    .to_vec()
}

/// The form that ES256 does not use: a sequence of two integers.
fn asn1(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let start = number.iter().position(|byte| *byte != 0).unwrap_or(0);
        let mut digits = number[start..].to_vec();
        if digits[0] >= 0x80 {
            digits.insert(0, 0);
        }
        let length = u8::try_from(digits.len()).expect("at most 33");
        [vec![2, length], digits].concat()
    };
    let body = [integer(r), integer(s)].concat();
    let length = u8::try_from(body.len()).expect("at most 70");
    [vec![0x30, length], body].concat()
}

fn changed_rsa(scene: &Scene) -> Vec<Case> {
    let token = scene.rsa.token(&claims());
    let (signed, _) = token.rsplit_once('.').expect("it has parts");
    let right = scene.rsa.sign(signed.as_bytes());
    let mut flipped = right.clone();
    flipped[0] ^= 1;
    let jwk = scene.rsa.jwk();
    let modulus = jwk["n"].as_str().expect("it is an RSA key");
    let of = |signature: &[u8]| format!("{signed}.{}", encode(signature));
    [
        ("an empty signature by RSA", of(b"")),
        ("RSA zeros", of(&[0; 256])),
        ("RSA one", of(&[vec![0; 255], vec![1]].concat())),
        ("more than the modulus", of(&[0xff; 256])),
        ("an RSA signature one byte short", of(&right[1..])),
        ("zeros before an RSA signature", of(&[vec![0], right].concat())),
        ("one bit of an RSA signature changed", of(&flipped)),
        ("an HMAC that calls itself RS256", header::hmac(modulus.as_bytes(), "RS256")),
        ("a signature by P-256 that calls itself RS256", of(&scene.ec.sign(signed.as_bytes()))),
    ]
    .map(|(what, token)| (what, token, JwtProblem::Signature))
    .to_vec()
}

#[test]
fn a_signature_in_asn1_is_well_formed_otherwise() {
    // Else the vector above would prove nothing.
    let der = asn1(&[0x80; 32], &[0x01; 32]);
    assert_eq!(der.len(), 2 + 2 + 33 + 2 + 32);
    assert_eq!(der[..5], [0x30, 69, 2, 33, 0]);
}
