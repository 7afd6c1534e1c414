//! Shipping: what is sent to another system, and what it fetches, is everything that the chain has, in its
//! order.

mod later;
mod pulled;
mod receiver;
mod retained;
mod syslog;
mod typed;

pub use receiver::{Answer, Heard, Receiver, reaching};

use crate::app::{App, Browser, PASSWORD};
use crate::jobs::Runner;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::task::yield_now;
use tokio::time::timeout;

const CREATE: &str = "/rpc/destinations/create";
/// How long something may take before it counts as never.
const DEADLINE: Duration = Duration::from_secs(60);

/// An instance that may call this machine, and a receiver there.
struct Scene<R = Receiver> {
    app: App,
    receiver: R,
}

impl Scene {
    async fn new() -> Self {
        Self { app: App::reaching(&["127.0.0.0/8"]).await, receiver: Receiver::start().await }
    }

    /// Adds a destination of the project `acme` that has nothing yet; gives its secret.
    async fn destination(&self, format: &str) -> String {
        let url = self.receiver.url();
        let form = webhook(&url, format);
        let reply = self.app.owner.post_form(CREATE, &form).await;
        assert!(reply.location().contains("once="), "{} {}", reply.status, reply.text());
        secret_in(&self.app.owner.follow(reply).await.text())
    }

    /// Waits until the receiver has heard that many calls.
    async fn until_heard(&self, calls: usize) {
        let heard = async {
            while self.receiver.heard().len() < calls {
                yield_now().await;
            }
        };
        timeout(DEADLINE, heard).await.expect("nothing is called");
    }
}

impl<R> Scene<R> {
    async fn id(&self) -> String {
        self.app.database.scalar::<uuid::Uuid>("SELECT id FROM destination").await.to_string()
    }

    /// Posts what is done with the only destination.
    async fn act(&self, path: &str, more: &[(&str, &str)]) -> u16 {
        let id = self.id().await;
        let form = [&[("project", "acme"), ("id", id.as_str())][..], more].concat();
        self.app.owner.post_json_accept(path, &form).await.status.as_u16()
    }

    /// How many links the chain of the project has.
    async fn length(&self) -> i64 {
        let project = self.app.evidence(&self.app.owner, "acme").await.project().id;
        let chain = self.app.database.id(project);
        self.app.scalar_i64(&format!("SELECT seq FROM chain_head WHERE chain = {chain}")).await
    }

    /// Waits until the destination has acknowledged every link there is.
    async fn until_all_is_there(&self) {
        let length = self.length().await;
        let cursor = "SELECT cursor_link FROM destination";
        let there = async { while self.app.scalar_i64(cursor).await < length {} };
        timeout(DEADLINE, there).await.expect("it is not sent");
    }

    /// Waits until a call has failed.
    async fn until_it_fails(&self) {
        let failing = "SELECT COUNT(*) FROM destination WHERE failing_since IS NOT NULL";
        let failed = async { while self.app.scalar_i64(failing).await == 0 {} };
        timeout(DEADLINE, failed).await.expect("it does not fail");
    }
}

/// The form of a webhook that begins with the first event.
fn webhook<'a>(url: &'a str, format: &'a str) -> [(&'static str, &'a str); 7] {
    [
        ("project", "acme"),
        ("form[name]", "siem"),
        ("form[transport]", "webhook"),
        ("form[format]", format),
        ("form[address]", url),
        ("form[from]", "beginning"),
        ("password", PASSWORD),
    ]
}

/// The signing secret that a page shows.
fn secret_in(page: &str) -> String {
    let at = page.find("whsec_").unwrap_or_else(|| panic!("there is none: {page}"));
    page[at..].split('<').next().unwrap().to_owned()
}

/// Whether one of the signatures was made with the secret, as a library for Standard Webhooks asks.
fn is_signed(heard: &Heard, secret: &str) -> bool {
    let bytes = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
    let message = format!("{}.{}.{}", heard.id, heard.timestamp, heard.body);
    heard.signatures.split(' ').any(|signature| {
        let mac = STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
        hmac::verify(&key, message.as_bytes(), &mac).is_ok()
    })
}

