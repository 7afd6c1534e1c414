//! What is called, what is not, and what is said about it. Listeners on loopback count the connections.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::header::{AUTHORIZATION, LOCATION};
use http::{HeaderName, HeaderValue};

use super::names::{LookingUp, Lookup};
use super::{Network, Outbound, OutboundProblem, OutboundSettings, PATIENCE, Patience, names};
use loopback::{Loopback, reply};

pub(crate) mod loopback;
mod stream;

const LIMIT: usize = 1024;

fn allowing(networks: &[&str]) -> OutboundSettings {
    let allowed = networks.iter().map(|network| Network::parse(network).unwrap()).collect();
    OutboundSettings { allowed, ..OutboundSettings::default() }
}

fn to_loopback() -> Outbound {
    Outbound::new(allowing(&["127.0.0.0/8"])).unwrap()
}

fn said(found: io::Result<Vec<SocketAddr>>) -> LookingUp {
    Box::pin(std::future::ready(found))
}

/// Answers every look-up with the next of these lists, over and over, and counts the look-ups.
fn scripted(script: &'static [&'static [&'static str]]) -> (Lookup, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let lookup: Lookup = Arc::new(move |_: String| -> LookingUp {
        let turn = counter.fetch_add(1, Ordering::SeqCst);
        let found = script[turn % script.len()]
            .iter()
            .map(|address| SocketAddr::new(address.parse().unwrap(), 0))
            .collect();
        said(Ok(found))
    });
    (lookup, asked)
}

#[tokio::test]
async fn no_form_of_a_private_address_opens_a_connection() {
    let listener = Loopback::quiet().await;
    let port = listener.port();
    let outbound = Outbound::new(OutboundSettings::default()).unwrap();
    for host in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "%3127.0.0.1",
        "0.0.0.0",
        "0",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "localhost",
        "localhost.",
        "LocalHost",
        "acme.localhost",
    ] {
        let answer = outbound.get(&format!("http://{host}:{port}/"), &[], LIMIT).await;
        assert!(matches!(answer, Err(OutboundProblem::Forbidden(_))), "{host}: {answer:?}");
    }
    for rest in ["user@127.0.0.1", "example.com#@127.0.0.1", "@127.0.0.1", "127.0.0.1\r\n"] {
        let answer = outbound.get(&format!("http://{rest}:{port}/"), &[], LIMIT).await;
        assert!(matches!(answer, Err(OutboundProblem::BadUrl)), "{rest:?}: {answer:?}");
    }
    assert!(listener.heard().await.is_empty());
}

