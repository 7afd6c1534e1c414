//! The doors of deliveries: what each hands out, byte for byte, what it cannot, and what it never
//! does.

mod archive;
mod declared;
mod files;
mod held;
mod kubelet;
mod notes;
mod places;
mod pushes;
mod refusals;
mod servers;
mod ties;
mod unwritten;

use crate::app::App;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An instance with four credentials that one pipeline may pull with. The secret of each is its
/// name with `-secret` behind.
pub struct Scene {
    pub app: App,
    pub pipeline: Uuid,
    pub token: String,
    /// Of Docker Hub.
    pub hub: Uuid,
    /// Of the whole of `ghcr.io`.
    pub whole: Uuid,
    /// Of `ghcr.io/acme/api`.
    pub api: Uuid,
}

impl Scene {
    /// Everything is granted, and nothing was fetched yet.
    pub async fn new() -> Self {
        let app = App::new().await;
        let by = &app.owner;
        let hub = app.credential(by, "acme", "hub", "docker.io", "hub-secret").await;
        let whole = app.credential(by, "acme", "whole", "ghcr.io", "whole-secret").await;
        let path = [("paths", "acme/api")];
        let api = app.credential_with(by, "acme", "api", "ghcr.io", "api-secret", &path).await;
        let host = "registry.example.com:5000";
        let own = app.credential(by, "acme", "own", host, "own-secret").await;
        let all = [hub, whole, api, own];
        let (pipeline, token) = app.pipeline(by, "acme", "build", &all, "pull").await;
        Self { app, pipeline, token, hub, whole, api }
    }
}

/// `auth` of the credential with this name.
pub fn auth(name: &str) -> String {
    STANDARD.encode(format!("acme-bot:{name}-secret"))
}

/// The key, and the one with the usual port of its host if it has another spelling.
pub fn spelled(key: &str) -> Vec<String> {
    let other = key.strip_prefix("ghcr.io").map(|path| format!("ghcr.io:443{path}"));
    [Some(key.to_owned()), other].into_iter().flatten().collect()
}

/// `{"auths":…}` with these keys in each spelling, each with the name of its credential.
pub fn auths_of(entries: &[(&str, &str)]) -> String {
    let entries = entries
        .iter()
        .flat_map(|(key, name)| spelled(key).into_iter().map(|key| (key, auth(name))));
    // In the order of the keys, as the file has them.
    let entries: BTreeMap<String, String> = entries.collect();
    let entries: Vec<String> =
        entries.iter().map(|(key, auth)| format!("\"{key}\":{{\"auth\":\"{auth}\"}}")).collect();
    format!("{{\"auths\":{{{}}}}}", entries.join(","))
}