/// The links of the events that were acknowledged, each once, and how many events came again. Who
/// receives an event twice knows it by its id.
fn received(heard: &[Heard]) -> (Vec<i64>, usize) {
    counted(heard.iter().filter(|one| one.is_kept).flat_map(Heard::events))
}

fn counted(events: impl Iterator<Item = Value>) -> (Vec<i64>, usize) {
    let (mut seen, mut links, mut again) = (BTreeSet::new(), Vec::new(), 0);
    for event in events {
        if seen.insert(event["event_id"].as_str().unwrap().to_owned()) {
            links.push(event["link"].as_i64().unwrap());
        } else {
            again += 1;
        }
    }
    links.dedup();
    (links, again)
}

async fn deliver(app: &App, token: &str, times: usize) {
    for _ in 0..times {
        assert_eq!(app.docker_config(token, "", &[]).await.status, 200);
    }
}

#[tokio::test]
async fn a_receiver_that_is_killed_and_comes_back_has_everything_in_order() {
    let mut scene = Scene::new().await;
    let id = scene.app.credential(&scene.app.owner, "acme", "ghcr", "ghcr.io", "hunter2").await;
    let (_, token) = scene.app.pipeline(&scene.app.owner, "acme", "build", &[id], "pull").await;
    deliver(&scene.app, &token, 3).await;
    scene.destination("json").await;
    // What arrives at first is kept, and not acknowledged.
    scene.receiver.answer(&[Answer::Nothing]);
    let vault = scene.app.vault.clone();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let runner = tokio::spawn(regcred::jobs::run(vault, stopped));
    scene.until_it_fails().await;
    assert_eq!(scene.act("/rpc/destinations/test", &[]).await, 200);
    scene.until_all_is_there().await;

    scene.receiver.kill().await;
    deliver(&scene.app, &token, 5).await;
    scene.app.credential(&scene.app.owner, "acme", "quay", "quay.io", "hunter2").await;
    scene.until_it_fails().await;
    let page = scene.app.owner.get("/p/acme/audit/shipping").await.text();
    assert!(page.contains("Failing, ") && page.contains("links behind"), "{page}");
    deliver(&scene.app, &token, 5).await;
    scene.receiver.come_back().await;
    assert_eq!(scene.act("/rpc/destinations/test", &[]).await, 200);
    scene.until_all_is_there().await;
    stop.send_replace(true);
    timeout(DEADLINE, runner).await.expect("it does not stop").unwrap();

    let heard = scene.receiver.heard();
    let (links, again) = received(&heard);
    let expected: Vec<i64> = (1..=scene.length().await).collect();
    assert_eq!(links, expected, "0 are missing, and their order is kept");
    assert!(again > 0, "what was not acknowledged came again");
    // The same call has the same id, and nothing else has it.
    let mut calls: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in &heard {
        calls.entry(&one.id).or_default().insert(&one.body);
    }
    assert!(calls.values().all(|bodies| bodies.len() == 1), "{calls:?}");
    assert!(calls.len() < heard.len());
    let bodies: String = heard.iter().map(|one| one.body.as_str()).collect();
    assert!(!bodies.contains("hunter2"), "no secret is sent, nor that of an address");
}

#[tokio::test]
async fn calls_are_signed_and_a_renewed_secret_is_good_beside_the_one_before() {
    let scene = Scene::new().await;
    let first = scene.destination("ocsf").await;
    let runner = Runner::start(&scene.app);
    scene.until_all_is_there().await;
    for one in scene.receiver.heard() {
        assert!(is_signed(&one, &first), "{one:?}");
        for event in one.events() {
            assert_eq!(event["metadata"]["version"], "1.8.0", "{event}");
        }
    }
    let id = scene.id().await;
    let form = [("project", "acme"), ("id", id.as_str()), ("password", PASSWORD)];
    let reply = scene.app.owner.post_form("/rpc/destinations/renew", &form).await;
    let second = secret_in(&scene.app.owner.follow(reply).await.text());
    assert_ne!(first, second);
    let before = scene.receiver.heard().len();
    assert_eq!(scene.act("/rpc/destinations/test", &[]).await, 200);
    scene.until_heard(before + 1).await;
    runner.stop().await;
    let heard = scene.receiver.heard();
    let test = heard.iter().find(|one| one.json()["type"] == "audit.test").unwrap();
    assert!(is_signed(test, &first) && is_signed(test, &second), "{test:?}");
}