#[tokio::test]
async fn a_name_that_stands_for_a_private_address_opens_no_connection() {
    const SCRIPTS: [&[&[&str]]; 4] = [
        &[&["127.0.0.1"]],
        &[&["::ffff:127.0.0.1"]],
        &[&["1.1.1.1", "127.0.0.1"]],
        &[&["169.254.169.254"]],
    ];
    let listener = Loopback::quiet().await;
    let url = format!("http://registry.example.com:{}/", listener.port());
    for script in SCRIPTS {
        let (lookup, _) = scripted(script);
        let outbound = Outbound::built(OutboundSettings::default(), lookup, &PATIENCE).unwrap();
        let answer = outbound.get(&url, &[], LIMIT).await;
        assert!(matches!(answer, Err(OutboundProblem::Forbidden(_))), "{script:?}: {answer:?}");
    }
    assert!(listener.heard().await.is_empty());
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_called_at_the_one_that_was_checked() {
    // 127.0.0.1 and 127.0.0.2 reach the same listener; only the second may be called.
    let answer = |_: &str, _: &str| reply("200 OK", &[], "here");
    let listener = Loopback::start_at(Ipv4Addr::UNSPECIFIED, answer).await;
    let url = format!("http://registry.example.com:{}/", listener.port());
    let (lookup, asked) = scripted(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let outbound = Outbound::built(allowing(&["127.0.0.2"]), lookup, &PATIENCE).unwrap();
    let first = outbound.get(&url, &[], LIMIT).await.unwrap();
    assert_eq!((first.status, first.body.as_slice()), (200, b"here".as_slice()));
    assert_eq!(asked.load(Ordering::SeqCst), 1, "what was checked is not looked up again");
    let second = outbound.get(&url, &[], LIMIT).await;
    assert!(matches!(second, Err(OutboundProblem::Forbidden(_))), "{second:?}");
    assert_eq!(listener.heard().await.len(), 1);
}

#[tokio::test]
async fn a_name_nobody_knows_is_said_to_be_unknown() {
    let unknown: Lookup =
        Arc::new(|_: String| -> LookingUp { said(Err(io::Error::other("no such name"))) });
    for lookup in [unknown, scripted(&[&[]]).0] {
        let outbound = Outbound::built(OutboundSettings::default(), lookup, &PATIENCE).unwrap();
        let answer = outbound.get("https://registry.example.com/", &[], LIMIT).await;
        assert!(matches!(answer, Err(OutboundProblem::Unresolved)), "{answer:?}");
    }
}

#[tokio::test]
async fn an_allowed_network_is_called_with_the_callers_headers_only() {
    let listener = Loopback::start(|_, _| reply("404 Not Found", &[], "nothing")).await;
    let header = (AUTHORIZATION, HeaderValue::from_static("Basic YWNtZTphY21l"));
    let url = format!("{}/v2/?n=1", listener.origin());
    let answer = to_loopback().get(&url, &[header], LIMIT).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (404, b"nothing".as_slice()));
    let heard = listener.heard().await.join("").to_lowercase();
    assert!(heard.starts_with("get /v2/?n=1 http/1.1\r\n"), "{heard}");
    assert!(heard.contains("\r\nauthorization: basic ywntztphy21l\r\n"), "{heard}");
    for unwanted in ["cookie", "referer", "accept-encoding"] {
        assert!(!heard.contains(unwanted), "{heard}");
    }
}

#[tokio::test]
async fn a_redirect_is_given_back_and_not_followed() {
    let listener = Loopback::start(|_, origin| {
        let elsewhere = format!("{LOCATION}: {origin}/elsewhere");
        reply("307 Temporary Redirect", &[elsewhere], "")
    })
    .await;
    let answer = to_loopback().get(&listener.origin(), &[], LIMIT).await.unwrap();
    assert_eq!(answer.status, 307);
    assert!(answer.headers.contains_key(LOCATION));
    assert!(matches!(answer.not_redirected(), Err(OutboundProblem::Redirected)));
    assert_eq!(listener.heard().await.len(), 1);
}

#[tokio::test]
async fn no_more_is_read_than_the_limit() {
    let listener = Loopback::start(|request, _| match request.split(' ').nth(1) {
        Some("/announced") => reply("200 OK", &[], &"a".repeat(LIMIT + 1)),
        Some("/chunked") => {
            let chunk = format!("400\r\n{}\r\n", "a".repeat(0x400));
            format!(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunk}1\r\na\r\n0\r\n\r\n"
            )
        }
        _ => reply("200 OK", &[], &"a".repeat(LIMIT)),
    })
    .await;
    for (path, expected) in [("/exact", true), ("/announced", false), ("/chunked", false)] {
        let answer = to_loopback().get(&(listener.origin() + path), &[], LIMIT).await;
        match answer {
            Ok(answer) => assert_eq!((answer.body.len(), expected), (LIMIT, true), "{path}"),
            Err(problem) => {
                assert_eq!((problem, expected), (OutboundProblem::TooLarge, false), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_given_up() {
    let silent = Loopback::start(|_, _| String::new()).await;
    let breaking_off =
        Loopback::start(|_, _| "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na".into()).await;
    let patience = Patience { whole: Duration::from_millis(100), ..PATIENCE };
    let settings = allowing(&["127.0.0.0/8"]);
    let outbound = Outbound::built(settings, names::system(), &patience).unwrap();
    let answer = outbound.get(&silent.origin(), &[], LIMIT).await;
    assert!(matches!(answer, Err(OutboundProblem::TimedOut)), "{answer:?}");
    let answer = to_loopback().get(&breaking_off.origin(), &[], LIMIT).await;
    assert!(matches!(answer, Err(OutboundProblem::Unreachable)), "{answer:?}");
}

#[tokio::test]
async fn a_host_without_tls_is_told_from_one_that_is_not_there() {
    let listener = Loopback::quiet().await;
    let url = format!("https://{}/", listener.host());
    let answer = to_loopback().get(&url, &[], LIMIT).await;
    assert!(matches!(answer, Err(OutboundProblem::Tls)), "{answer:?}");
    // Bound and let go: nobody listens there now.
    let gone = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", gone.local_addr().unwrap());
    drop(gone);
    let answer = to_loopback().get(&url, &[], LIMIT).await;
    assert!(matches!(answer, Err(OutboundProblem::Unreachable)), "{answer:?}");
}

#[test]
fn certificates_that_are_none_are_refused() {
    const BROKEN: &str = "-----BEGIN CERTIFICATE-----\nYWNtZQ==\n-----END CERTIFICATE-----\n";
    for roots_pem in ["acme", "\n", BROKEN] {
        let settings =
            OutboundSettings { roots_pem: roots_pem.into(), ..OutboundSettings::default() };
        assert_eq!(Outbound::new(settings).err(), Some(OutboundProblem::BadRoots), "{roots_pem}");
    }
}

#[tokio::test]
async fn printing_shows_neither_settings_nor_bodies() {
    let listener =
        Loopback::start(|_, _| reply("200 OK", &["x-acme: zebra".into()], "zebra")).await;
    let outbound = to_loopback();
    assert_eq!(format!("{outbound:?}"), "Outbound");
    let header = (HeaderName::from_static("x-acme"), HeaderValue::from_static("zebra"));
    let answer = outbound.get(&listener.origin(), &[header], LIMIT).await.unwrap();
    assert_eq!(format!("{answer:?}"), "Answer { status: 200, .. }");
}
