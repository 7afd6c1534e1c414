//! What is signed, and what counts as acknowledged.

use super::*;
use crate::crypto::derived::Derived;
use crate::crypto::kek::Kek;
use crate::crypto::keyring::{Purpose, WrappedKey};
use crate::outbound::loopback::{Loopback, reply};
use crate::outbound::{Network, OutboundSettings};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

fn key() -> Derived {
    let kek = Kek::generate().unwrap();
    let wrapped = WrappedKey::generate(&kek, Purpose::Audit, 1).unwrap();
    Derived::of_wrapped(&wrapped, &kek, b"salt", &[b"test"]).unwrap()
}

fn receivers(allowed: &[&str]) -> Receivers {
    let allowed = allowed.iter().map(|network| Network::parse(network).unwrap()).collect();
    let settings = OutboundSettings { allowed, ..OutboundSettings::default() };
    Receivers::new(Outbound::new(settings).unwrap())
}

fn call() -> Call {
    Call::new("msg_1".to_owned(), 1_795_900_000, b"{}".to_vec(), &[key(), key()])
}

#[test]
fn each_signature_is_over_id_time_and_body_with_points_between_them() {
    let keys = [key(), key()];
    let call = Call::new("msg_1".to_owned(), 1_795_900_000, b"{\"a\":1}".to_vec(), &keys);
    assert_eq!(call.timestamp, "1795900000");
    let signed: Vec<&str> = call.signatures.split(' ').collect();
    assert_eq!(signed.len(), 2);
    for (key, signed) in keys.iter().zip(signed) {
        let mac = STANDARD.decode(signed.strip_prefix("v1,").unwrap()).unwrap();
        assert!(key.verify_mac(b"msg_1.1795900000.{\"a\":1}", &mac), "{signed}");
    }
    let secret = signing_secret(&keys[0]);
    let bytes = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(bytes, keys[0].expose());
}

#[tokio::test]
async fn only_a_status_of_2xx_acknowledges_a_call() {
    for (status, expected) in [
        ("200 OK", None),
        ("202 Accepted", None),
        ("204 No Content", None),
        ("302 Found", Some(ShipProblem::Redirected)),
        ("400 Bad Request", Some(ShipProblem::Status)),
        ("410 Gone", Some(ShipProblem::Gone)),
        ("500 Internal Server Error", Some(ShipProblem::Status)),
    ] {
        let elsewhere = "location: http://127.0.0.1:1/".to_owned();
        let receiver =
            Loopback::start(move |_, _| reply(status, std::slice::from_ref(&elsewhere), "")).await;
        let address = format!("{}/in", receiver.origin());
        let done = receivers(&["127.0.0.0/8"]).call(&address, call()).await;
        assert_eq!(done.err().map(|one| one.problem), expected, "{status}");
        let heard = receiver.heard().await;
        assert_eq!(heard.len(), 1, "{status}");
        assert!(heard[0].starts_with("POST /in HTTP/1.1"), "{heard:?}");
        for header in
            ["webhook-id: msg_1", "webhook-timestamp: 1795900000", "webhook-signature: v1,"]
        {
            assert!(heard[0].contains(header), "{header}: {heard:?}");
        }
    }
}

#[tokio::test]
async fn who_has_no_time_now_says_when() {
    for (status, asked, expected) in [
        ("429 Too Many Requests", Some("120"), Some(120)),
        ("503 Service Unavailable", Some("999999"), Some(999_999)),
        ("503 Service Unavailable", Some("Sat, 05 Nov 1994 08:49:37 GMT"), Some(1)),
        ("503 Service Unavailable", Some("soon"), None),
        ("503 Service Unavailable", None, None),
        ("500 Internal Server Error", Some("120"), None),
        ("302 Found", Some("120"), None),
    ] {
        let headers = Vec::from_iter(asked.map(|at| format!("retry-after: {at}")));
        let receiver = Loopback::start(move |_, _| reply(status, &headers, "")).await;
        let address = format!("{}/in", receiver.origin());
        let done = receivers(&["127.0.0.0/8"]).call(&address, call()).await;
        assert_eq!(done.unwrap_err().wait, expected, "{status} {asked:?}");
    }
}

#[tokio::test]
async fn nothing_private_is_called_that_the_operator_has_not_allowed() {
    let receiver = Loopback::quiet().await;
    for address in [receiver.origin(), format!("https://{}/", receiver.host())] {
        let done = receivers(&[]).call(&address, call()).await;
        assert_eq!(done.err().map(|one| one.problem), Some(ShipProblem::Address), "{address}");
    }
    assert!(receiver.heard().await.is_empty());
}

#[test]
fn without_tls_only_an_allowed_address_is_taken() {
    let receivers = receivers(&["10.0.0.0/8"]);
    for (address, is_right) in [
        ("https://siem.example.com/in?key=1", true),
        ("http://siem.example.com/in", false),
        ("http://10.1.2.3:8080/in", true),
        ("https://10.1.2.3/in", true),
        ("http://192.168.0.1/in", false),
        ("https://169.254.169.254/", false),
        ("https://user@siem.example.com/", false),
        ("https://siem.example.com/#x", false),
    ] {
        assert_eq!(receivers.address_problem(address).is_none(), is_right, "{address}");
    }
}

#[test]
fn before_each_message_stands_its_length_in_bytes() {
    let messages = ["<110>1 - a", "", "€\n"].map(str::to_owned);
    assert_eq!(syslog::framed(&messages), "10 <110>1 - a0 4 €\n".as_bytes());
    assert_eq!(syslog::framed(&[]), b"");
}

#[test]
fn syslog_is_sent_to_a_host_and_port_and_to_nothing_private() {
    let receivers = receivers(&["10.0.0.0/8"]);
    for (host, is_right) in [
        ("siem.example.com", true),
        ("siem.example.com:6514", true),
        ("siem.example.com:443", true),
        ("10.1.2.3:6514", true),
        ("[2606:4700::1111]:6514", true),
        ("192.168.0.1", false),
        ("[::1]:6514", false),
        ("localhost:6514", false),
        ("2130706433", false),
        ("", false),
        ("siem.example.com:port", false),
        ("siem.example.com/in", false),
        ("siem.example.com?in", false),
        ("user@siem.example.com", false),
        ("siem.example.com#x", false),
        ("2606:4700::1111", false),
    ] {
        assert_eq!(receivers.host_problem(host).is_none(), is_right, "{host}");
    }
}
