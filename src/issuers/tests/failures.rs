//! Issuers that are down, and issuers that lie.

use super::*;
use crate::crypto::jwt::signing::key_set;
use crate::outbound::OutboundProblem;

const DAY: i64 = 24 * 60 * 60;
/// What the publisher says when it fails.
const DOWN: IssuerProblem = IssuerProblem::Answered(Part::Metadata, 503);

#[tokio::test]
async fn an_issuer_that_is_down_stops_nobody_for_a_day() {
    let scene = Scene::start().await;
    assert_eq!(scene.problem().await, None);
    scene.publisher.fail();
    scene.wait(601);
    assert_eq!(scene.problem().await, None);
    scene.wait(DAY - 602);
    assert_eq!(scene.problem().await, None);
    scene.wait(1);
    assert_eq!(scene.problem().await, Some(DOWN));
    // Up again, and asked after the pause that follows a failure.
    scene.publisher.publish_keys(&[&scene.first]);
    scene.wait(30);
    assert_eq!(scene.problem().await, None);
}

#[tokio::test]
async fn an_unknown_key_is_not_called_unknown_while_its_issuer_is_down() {
    let scene = Scene::start().await;
    assert_eq!(scene.problem().await, None);
    scene.publisher.fail();
    scene.wait(60);
    let stray = scene.stray_token(1);
    assert_eq!(scene.outcome(&stray).await.err(), Some(DOWN));
    assert_eq!(scene.problem().await, None);
}

#[tokio::test]
async fn a_failure_is_remembered_for_half_a_minute() {
    let scene = Scene::start().await;
    scene.publisher.fail();
    for _ in 0..20 {
        assert_eq!(scene.problem().await, Some(DOWN));
    }
    scene.wait(29);
    assert_eq!(scene.problem().await, Some(DOWN));
    assert_eq!(scene.fetches().await, (1, 0));
    scene.wait(1);
    assert_eq!(scene.problem().await, Some(DOWN));
    assert_eq!(scene.fetches().await, (2, 0));
}

#[tokio::test]
async fn stale_keys_are_not_fetched_at_each_use_while_the_issuer_is_down() {
    let scene = Scene::start().await;
    assert_eq!(scene.problem().await, None);
    scene.publisher.fail();
    scene.wait(600);
    for _ in 0..20 {
        assert_eq!(scene.problem().await, None);
    }
    assert_eq!(scene.fetches().await, (2, 1));
}

#[tokio::test]
async fn metadata_that_are_not_the_issuers_own_lead_nowhere() {
    use Wrong::{Form, OtherIssuer, Place};
    let scene = Scene::start().await;
    let (issuer, keys) = (scene.publisher.issuer(), scene.publisher.url(KEYS));
    for (body, wrong) in [
        (
            json!({"issuer": "https://issuer.example.com", "jwks_uri": keys}).to_string(),
            OtherIssuer,
        ),
        (json!({"issuer": format!("{issuer}/"), "jwks_uri": keys}).to_string(), OtherIssuer),
        (json!({"issuer": [issuer], "jwks_uri": keys}).to_string(), Form),
        (json!({"jwks_uri": keys}).to_string(), Form),
        (json!({"issuer": issuer}).to_string(), Form),
        (json!({"issuer": issuer, "jwks_uri": null}).to_string(), Form),
        (json!({"issuer": issuer, "jwks_uri": KEYS}).to_string(), Place),
        (json!({"issuer": issuer, "jwks_uri": "file:///keys"}).to_string(), Place),
        (json!({"issuer": issuer, "jwks_uri": "http://keys.example.com/"}).to_string(), Place),
        (json!({"issuer": issuer, "jwks_uri": keys.replace("://", "://acme@")}).to_string(), Place),
        (
            format!("{{\"issuer\":\"https://x\",\"issuer\":\"{issuer}\",\"jwks_uri\":\"{keys}\"}}"),
            Form,
        ),
        ("<html>".to_owned(), Form),
        (String::new(), Form),
        ("[".repeat(100_000), Form),
    ] {
        scene.publisher.publish(METADATA, "200 OK", &body);
        scene.wait(30);
        let problem = IssuerProblem::Unfit(Part::Metadata, wrong);
        assert_eq!(scene.problem().await, Some(problem), "{body:.200}");
    }
    assert_eq!(scene.publisher.asked(KEYS).await, 0);
}

#[tokio::test]
async fn an_answer_that_is_not_the_document_is_no_answer() {
    let scene = Scene::start().await;
    for (status, number) in [
        ("201 Created", 201),
        ("302 Found", 302),
        ("401 Unauthorized", 401),
        ("403 Forbidden", 403),
        ("404 Not Found", 404),
        ("429 Too Many Requests", 429),
        ("500 Internal Server Error", 500),
        ("503 Service Unavailable", 503),
    ] {
        for (place, part) in [(METADATA, Part::Metadata), (KEYS, Part::Keys)] {
            scene.publisher.publish_keys(&[&scene.first]);
            scene.publisher.publish(place, status, "{}");
            scene.wait(30);
            let problem = IssuerProblem::Answered(part, number);
            assert_eq!(scene.problem().await, Some(problem), "{status}");
        }
    }
}

#[tokio::test]
async fn a_document_that_is_too_long_is_not_read() {
    let scene = Scene::start().await;
    let keys = key_set(&[&scene.first]);
    let padded = |length: usize| format!("{keys}{}", " ".repeat(length - keys.len()));
    scene.publisher.publish(KEYS, "200 OK", &padded(256 * 1024 + 1));
    let problem = IssuerProblem::Unfit(Part::Keys, Wrong::Length);
    assert_eq!(scene.problem().await, Some(problem));
    scene.publisher.publish(KEYS, "200 OK", &padded(256 * 1024));
    scene.wait(30);
    assert_eq!(scene.problem().await, None);
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_said_to_be_so() {
    let scene = Scene::start().await;
    for body in ["{}", "{\"keys\":[],\"keys\":[]}", "-----BEGIN PUBLIC KEY-----"] {
        scene.publisher.publish(KEYS, "200 OK", body);
        scene.wait(30);
        let problem = IssuerProblem::Unfit(Part::Keys, Wrong::Form);
        assert_eq!(scene.problem().await, Some(problem), "{body}");
    }
}

#[tokio::test]
async fn an_address_that_may_not_be_called_counts_as_unreachable() {
    let issuers = Issuers::new(Outbound::new(OutboundSettings::default()).unwrap());
    let scene = Scene::start().await;
    let (token, issuer) = (scene.token_by(&scene.first), scene.publisher.issuer());
    let read = Unverified::read(&token).unwrap();
    let refused = issuers.verify(&read, &expecting(&issuer), &|| {}).await.err().unwrap();
    assert!(
        matches!(refused, IssuerProblem::Unreachable(_, OutboundProblem::Forbidden(_))),
        "{refused:?}"
    );
    assert_eq!(scene.fetches().await, (0, 0));
}
