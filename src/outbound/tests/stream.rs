//! What is sent over TLS, and to whom nothing is. A receiver that trusts us is in the tests of shipping.

use super::*;

/// More than fits into one piece.
static BYTES: [u8; 100_000] = [b'a'; 100_000];

#[tokio::test]
async fn no_form_of_a_private_address_is_sent_to() {
    const SCRIPT: &[&[&str]] = &[&["1.1.1.1", "127.0.0.1"]];
    let listener = Loopback::quiet().await;
    let port = listener.port();
    let outbound = Outbound::new(OutboundSettings::default()).unwrap();
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "localhost", "[::ffff:127.0.0.1]", "[::1]"] {
        let host = format!("{host}:{port}");
        let sent = outbound.send(&host, port, &BYTES).await;
        assert!(matches!(sent, Err(OutboundProblem::Forbidden(_))), "{host}: {sent:?}");
    }
    for host in ["", "user@127.0.0.1", "127.0.0.1/a", "127.0.0.1?a", "127.0.0.1#a", "a b", "::1"] {
        let sent = outbound.send(host, port, &BYTES).await;
        assert_eq!(sent, Err(OutboundProblem::BadUrl), "{host}");
    }
    let outbound =
        Outbound::built(OutboundSettings::default(), scripted(SCRIPT).0, &PATIENCE).unwrap();
    let sent = outbound.send("siem.example.com", port, &BYTES).await;
    assert!(matches!(sent, Err(OutboundProblem::Forbidden(_))), "{sent:?}");
    assert!(listener.heard().await.is_empty());
}

#[tokio::test]
async fn the_usual_port_is_taken_where_none_is_typed() {
    let listener = Loopback::quiet().await;
    let sent = to_loopback().send("127.0.0.1", listener.port(), &BYTES).await;
    assert_eq!(sent, Err(OutboundProblem::Tls), "it does not speak TLS");
    assert_eq!(listener.heard().await.len(), 1);
    for (host, expected) in [
        ("siem.example.com", 6514),
        ("siem.example.com:443", 443),
        ("siem.example.com:80", 80),
        ("[2606:4700::443]", 6514),
        ("[2606:4700::443]:601", 601),
    ] {
        let target = to_loopback().target(host, 6514).map(|target| target.port);
        assert_eq!(target, Ok(expected), "{host}");
    }
}

#[tokio::test]
async fn who_does_not_answer_or_is_not_there_is_told_apart() {
    let silent = Loopback::start(|_, _| String::new()).await;
    let patience = Patience { connect: Duration::from_millis(100), ..PATIENCE };
    let settings = allowing(&["127.0.0.0/8"]);
    let outbound = Outbound::built(settings, names::system(), &patience).unwrap();
    let sent = outbound.send(&silent.host(), 0, &BYTES).await;
    assert_eq!(sent, Err(OutboundProblem::TimedOut));
    // Bound and let go: nobody listens there now.
    let gone = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let host = gone.local_addr().unwrap().to_string();
    drop(gone);
    let sent = to_loopback().send(&host, 0, &BYTES).await;
    assert_eq!(sent, Err(OutboundProblem::Unreachable));
}
