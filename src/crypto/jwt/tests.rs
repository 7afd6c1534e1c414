use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use signing::{Signer, encode, key_set};

mod claims;
mod foreign;
mod header;
mod key_sets;
mod shape;
mod signatures;
pub(crate) mod signing;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://issuer.example.com/acme";
const AUDIENCE: &str = "https://regcred.example.com";

/// What is tried, the token, and why it must be refused.
type Case = (&'static str, String, JwtProblem);

/// An issuer with an RSA key, `rsa`, and a P-256 key, `ec`.
struct Scene {
    rsa: Signer,
    ec: Signer,
    keys: JwkSet,
}

impl Scene {
    fn new() -> Scene {
        let (rsa, ec) = (Signer::rs256("rsa"), Signer::es256("ec"));
        let keys = JwkSet::parse(key_set(&[&rsa, &ec]).as_bytes()).expect("it is a key set");
        Scene { rsa, ec, keys }
    }

    /// Signed by `ec`, with another value in the header.
    fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.ec.header();
        header[name] = value;
        self.ec.token_of(header.to_string().as_bytes(), claims().to_string().as_bytes())
    }

    /// Signed by `ec`, with another claim.
    fn with(&self, name: &str, value: Value) -> String {
        let mut claims = claims();
        claims[name] = value;
        self.ec.token(&claims)
    }

    /// Signed by `ec`, lacking a claim.
    fn without(&self, name: &str) -> String {
        let mut claims = claims();
        claims.as_object_mut().expect("an object").remove(name);
        self.ec.token(&claims)
    }

    /// Signed by `ec`, with these texts whatever they are.
    fn of(&self, header: &str, payload: &str) -> String {
        self.ec.token_of(header.as_bytes(), payload.as_bytes())
    }
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "repo:acme/api",
        "iat": NOW - 10, "nbf": NOW - 10, "exp": NOW + 300,
    })
}

fn expect() -> Expect<'static> {
    Expect { issuer: ISSUER, audience: AUDIENCE, now: NOW, max_age: Some(900) }
}

fn outcome(token: &str, keys: &JwkSet) -> Result<Map<String, Value>, JwtProblem> {
    verify(&Unverified::read(token)?, keys, &expect())
}

/// The negative vectors, all against one issuer and one expectation.
fn vectors(scene: &Scene) -> Vec<Case> {
    [
        shape::vectors(scene),
        header::vectors(scene),
        signatures::vectors(scene),
        claims::audiences(scene),
        claims::times(scene),
    ]
    .concat()
}

#[test]
fn every_negative_vector_is_refused_for_its_reason() {
    let scene = Scene::new();
    let wrong: Vec<_> = vectors(&scene)
        .into_iter()
        .map(|(what, token, problem)| (what, outcome(&token, &scene.keys).err(), problem))
        .filter(|(_, got, expected)| *got != Some(*expected))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn there_are_at_least_sixty_negative_vectors_and_no_two_are_one() {
    let vectors = vectors(&Scene::new());
    let tokens: std::collections::BTreeSet<&String> =
        vectors.iter().map(|(_, token, _)| token).collect();
    assert!(tokens.len() >= 60, "{}", tokens.len());
    assert_eq!(tokens.len(), vectors.len());
}

#[test]
fn a_token_of_either_algorithm_yields_its_claims() {
    let scene = Scene::new();
    for signer in [&scene.rsa, &scene.ec] {
        let read = outcome(&signer.token(&claims()), &scene.keys).unwrap();
        assert_eq!(Value::Object(read), claims());
    }
}

#[test]
fn nothing_of_a_token_is_printed() {
    let scene = Scene::new();
    let token = scene.ec.token(&claims());
    let read = Unverified::read(&token).unwrap();
    assert_eq!((read.issuer(), read.key_id()), (ISSUER, Some("ec")));
    assert_eq!(read.claims()["sub"], "repo:acme/api");
    assert_eq!(format!("{read:?} {:?}", scene.keys), "Unverified { .. } JwkSet { keys: 2 }");
}

proptest! {
    #[test]
    fn garbage_is_refused_without_panic(
        text in ".{0,200}",
        shaped in r"[\w-]{0,90}\.[\w-]{0,90}\.[\w-]{0,90}",
        header in ".{0,60}",
        payload in ".{0,60}",
    ) {
        prop_assert!(Unverified::read(&text).is_err());
        prop_assert!(Unverified::read(&shaped).is_err());
        let encoded = format!("{}.{}.", encode(header.as_bytes()), encode(payload.as_bytes()));
        prop_assert!(Unverified::read(&encoded).is_err());
        prop_assert!(JwkSet::parse(header.as_bytes()).is_err());
    }

    #[test]
    fn no_changed_character_goes_unnoticed(
        at in any::<prop::sample::Index>(),
        other in "[A-Za-z0-9_.-]",
    ) {
        let ec = Signer::es256("ec");
        let keys = JwkSet::parse(key_set(&[&ec]).as_bytes()).expect("it is a key set");
        let token = ec.token(&claims());
        let at = at.index(token.len());
        prop_assume!(token.get(at..=at) != Some(other.as_str()));
        let changed = format!("{}{other}{}", &token[..at], &token[at + 1..]);
        prop_assert!(outcome(&changed, &keys).is_err());
    }
}
