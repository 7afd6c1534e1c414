//! Tokens and keys that another program made, Python's `cryptography` over OpenSSL.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

/// By the RSA key of the tests; `kid` is `rsa`.
const RSA_TOKEN: &str = "\
    eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGx\
    lLmNvbS9hY21lIiwiYXVkIjoiaHR0cHM6Ly9yZWdjcmVkLmV4YW1wbGUuY29tIiwic3ViIjoicmVwbzphY21lL2FwaSI\
    sImlhdCI6MTc5OTk5OTk5MCwibmJmIjoxNzk5OTk5OTkwLCJleHAiOjE4MDAwMDAzMDB9.ok6TK04xvpI3NvlRGZmZfu\
    vegUzkz1a5x2soA8JPv-YEcZK1ErOISI-WZAlEadC787DBW4dp8b4GShdNCnn-v4BdJUfih1oJYGXoT_DxbfjIxEgwtd\
    Cc94_XZdgrGi5pLcfTihEO35WF1NzMJn0BskNVdptHGxq7f8elvqxucnJrUrcer-3MZ2z6p9-pXA9xQSosP61Atn2ge8\
    ej1USxMghrN_ecL9qLbZ1JnE23dpz5vlcplFZcQTejqaGQBNP-_TKdK0yVvQBfKxd6ceVxSHItUQU5PkmIOyZA5-yC8u\
    8PMSfmFmK7blGt0LYcy6MpFgwoVZ_eA-3tN2PReiclQQ";

/// By the P-256 key below; `kid` is `ec`.
const EC_TOKEN: &str = "\
    eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxl\
    LmNvbS9hY21lIiwiYXVkIjoiaHR0cHM6Ly9yZWdjcmVkLmV4YW1wbGUuY29tIiwic3ViIjoicmVwbzphY21lL2FwaSIs\
    ImlhdCI6MTc5OTk5OTk5MCwibmJmIjoxNzk5OTk5OTkwLCJleHAiOjE4MDAwMDAzMDB9.EXRQ1Vc58qkNxqp8sYHkaB4\
    BS-3wl_RdKyhQTQpge3x4Sfo9eB5hyCyiKwQakDpzptD6msmBy816e5iU4lGyMQ";
const EC_X: &str = "OwyRCXuc7N1ImyKvk1vUesnRo9KQkifIr8Nh5qJK-oQ";
const EC_Y: &str = "2TQsFozPc_3MYLoq8p_l3-fiZuLtfxY1TE9A5Ui97zY";

/// By the RSA key of 1024 bits below; `kid` is `weak`.
const WEAK_TOKEN: &str = "\
    eyJhbGciOiJSUzI1NiIsImtpZCI6IndlYWsiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtc\
    GxlLmNvbS9hY21lIiwiYXVkIjoiaHR0cHM6Ly9yZWdjcmVkLmV4YW1wbGUuY29tIiwic3ViIjoicmVwbzphY21lL2Fwa\
    SIsImlhdCI6MTc5OTk5OTk5MCwibmJmIjoxNzk5OTk5OTkwLCJleHAiOjE4MDAwMDAzMDB9.Mj7t3FVjcYxnXxpz_5mD\
    AJSg7UbMiOi38qqy6A90QSE5pIWSOYW2EQo9uJJqwwl_30L3jjtkdhzaqf_vvHN_HA53fV1l0s9uy8VBBcAOBYOGvnvA\
    p2EMFKLm2Byf4kiFOL1ZFGbQkWdHjItQRPSjvdkalrKACVterW7ZbhK_AMw";
const WEAK_MODULUS: &str = "\
    svVGyUwmiPcKkAMMlR6xmvIkVrwrEFPz4R3Q0s2z2Z5qxE2YMb7sQbQagKg6Yn2PziS0nlqIY6a0_EDKIxg4iTchSCnU\
    aSUdUv7sZ4MeRc-cRt2eDlMx6Bw-naKsmnf2sSQ2Ehf0ckTjbWrsRfHOgZCy9Q1StDe411BzzW_Rai8";

fn only(key: &Value) -> JwkSet {
    JwkSet::parse(json!({"keys": [key]}).to_string().as_bytes()).expect("it is a key set")
}

#[test]
fn an_rs256_token_of_another_program_is_verified() {
    let keys = only(&Signer::rs256("rsa").jwk());
    assert_eq!(outcome(RSA_TOKEN, &keys).unwrap()["sub"], "repo:acme/api");
}

#[test]
fn ours_signs_rs256_as_the_other_program_does() {
    let (signed, signature) = RSA_TOKEN.rsplit_once('.').unwrap();
    assert_eq!(encode(&Signer::rs256("rsa").sign(signed.as_bytes())), signature);
}

#[test]
fn an_es256_token_of_another_program_is_verified() {
    let keys = only(&json!({"kty": "EC", "crv": "P-256", "kid": "ec", "x": EC_X, "y": EC_Y}));
    assert_eq!(outcome(EC_TOKEN, &keys).unwrap()["sub"], "repo:acme/api");
}

#[test]
fn a_key_of_1024_bits_signs_nothing() {
    let keys = only(&json!({"kty": "RSA", "kid": "weak", "n": WEAK_MODULUS, "e": "AQAB"}));
    assert!(!keys.contains("weak"));
    assert_eq!(outcome(WEAK_TOKEN, &keys).err(), Some(JwtProblem::UnknownKey));
    // Zeros in front do not make it longer.
    let padded = [vec![0; 200], URL_SAFE_NO_PAD.decode(WEAK_MODULUS).unwrap()].concat();
    let keys = only(&json!({"kty": "RSA", "kid": "weak", "n": encode(&padded), "e": "AQAB"}));
    assert_eq!(outcome(WEAK_TOKEN, &keys).err(), Some(JwtProblem::UnknownKey));
}
