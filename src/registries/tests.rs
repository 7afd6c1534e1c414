//! The whole way to a token, against registries on loopback.

use http::header::{LOCATION, RETRY_AFTER};

use super::*;
use crate::outbound::loopback::{Loopback, reply};
use crate::outbound::{Network, OutboundProblem, OutboundSettings};

const SECRET: &str = "hunter2";
/// `ci:hunter2`.
const BASIC: &str = "authorization: Basic Y2k6aHVudGVyMg==";

fn registries() -> Registries {
    let allowed = vec![Network::parse("127.0.0.0/8").unwrap()];
    let settings = OutboundSettings { allowed, ..OutboundSettings::default() };
    Registries::new(Outbound::new(settings).unwrap())
}

/// A token for pull and push on `repository`, asked at a listener.
async fn token_for(
    repository: &str,
    registry: &Loopback,
    realms: &[String],
) -> Result<Bearer, RegistryProblem> {
    let host = RegistryHost::stored(&registry.host()).unwrap();
    let ask = BearerAsk {
        host: &host,
        is_insecure: true,
        repository,
        intent: Access::PullAndPush,
        username: "ci",
        secret: SECRET.as_bytes(),
        realms,
    };
    registries().bearer(&ask).await
}

async fn token_of(registry: &Loopback) -> Result<Bearer, RegistryProblem> {
    token_for("acme/api", registry, &[]).await
}

/// A header line.
fn challenging(challenge: &str) -> String {
    format!("{WWW_AUTHENTICATE}: {challenge}")
}

fn bearer_at(realm: &str) -> String {
    challenging(&format!("Bearer realm=\"{realm}\",service=\"acme registry\""))
}

/// A registry with a token service of its own, which answers with these.
async fn registry(status: &'static str, body: &'static str) -> Loopback {
    Loopback::start(move |request, origin| {
        if request.starts_with("GET /v2/ ") {
            reply("401 Unauthorized", &[bearer_at(&format!("{origin}/token"))], "")
        } else {
            reply(status, &[], body)
        }
    })
    .await
}

#[tokio::test]
async fn a_token_is_asked_for_the_one_repository_and_the_secret_goes_to_the_token_service_only() {
    let registry = registry("200 OK", "{\"token\":\"abc\",\"expires_in\":120}").await;
    let bearer = token_of(&registry).await.unwrap();
    assert_eq!((bearer.token.as_str(), bearer.expires_in), ("abc", 120));
    assert_eq!(format!("{bearer:?}"), "Bearer { expires_in: 120, .. }");
    let heard = registry.heard().await;
    assert_eq!(heard.len(), 2);
    assert!(!heard[0].to_lowercase().contains("authorization"), "{}", heard[0]);
    let question = "GET /token?service=acme+registry&scope=repository%3Aacme%2Fapi%3Apull%2Cpush&client_id=regcred HTTP/1.1\r\n";
    assert!(heard[1].starts_with(question), "{}", heard[1]);
    assert!(heard[1].contains(BASIC), "{}", heard[1]);
}

#[tokio::test]
async fn a_foreign_realm_hears_nothing_until_it_is_accepted() {
    let foreign = Loopback::start(|_, _| reply("200 OK", &[], "{\"token\":\"abc\"}")).await;
    let realm = bearer_at(&format!("{}/token", foreign.origin()));
    let registry =
        Loopback::start(move |_, _| reply("401 Unauthorized", std::slice::from_ref(&realm), ""))
            .await;
    let problem = token_of(&registry).await.unwrap_err();
    assert_eq!(problem, RegistryProblem::RealmNotAccepted(foreign.origin()));
    assert!(foreign.heard().await.is_empty());
    let realms = [foreign.origin()];
    let bearer = token_for("acme/api", &registry, &realms).await.unwrap();
    assert_eq!(bearer.token.as_str(), "abc");
    assert_eq!(foreign.heard().await.len(), 1);
    assert!(!registry.heard().await.join("").contains(BASIC));
}

