//! A registry that does not do its part: the answer says so, says when to come back, and is final
//! only when somebody must change something.

use crate::app::{App, Browser, Reply};
use regcred::domain::delivery::Outcome;
use regcred::issuers::Issuers;
use regcred::outbound::{Network, Outbound, OutboundSettings};
use regcred::receivers::Receivers;
use regcred::registries::Registries;
use regcred::vault::Reach;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const SECRET: &str = "hunter2-of-acme";

/// A registry with a token service that answers with this head, and nothing else.
async fn registry(head: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => request.push(byte),
                    Err(_) => break,
                }
            }
            let head = if request.starts_with(b"GET /v2/ ") {
                let realm = format!("Bearer realm=\"http://{address}/token\"");
                format!("401 Unauthorized\r\nwww-authenticate: {realm}")
            } else {
                head.to_owned()
            };
            let answer =
                format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            // Who went away does not want it.
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

/// What a pipeline hears that asks for a token of the registry there; and why its receipt says that
/// there was none.
async fn asked(host: &str) -> (Reply, Option<String>) {
    let app = App::new().await;
    let allowed = vec![Network::parse("127.0.0.0/8").unwrap()];
    let outbound =
        Outbound::new(OutboundSettings { allowed, ..OutboundSettings::default() }).unwrap();
    let reach = Reach {
        issuers: Issuers::new(outbound.clone()),
        receivers: Receivers::new(outbound.clone()),
        registries: Registries::new(outbound),
    };
    let vault = app.vault.clone().reaching(reach);
    let insecure = [("is_insecure", "true")];
    let id = app.credential_with(&app.owner, "acme", "own", host, SECRET, &insecure).await;
    let (pipeline, token) = app.pipeline(&app.owner, "acme", "build", &[id], "pull").await;
    let machine = Browser::new(&regcred::server::router(&vault, &[]));
    let path = format!("/api/v1/registry-token?image={host}/acme/api");
    let reply = machine.fetch(&token, &path, &[]).await;
    assert!(!reply.text().contains(SECRET));
    let receipt = app.receipts_of(pipeline).await.remove(0);
    assert_eq!(receipt.outcome, Outcome::Refused);
    (reply, receipt.reason)
}

#[tokio::test]
async fn a_registry_that_is_down_or_busy_is_503_with_a_time_to_come_back() {
    for (head, status, wait) in [
        ("429 Too Many Requests\r\nretry-after: 42", "429", "42"),
        ("429 Too Many Requests\r\nretry-after: 99999999", "429", "10"),
        ("500 Internal Server Error", "500", "10"),
        ("503 Service Unavailable\r\nretry-after: 7", "503", "7"),
        ("403 Forbidden\r\nretry-after: 60", "403", "60"),
        ("403 Forbidden\r\nretry-after: 99999999", "403", "10"),
        ("401 Unauthorized\r\nretry-after: -1", "401", "10"),
        ("429 Too Many Requests\r\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT", "429", "1"),
    ] {
        let host = registry(head).await.to_string();
        let (reply, reason) = asked(&host).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (503, "upstream"), "{head}");
        assert_eq!(reply.header("retry-after"), wait, "{head}");
        let said = reply.text();
        assert!(said.contains(&host) && said.contains(status) && said.contains("own"), "{said}");
        assert!(reason.is_some(), "{head}");
    }
}

#[tokio::test]
async fn a_registry_that_nobody_reaches_is_503_as_well() {
    // Nobody listens on this port.
    let (reply, _) = asked("127.0.0.1:1").await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (503, "upstream"));
    assert_eq!(reply.header("retry-after"), "10");
    assert!(reply.text().contains("cannot be reached"), "{}", reply.text());
}

#[tokio::test]
async fn a_registry_that_says_no_is_final() {
    for (head, said) in [
        ("401 Unauthorized", "rejected its username and secret"),
        ("403 Forbidden", "rejected its username and secret"),
        ("404 Not Found", "status 404"),
        ("200 OK", "does not follow the registry protocol"),
    ] {
        let (reply, _) = asked(&registry(head).await.to_string()).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (409, "conflict"), "{head}");
        assert!(reply.headers.get("retry-after").is_none(), "{head}");
        assert!(reply.text().contains(said), "{head}: {}", reply.text());
    }
}
