//! An issuer on this machine that publishes what a test says and counts who asks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::sync::Notify;

use crate::crypto::jwt::signing::{Signer, key_set};
use crate::outbound::loopback::{Loopback, reply};

/// Where the metadata are.
pub(super) const METADATA: &str = "/acme/.well-known/openid-configuration";
/// Where the keys are.
pub(super) const KEYS: &str = "/keys";

/// Path to status and body.
type Pages = Arc<Mutex<HashMap<String, (String, String)>>>;

/// Its issuer is `/acme` on a port of its own.
pub(super) struct Publisher {
    server: Loopback,
    pages: Pages,
    arrived: Arc<Notify>,
}

impl Publisher {
    /// Publishes nothing yet: all it answers is 404.
    pub(super) async fn start() -> Publisher {
        let (pages, arrived) = (Pages::default(), Arc::new(Notify::new()));
        let (served, arriving) = (Arc::clone(&pages), Arc::clone(&arrived));
        let server = Loopback::start(move |request, _| {
            arriving.notify_one();
            let pages = served.lock().expect("nobody panicked");
            match pages.get(path(request)) {
                // Nothing at all keeps who asks waiting.
                Some((status, _)) if status.is_empty() => String::new(),
                Some((status, body)) => reply(status, &[], body),
                None => reply("404 Not Found", &[], ""),
            }
        })
        .await;
        Publisher { server, pages, arrived }
    }

    pub(super) fn issuer(&self) -> String {
        format!("{}/acme", self.server.origin())
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.origin())
    }

    /// Answers `path` with this from now on.
    pub(super) fn publish(&self, path: &str, status: &str, body: &str) {
        let page = (status.to_owned(), body.to_owned());
        self.pages.lock().expect("nobody panicked").insert(path.to_owned(), page);
    }

    /// Publishes the metadata as they should be, and these keys.
    pub(super) fn publish_keys(&self, signers: &[&Signer]) {
        let metadata = json!({"issuer": self.issuer(), "jwks_uri": self.url(KEYS)});
        self.publish(METADATA, "200 OK", &metadata.to_string());
        self.publish(KEYS, "200 OK", &key_set(signers));
    }

    /// Says that it cannot answer just now.
    pub(super) fn fail(&self) {
        self.publish(METADATA, "503 Service Unavailable", "");
    }

    /// Leaves everybody without an answer.
    pub(super) fn hang(&self) {
        self.publish(METADATA, "", "");
    }

    /// How often a path was asked for.
    pub(super) async fn asked(&self, wanted: &str) -> usize {
        self.server.heard().await.iter().filter(|request| path(request) == wanted).count()
    }

    /// Returns once somebody has asked for something.
    pub(super) async fn has_been_asked(&self) {
        self.arrived.notified().await;
    }
}

fn path(request: &str) -> &str {
    request.split(' ').nth(1).unwrap_or_default()
}
