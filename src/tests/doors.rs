//! The doors of deliveries: what each hands out, byte for byte, what it cannot, and what it never
//! does.

mod archive;
mod files;
mod kubelet;
mod places;
mod refusals;
mod unwritten;

use crate::app::App;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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

/// `{"auths":…}` with these keys, each with the name of its credential.
pub fn auths_of(entries: &[(&str, &str)]) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(key, name)| format!("\"{key}\":{{\"auth\":\"{}\"}}", auth(name)))
        .collect();
    format!("{{\"auths\":{{{}}}}}", entries.join(","))
}