#[tokio::test]
async fn who_answers_410_gets_nothing_more_until_somebody_goes_on() {
    let scene = Scene::new().await;
    scene.receiver.answer(&[Answer::Status(410)]);
    scene.destination("json").await;
    let runner = Runner::start(&scene.app);
    let stopped = "SELECT COUNT(*) FROM destination WHERE stopped_at IS NOT NULL";
    let stops = async { while scene.app.scalar_i64(stopped).await == 0 {} };
    timeout(DEADLINE, stops).await.expect("it does not stop");
    let page = scene.app.owner.get("/p/acme/audit?noun=destination").await.text();
    assert!(page.contains("stopped sending to") && page.contains("Regcred"), "{page}");
    assert_eq!(scene.receiver.heard().len(), 1);
    assert_eq!(scene.act("/rpc/destinations/switch", &[("is_on", "true")]).await, 200);
    scene.until_all_is_there().await;
    runner.stop().await;
    let (links, _) = received(&scene.receiver.heard());
    assert_eq!(links, (1..=scene.length().await).collect::<Vec<i64>>());
}

#[tokio::test]
async fn what_is_private_is_called_by_nobody() {
    let app = App::reaching(&[]).await;
    for url in [
        "https://127.0.0.1/in",
        "http://10.0.0.1/in",
        "https://169.254.169.254/",
        "http://siem.example.com/",
    ] {
        let reply = app.owner.post_json_accept(CREATE, &webhook(url, "json")).await;
        assert_eq!(reply.status, 422, "{url}: {}", reply.text());
        let said = reply.at("address").unwrap();
        assert!(!said.contains("127.0.0.1") && !said.contains("siem"), "{said}");
    }
    assert_eq!(app.scalar_i64("SELECT COUNT(*) FROM destination").await, 0);
}

#[tokio::test]
async fn another_project_sees_and_changes_nothing_and_a_forged_row_is_none() {
    let scene = Scene::new().await;
    let beta = scene.app.project("beta").await;
    scene.destination("json").await;
    let id = scene.id().await;
    for path in ["test", "switch", "renew", "delete"] {
        let path = format!("/rpc/destinations/{path}");
        for (project, status) in [("acme", 404), ("beta", 404), ("", 403)] {
            let form = [("project", project), ("id", id.as_str()), ("password", PASSWORD)];
            assert_eq!(
                beta.post_json_accept(&path, &form).await.status,
                status,
                "{path} {project}"
            );
        }
    }
    let own = beta.get(&format!("/p/beta/audit/shipping?destination={id}")).await.text();
    assert!(!own.contains(">siem<") && own.contains("There are no destinations yet."), "{own}");
    let page =
        scene.app.owner.get(&format!("/p/acme/audit/shipping?destination={id}")).await.text();
    assert!(page.contains(">siem<") && !page.contains("key=hunter2"), "{page}");
    scene.app.tamper("UPDATE destination SET address = 'https://evil.example.com/'").await;
    let page = scene.app.owner.get("/p/acme/audit/shipping").await.text();
    assert!(page.contains("There are no destinations yet."), "{page}");
    assert!(scene.receiver.heard().is_empty());
}

/// The page of somebody who may not say where the audit goes has no way there.
#[tokio::test]
async fn only_who_keeps_the_audit_is_led_there() {
    let app = App::new().await;
    let auditor: Browser = app.member(regcred::domain::user::Role::Auditor, "acme").await;
    for (browser, is_led) in [(&app.owner, true), (&auditor, false)] {
        let page = browser.get("/p/acme/audit").await.text();
        assert_eq!(page.contains("/p/acme/audit/shipping"), is_led);
    }
}
