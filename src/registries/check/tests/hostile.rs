//! Registries that hang, lie and lead elsewhere: the secret goes nowhere, and each is told for what it is.

use super::*;
use crate::outbound::OutboundProblem;

const CHALLENGE: &str = "WWW-Authenticate: Basic realm=\"acme\"";

/// The reasons of all steps.
fn reasons(report: &CheckReport) -> Vec<CheckReason> {
    report.steps.iter().map(|step| step.reason).collect()
}

async fn always(
    status: &'static str,
    headers: &'static [&'static str],
    body: &'static str,
) -> CheckReport {
    let headers: Vec<String> = headers.iter().map(|line| (*line).to_owned()).collect();
    let registry = Loopback::start(move |_, _| reply(status, &headers, body)).await;
    let report = Ask::right(RegistryKind::SelfHosted).at(&registry).await;
    let said = format!("{report:?} {}", serde_json::to_string(&report).unwrap());
    assert!(!said.contains(SECRET), "{status}");
    report
}

#[tokio::test]
async fn one_answer_for_everything_is_told_for_what_it_is() {
    for (status, headers, body, step, reason) in [
        ("200 OK", &[][..], "<html></html>", CheckStep::Challenge, CheckReason::AsksForNothing),
        ("200 OK", &[CHALLENGE], "{}", CheckStep::Challenge, CheckReason::AsksForNothing),
        ("401 Unauthorized", &[CHALLENGE], "", CheckStep::SignIn, CheckReason::Refused),
        ("401 Unauthorized", &[], "", CheckStep::Challenge, CheckReason::Malformed),
        (
            "401 Unauthorized",
            &["WWW-Authenticate: Negotiate"],
            "",
            CheckStep::Challenge,
            CheckReason::Malformed,
        ),
        (
            "401 Unauthorized",
            &["WWW-Authenticate: Bearer realm=\"x"],
            "",
            CheckStep::Challenge,
            CheckReason::Malformed,
        ),
        ("404 Not Found", &[], "", CheckStep::Reach, CheckReason::NotARegistry),
        (
            "301 Moved Permanently",
            &["Location: https://example.com/"],
            "",
            CheckStep::Reach,
            CheckReason::Redirected,
        ),
        ("503 Service Unavailable", &["Retry-After: 30"], "", CheckStep::Reach, CheckReason::Busy),
        ("429 Too Many Requests", &[], "", CheckStep::Reach, CheckReason::Busy),
        ("418 I'm a teapot", &[], "", CheckStep::Reach, CheckReason::UnexpectedStatus),
        ("403 Forbidden", &[], "", CheckStep::Reach, CheckReason::UnexpectedStatus),
    ] {
        let report = always(status, headers, body).await;
        assert_eq!(report.step(step).unwrap().reason, reason, "{status} {headers:?}");
        let behind = report.steps.iter().skip_while(|one| one.step != step).skip(1);
        assert!(behind.clone().all(|one| one.reason == CheckReason::Before), "{report:?}");
    }
}

#[tokio::test]
async fn a_sign_in_is_refused_in_more_than_one_way() {
    for (status, headers, body, reason) in [
        (
            "401 Unauthorized",
            &[][..],
            "{\"message\":\"Your authorization token has expired.\"}",
            CheckReason::RefusedExpired,
        ),
        ("403 Forbidden", &[], "Your Authorization Token has EXPIRED", CheckReason::RefusedExpired),
        ("400 Bad Request", &[], "token expired", CheckReason::RefusedExpired),
        ("400 Bad Request", &[], "", CheckReason::UnexpectedStatus),
        (
            "429 Too Many Requests",
            &["Retry-After: 60"],
            "too many failed login attempts for username or IP address",
            CheckReason::LockedOut,
        ),
        ("429 Too Many Requests", &[], "You have reached your pull rate limit", CheckReason::Busy),
        ("403 Forbidden", &["Retry-After: 3600"], "", CheckReason::LockedOut),
        ("500 Internal Server Error", &[], "", CheckReason::Busy),
        ("302 Found", &["Location: http://169.254.169.254/"], "", CheckReason::Redirected),
    ] {
        let registry = Loopback::start(move |request, _| {
            let headers: Vec<String> = headers.iter().map(|line| (*line).to_owned()).collect();
            if request.contains("authorization: ") {
                reply(status, &headers, body)
            } else {
                reply("401 Unauthorized", &[CHALLENGE.to_owned()], "")
            }
        })
        .await;
        let report = Ask::right(RegistryKind::SelfHosted).at(&registry).await;
        assert_eq!(report.step(CheckStep::SignIn).unwrap().reason, reason, "{status} {body}");
    }
}

/// A token service that wants to be asked for a repository, as some do, and takes this password.
async fn wants_a_scope() -> Loopback {
    Loopback::start(|request, origin| {
        if request.starts_with("GET /token") {
            let is_right = request.contains("authorization: Basic Y2k6aHVudGVyMg==");
            return match (request.contains("scope="), is_right) {
                (false, _) => reply("400 Bad Request", &[], ""),
                (true, true) => reply("200 OK", &[], "{\"token\":\"opaque-pull\"}"),
                (true, false) => reply("401 Unauthorized", &[], ""),
            };
        }
        if request.contains("authorization: Bearer opaque-pull") {
            return reply("200 OK", &[], "");
        }
        let realm = format!("WWW-Authenticate: Bearer realm=\"{origin}/token\"");
        reply("401 Unauthorized", &[realm], "")
    })
    .await
}