#[tokio::test]
async fn a_redirect_takes_the_secret_nowhere() {
    let foreign = Loopback::quiet().await;
    let elsewhere = format!("{LOCATION}: {}/token", foreign.origin());
    let moved = elsewhere.clone();
    let registry = Loopback::start(move |request, origin| {
        if request.starts_with("GET /v2/ ") {
            reply("401 Unauthorized", &[bearer_at(&format!("{origin}/token"))], "")
        } else {
            reply("307 Temporary Redirect", std::slice::from_ref(&elsewhere), "")
        }
    })
    .await;
    let redirected = RegistryProblem::Outbound(OutboundProblem::Redirected);
    assert_eq!(token_of(&registry).await.unwrap_err(), redirected);
    let registry =
        Loopback::start(move |_, _| reply("302 Found", std::slice::from_ref(&moved), "")).await;
    assert_eq!(token_of(&registry).await.unwrap_err(), redirected);
    assert!(foreign.heard().await.is_empty());
}

#[tokio::test]
async fn what_the_registry_wants_is_told_apart() {
    let bearer = bearer_at("token");
    for (status, headers, expected) in [
        ("200 OK", vec![], RegistryProblem::Open),
        ("401 Unauthorized", vec![challenging("Basic realm=\"acme\"")], RegistryProblem::Basic),
        ("401 Unauthorized", vec![challenging("BASIC")], RegistryProblem::Basic),
        ("401 Unauthorized", vec![], RegistryProblem::Malformed),
        ("401 Unauthorized", vec![challenging("Negotiate")], RegistryProblem::Malformed),
        ("401 Unauthorized", vec![challenging("Bearer")], RegistryProblem::Malformed),
        ("401 Unauthorized", vec![challenging("Bearer realm=\"a")], RegistryProblem::Malformed),
        ("401 Unauthorized", vec![challenging("Basic"), bearer], RegistryProblem::Malformed),
        ("404 Not Found", vec![], RegistryProblem::Unexpected(404)),
        ("405 Method Not Allowed", vec![], RegistryProblem::Unexpected(405)),
    ] {
        let shown = headers.join("; ");
        let registry = Loopback::start(move |_, _| reply(status, &headers, "")).await;
        assert_eq!(token_of(&registry).await.unwrap_err(), expected, "{status} {shown}");
        assert!(!registry.heard().await.join("").contains(BASIC), "{status} {shown}");
    }
}

#[tokio::test]
async fn what_the_token_service_says_is_told_apart() {
    // `{"access":[…]}` between two other parts: pull alone, and pull, push and delete, on acme/api.
    const NARROW: &str = "{\"token\":\"e30.eyJhY2Nlc3MiOlt7InR5cGUiOiJyZXBvc2l0b3J5IiwibmFtZSI6ImFjbWUvYXBpIiwiYWN0aW9ucyI6WyJwdWxsIl19XX0.c2ln\"}";
    const WIDE: &str = "{\"token\":\"e30.eyJhY2Nlc3MiOlt7InR5cGUiOiJyZXBvc2l0b3J5IiwibmFtZSI6ImFjbWUvYXBpIiwiYWN0aW9ucyI6WyJwdWxsIiwicHVzaCIsImRlbGV0ZSJdfV19.c2ln\"}";
    for (status, body, expected) in [
        ("401 Unauthorized", "", RegistryProblem::Refused),
        ("403 Forbidden", "", RegistryProblem::Refused),
        ("404 Not Found", "", RegistryProblem::Unexpected(404)),
        ("400 Bad Request", SECRET, RegistryProblem::Unexpected(400)),
        ("500 Internal Server Error", SECRET, busy(500, USUAL_WAIT)),
        ("200 OK", SECRET, RegistryProblem::Malformed),
        ("200 OK", "{}", RegistryProblem::Malformed),
        ("200 OK", NARROW, RegistryProblem::Narrower),
        ("200 OK", WIDE, RegistryProblem::Wider),
    ] {
        let problem = token_of(&registry(status, body).await).await.unwrap_err();
        assert_eq!(problem, expected, "{status}");
        assert!(!format!("{problem} {problem:?}").contains(SECRET), "{problem:?}");
    }
}

