use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::json;

use super::*;
use crate::crypto::jwt::signing::{Signer, encode};
use crate::outbound::{Network, OutboundSettings};

mod failures;
mod fetches;
mod publisher;
mod told;
mod waiting;

use publisher::{KEYS, METADATA, Publisher};

const NOW: i64 = 1_800_000_000;
const AUDIENCE: &str = "https://regcred.example.com";

/// One issuer with one key, `first`, and a clock that only the test moves.
struct Scene {
    publisher: Publisher,
    issuers: Issuers,
    clock: Arc<AtomicI64>,
    first: Signer,
}

impl Scene {
    async fn start() -> Scene {
        let publisher = Publisher::start().await;
        let first = Signer::es256("first");
        publisher.publish_keys(&[&first]);
        let clock = Arc::new(AtomicI64::new(0));
        let read = Arc::clone(&clock);
        let allowed = vec![Network::parse("127.0.0.0/8").expect("a network")];
        let settings = OutboundSettings { allowed, roots_pem: Vec::new() };
        let outbound = Outbound::new(settings).expect("it is set up");
        let issuers = Issuers::with_clock(outbound, move || read.load(Ordering::SeqCst));
        Scene { publisher, issuers, clock, first }
    }

    fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    fn token_by(&self, signer: &Signer) -> String {
        signer.token(&claims(&self.publisher.issuer()))
    }

    /// With a key id that the issuer does not know, and no signature to speak of.
    fn stray_token(&self, number: usize) -> String {
        let header = json!({"alg": "ES256", "kid": format!("stray-{number}")}).to_string();
        let payload = claims(&self.publisher.issuer()).to_string();
        format!("{}.{}.AAAA", encode(header.as_bytes()), encode(payload.as_bytes()))
    }

    async fn outcome(&self, token: &str) -> Result<Map<String, Value>, IssuerProblem> {
        let issuer = self.publisher.issuer();
        let token = Unverified::read(token).expect("it is a token");
        self.issuers.verify(&token, &expecting(&issuer), &|| {}).await
    }

    /// What becomes of a token by the first key.
    async fn problem(&self) -> Option<IssuerProblem> {
        self.outcome(&self.token_by(&self.first)).await.err()
    }

    async fn fetches(&self) -> (usize, usize) {
        (self.publisher.asked(METADATA).await, self.publisher.asked(KEYS).await)
    }
}

fn claims(issuer: &str) -> Value {
    json!({"iss": issuer, "aud": AUDIENCE, "sub": "acme", "iat": NOW, "exp": NOW + 300})
}

fn expecting(issuer: &str) -> Expect<'_> {
    Expect { issuer, audience: AUDIENCE, now: NOW, max_age: None }
}

#[tokio::test]
async fn a_token_is_verified_with_the_keys_its_issuer_publishes() {
    let scene = Scene::start().await;
    let read = scene.outcome(&scene.token_by(&scene.first)).await.unwrap();
    assert_eq!(read["sub"], "acme");
    let forged = scene.token_by(&Signer::es256("first"));
    let refused = scene.outcome(&forged).await.err();
    assert_eq!(refused, Some(IssuerProblem::Token(JwtProblem::Signature)));
}

#[tokio::test]
async fn the_claims_are_checked_as_well() {
    let scene = Scene::start().await;
    let mut claims = claims(&scene.publisher.issuer());
    claims["aud"] = json!("https://example.com");
    let refused = scene.outcome(&scene.first.token(&claims)).await.err();
    assert_eq!(refused, Some(IssuerProblem::Token(JwtProblem::Audience)));
}

#[tokio::test]
async fn nobody_but_the_expected_issuer_is_asked() {
    let scene = Scene::start().await;
    let token = scene.token_by(&scene.first);
    let read = Unverified::read(&token).unwrap();
    let other = expecting("https://issuer.example.com");
    let refused = scene.issuers.verify(&read, &other, &|| {}).await.err();
    assert_eq!(refused, Some(IssuerProblem::Token(JwtProblem::Issuer)));
    assert_eq!(scene.fetches().await, (0, 0));
}

#[tokio::test]
async fn an_issuer_that_may_not_be_asked_is_refused_before_it_is() {
    let scene = Scene::start().await;
    for issuer in ["http://issuer.example.com", "https://issuer.example.com/?x", "acme"] {
        let token = scene.first.token(&claims(issuer));
        let read = Unverified::read(&token).unwrap();
        let refused = scene.issuers.verify(&read, &expecting(issuer), &|| {}).await.err();
        assert_eq!(refused, Some(IssuerProblem::Address), "{issuer}");
    }
}

#[tokio::test]
async fn nothing_of_an_issuer_is_printed() {
    let scene = Scene::start().await;
    assert_eq!(scene.problem().await, None);
    assert_eq!(format!("{:?}", scene.issuers), "Issuers { .. }");
}
