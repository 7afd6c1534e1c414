//! Syslog over TLS: a receiver that is killed and comes back has everything, some of it twice.

mod certificates;
mod collector;
mod rsyslog;

use super::{CREATE, Scene, counted, deliver};
use crate::app::{App, PASSWORD};
use crate::jobs::Runner;
use certificates::Certificates;
use collector::{Collector, Way};
use regcred::outbound::{Network, OutboundSettings};
use serde_json::Value;
use std::net::SocketAddr;

/// The form of a destination of the project `acme` that begins with the first event.
fn form<'a>(address: &'a str, format: &'a str) -> [(&'static str, &'a str); 7] {
    [
        ("project", "acme"),
        ("form[name]", "siem"),
        ("form[transport]", "syslog"),
        ("form[format]", format),
        ("form[address]", address),
        ("form[from]", "beginning"),
        ("password", PASSWORD),
    ]
}

/// An instance that trusts the authority of these certificates, and may send to this machine.
async fn trusting(certificates: &Certificates) -> App {
    let allowed = vec![Network::parse("127.0.0.0/8").unwrap()];
    let roots_pem = certificates.authority();
    App::new().await.calling(OutboundSettings { allowed, roots_pem })
}

/// Adds the destination; gives the page after it.
async fn add(app: &App, address: SocketAddr, format: &str) -> String {
    let address = address.to_string();
    let reply = app.owner.post_form(CREATE, &form(&address, format)).await;
    app.owner.follow(reply).await.text()
}

/// The text of a message, without its header and its structured data.
fn text(message: &str) -> &str {
    message.split_once("\"] ").unwrap_or_else(|| panic!("it is no message: {message}")).1
}

/// The events in these messages; a test is none.
fn events<'a>(messages: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = Value> {
    let read = |message: &'a str| serde_json::from_str::<Value>(text(message)).unwrap();
    let events = messages.into_iter().map(read);
    events.filter(|event| event["type"] != "audit.test").collect::<Vec<_>>().into_iter()
}

async fn scene() -> Scene<Collector> {
    let receiver = Collector::start().await;
    Scene { app: trusting(&receiver.certificates).await, receiver }
}

#[tokio::test]
async fn a_receiver_that_is_killed_and_comes_back_has_everything_in_order() {
    let mut scene = scene().await;
    let id = scene.app.credential(&scene.app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = scene.app.pipeline(&scene.app.owner, "acme", "build", &[id], "pull").await;
    deliver(&scene.app, &token, 3).await;
    let page = add(&scene.app, scene.receiver.address, "json").await;
    assert!(page.contains("The destination was added."), "{page}");
    assert!(page.contains("Syslog has no acknowledgement."), "{page}");
    scene.receiver.next(&[Way::Break]);
    let runner = Runner::start(&scene.app);
    scene.until_it_fails().await;
    // All of it is read, and forgotten: nobody can know that.
    scene.receiver.next(&[Way::Read, Way::Forget]);
    assert_eq!(scene.act("/rpc/destinations/test", &[]).await, 200);
    scene.until_all_is_there().await;

    scene.receiver.kill().await;
    deliver(&scene.app, &token, 5).await;
    scene.until_it_fails().await;
    let page = scene.app.owner.get("/p/acme/audit/shipping").await.text();
    assert!(page.contains("Failing, ") && page.contains("links behind"), "{page}");
    deliver(&scene.app, &token, 5).await;
    scene.receiver.come_back().await;
    scene.receiver.next(&[Way::Read, Way::Rude]);
    assert_eq!(scene.act("/rpc/destinations/test", &[]).await, 200);
    scene.until_all_is_there().await;
    scene.receiver.kill().await;
    deliver(&scene.app, &token, 1).await;
    scene.until_it_fails().await;
    scene.receiver.come_back().await;
    scene.receiver.next(&[Way::Read, Way::Slow]);
    assert_eq!(scene.act("/rpc/destinations/test", &[]).await, 200);
    scene.until_all_is_there().await;
    runner.stop().await;

    let messages = scene.receiver.messages();
    let (links, again) = counted(events(messages.iter().map(String::as_str)));
    let expected: Vec<i64> = (1..=scene.length().await).collect();
    assert_eq!(links, expected, "0 are missing, and their order is kept");
    assert!(again > 0, "what was sent before a break came again");
    assert!(!messages.concat().contains("hunter2"), "no secret is sent");
}

#[tokio::test]
async fn each_format_is_sent_on_one_line_with_its_priority() {
    for (format, begins) in [("json", "{\""), ("ocsf", "{\""), ("cef", "CEF:0|Regcred|")] {
        let scene = scene().await;
        add(&scene.app, scene.receiver.address, format).await;
        let runner = Runner::start(&scene.app);
        scene.until_all_is_there().await;
        runner.stop().await;
        let messages = scene.receiver.messages();
        assert!(!messages.is_empty());
        for (at, message) in messages.iter().enumerate() {
            assert!(message.starts_with("<109>1 20") && message.len() <= 2048, "{message}");
            assert!(message.contains(&format!("[meta sequenceId=\"{}\"][origin ", at + 1)));
            assert!(text(message).starts_with(begins) && !message.contains('\n'), "{message}");
        }
    }
}

#[tokio::test]
async fn who_is_not_trusted_or_is_private_gets_nothing() {
    let receiver = Collector::start().await;
    let app = App::reaching(&["127.0.0.0/8"]).await;
    let scene = Scene { app, receiver };
    add(&scene.app, scene.receiver.address, "json").await;
    let id = scene.id().await;
    let test = [("project", "acme"), ("id", id.as_str())];
    let reply = scene.app.owner.post_json_accept("/rpc/destinations/test", &test).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert!(reply.text().contains("not valid or not trusted"), "{}", reply.text());
    assert!(scene.receiver.messages().is_empty());

    let app = App::reaching(&[]).await;
    for address in ["127.0.0.1:6514", "localhost", "10.0.0.1", "[::1]:6514", "2130706433"] {
        let reply = app.owner.post_json_accept(CREATE, &form(address, "json")).await;
        assert_eq!(reply.status, 422, "{address}: {}", reply.text());
        let said = reply.at("address").unwrap();
        assert!(said.contains("not public") && !said.contains(address), "{said}");
    }
    let example = "siem.example.com:6514";
    for (address, said) in [
        ("siem.example.com:port", "a port from 1 to 65535"),
        ("siem example", example),
        ("a@siem.example.com", example),
        ("siem#1", example),
    ] {
        let reply = app.owner.post_json_accept(CREATE, &form(address, "json")).await;
        assert_eq!(reply.status, 422, "{address}: {}", reply.text());
        assert!(reply.at("address").unwrap().contains(said), "{address}");
    }
}

#[tokio::test]
async fn a_destination_of_syslog_has_no_secret_to_show_or_renew() {
    let scene = scene().await;
    let page = add(&scene.app, scene.receiver.address, "json").await;
    for word in ["whsec_", "Renew the", "This is shown once."] {
        assert!(!page.contains(word), "{word}: {page}");
    }
    assert!(page.contains(&scene.receiver.address.to_string()), "{page}");
    assert_eq!(scene.act("/rpc/destinations/renew", &[("password", PASSWORD)]).await, 409);
}