#[tokio::test]
async fn a_token_service_that_wants_a_repository_is_asked_for_one() {
    let registry = wants_a_scope().await;
    let ask = Ask { is_push_asked: false, ..Ask::right(RegistryKind::SelfHosted) };
    let report = ask.at(&registry).await;
    assert_eq!(graded(&report), "signed_in_for_repository can_pull push_not_asked");
    let ask = Ask { secret: "wrong", ..ask };
    assert_eq!(graded(&ask.at(&registry).await), "refused before before");
    // Without an image nobody knows.
    let ask = Ask { image: None, ..ask };
    assert_eq!(ask.at(&registry).await.state(), CheckState::Unclear);
}

#[tokio::test]
async fn a_foreign_token_service_hears_nothing_until_it_is_accepted() {
    let foreign = Loopback::start(|_, _| reply("200 OK", &[], "{\"token\":\"opaque-pull\"}")).await;
    let realm = format!("WWW-Authenticate: Bearer realm=\"{}/token\"", foreign.origin());
    let registry = Loopback::start(move |request, _| {
        if request.contains("authorization: Bearer") {
            reply("200 OK", &[], "")
        } else {
            reply("401 Unauthorized", std::slice::from_ref(&realm), "")
        }
    })
    .await;
    let ask = Ask { is_push_asked: false, ..Ask::right(RegistryKind::SelfHosted) };
    let report = ask.at(&registry).await;
    let challenge = report.step(CheckStep::Challenge).unwrap();
    assert_eq!(challenge.reason, CheckReason::RealmNotAccepted);
    assert_eq!(challenge.origin, Some(foreign.origin()));
    assert!(foreign.heard().await.is_empty());
    let ask = Ask { realms: vec![foreign.origin()], ..ask };
    let report = ask.at(&registry).await;
    assert_eq!(report.step(CheckStep::SignIn).unwrap().reason, CheckReason::SignedIn);
    assert!(!registry.heard().await.join("").contains("authorization: Basic"));
}

#[tokio::test]
async fn a_token_that_is_the_secret_itself_is_not_shown_on() {
    let registry = Loopback::start(|request, origin| {
        if request.starts_with("GET /token") {
            return reply("200 OK", &[], "{\"token\":\"hunter2\"}");
        }
        let realm = format!("WWW-Authenticate: Bearer realm=\"{origin}/token\"");
        reply("401 Unauthorized", &[realm], "")
    })
    .await;
    let report = Ask::right(RegistryKind::SelfHosted).at(&registry).await;
    assert_eq!(report.step(CheckStep::SignIn).unwrap().reason, CheckReason::Malformed);
    assert!(!registry.heard().await.join("").contains("Bearer hunter2"));
}

#[tokio::test]
async fn an_upload_at_another_address_is_not_cancelled_there() {
    let foreign = Loopback::quiet().await;
    let location = format!("Location: {}/v2/acme/api/blobs/uploads/1", foreign.origin());
    let registry = Loopback::start(move |request, _| {
        if !request.contains("authorization: ") {
            return reply("401 Unauthorized", &[CHALLENGE.to_owned()], "");
        }
        match request.split(' ').next() {
            Some("POST") => reply("202 Accepted", std::slice::from_ref(&location), ""),
            _ => reply("200 OK", &[], ""),
        }
    })
    .await;
    let report = Ask::right(RegistryKind::SelfHosted).at(&registry).await;
    assert_eq!(graded(&report), "signed_in can_pull can_push_not_cancelled");
    assert!(foreign.heard().await.is_empty());
}

#[tokio::test]
async fn a_read_only_registry_is_no_wrong_password() {
    let registry = Loopback::start(|request, _| {
        if !request.contains("authorization: ") {
            return reply("401 Unauthorized", &[CHALLENGE.to_owned()], "");
        }
        match request.split(' ').next() {
            Some("POST") => reply("405 Method Not Allowed", &["Allow: GET, HEAD".to_owned()], ""),
            _ => reply("200 OK", &[], ""),
        }
    })
    .await;
    let report = Ask::right(RegistryKind::SelfHosted).at(&registry).await;
    assert_eq!(graded(&report), "signed_in can_pull read_only");
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_hangs_is_waited_for_no_longer_than_a_check_takes() {
    let registry = Loopback::start(|_, _| String::new()).await;
    let report = Ask::right(RegistryKind::SelfHosted).at(&registry).await;
    assert_eq!(
        reasons(&report),
        [
            CheckReason::TimedOut,
            CheckReason::Before,
            CheckReason::Before,
            CheckReason::Before,
            CheckReason::Before
        ]
    );
}

#[test]
fn whoever_was_not_reached_is_told_why() {
    for (problem, reason) in [
        (OutboundProblem::Unresolved, CheckReason::NameNotFound),
        (OutboundProblem::Forbidden("private"), CheckReason::AddressNotAllowed),
        (OutboundProblem::Unreachable, CheckReason::Unreachable),
        (OutboundProblem::TimedOut, CheckReason::TimedOut),
        (OutboundProblem::Tls, CheckReason::NotSecure),
        (OutboundProblem::Redirected, CheckReason::Redirected),
        (OutboundProblem::TooLarge, CheckReason::Malformed),
        (OutboundProblem::BadUrl, CheckReason::Malformed),
    ] {
        assert_eq!(answers::unreached(CheckStep::Reach, problem).reason, reason);
    }
}