fn busy(status: u16, wait: u32) -> RegistryProblem {
    RegistryProblem::Busy { status, wait }
}

#[tokio::test]
async fn who_is_busy_says_when_to_come_back_and_says_nothing_of_the_secret() {
    for (status, wait, expected) in [
        ("429 Too Many Requests", "30", busy(429, 30)),
        ("429 Too Many Requests", "soon", busy(429, USUAL_WAIT)),
        ("429 Too Many Requests", "99999999", busy(429, USUAL_WAIT)),
        ("425 Too Early", "0", busy(425, 1)),
        ("500 Internal Server Error", "", busy(500, USUAL_WAIT)),
        ("502 Bad Gateway", "7", busy(502, 7)),
        ("503 Service Unavailable", "3600", busy(503, 3600)),
        ("504 Gateway Timeout", "", busy(504, USUAL_WAIT)),
        ("403 Forbidden", "60", busy(403, 60)),
        ("403 Forbidden", "", RegistryProblem::Refused),
    ] {
        let header = format!("{RETRY_AFTER}: {wait}");
        let asked = header.clone();
        let service = Loopback::start(move |request, origin| {
            if request.starts_with("GET /v2/ ") {
                reply("401 Unauthorized", &[bearer_at(&format!("{origin}/token"))], "")
            } else {
                reply(status, std::slice::from_ref(&asked), "")
            }
        })
        .await;
        let problem = token_of(&service).await.unwrap_err();
        assert_eq!(problem, expected, "{status} {wait}");
        assert_eq!(problem.retry_after().is_some(), problem != RegistryProblem::Refused);
        // The registry itself, before there is a token service to ask.
        let registry =
            Loopback::start(move |_, _| reply(status, std::slice::from_ref(&header), "")).await;
        let problem = token_of(&registry).await.unwrap_err();
        let is_refusal = expected == RegistryProblem::Refused;
        let expected = if is_refusal { RegistryProblem::Unexpected(403) } else { expected };
        assert_eq!(problem, expected, "{status} {wait}");
    }
}

#[tokio::test]
async fn who_is_not_there_may_be_there_later() {
    // Nobody listens on this port.
    let realms = ["http://127.0.0.1:1".to_owned()];
    let registry = Loopback::start(|_, _| {
        reply("401 Unauthorized", &[bearer_at("http://127.0.0.1:1/token")], "")
    })
    .await;
    let problem = token_for("acme/api", &registry, &realms).await.unwrap_err();
    assert_eq!(problem, RegistryProblem::Outbound(OutboundProblem::Unreachable));
    assert_eq!(problem.retry_after(), Some(USUAL_WAIT));
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let registry = Loopback::start(|_, _| reply("200 OK", &[], &"a".repeat(LIMIT + 1))).await;
    let problem = token_of(&registry).await.unwrap_err();
    assert_eq!(problem, RegistryProblem::Outbound(OutboundProblem::TooLarge));
}

#[tokio::test]
async fn nobody_is_called_for_what_is_not_one_repository() {
    let registry = Loopback::quiet().await;
    for repository in [
        "",
        "acme/api:pull,push",
        "acme/api,acme/web",
        "acme/api repository:acme/web",
        "Acme/api",
        "/acme",
    ] {
        let problem = token_for(repository, &registry, &[]).await.unwrap_err();
        assert_eq!(problem, RegistryProblem::BadRepository, "{repository}");
    }
    assert!(registry.heard().await.is_empty());
}
