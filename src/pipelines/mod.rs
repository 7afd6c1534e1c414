//! The door for machines: `/api/v1`, JSON, with a bearer token or a signature. Opened by name, and
//! shares nothing with the browser's door above the vault.
//!
//! ```text
//! curl -H "Authorization: Bearer $REGCRED_TOKEN" https://regcred.example.com/api/v1/docker-config
//! ```

mod answer;
mod asking;
mod body;
mod build;
mod buildx;
mod credential;
mod drone;
mod exchange;
mod explanation;
mod files;
mod formats;
mod kubelet;
mod outcome;
mod place;
mod query;
mod registry_token;
mod reply;
mod signed;
mod token;
mod woodpecker;

use crate::vault::Vault;
use axum::Router;
use axum::routing::{any, get, post};

/// The routes of `/api/v1`.
pub fn router(vault: &Vault) -> Router {
    Router::new()
        .route("/api/v1/docker-config", get(files::docker_config))
        .route("/api/v1/auth-json", get(files::auth_json))
        .route("/api/v1/docker-auth-config", get(files::docker_auth_config))
        .route("/api/v1/kubernetes-secret", get(files::kubernetes_secret))
        .route("/api/v1/buildx", get(buildx::fetch))
        .route("/api/v1/credential", get(credential::fetch))
        .route("/api/v1/credentials", get(credential::list))
        .route("/api/v1/kubelet", get(kubelet::fetch))
        .route("/api/v1/registry-token", get(registry_token::fetch))
        .route("/api/v1/match", get(explanation::fetch))
        .route("/api/v1/token", post(exchange::create))
        .route("/api/v1/deliveries/{id}/outcome", post(outcome::create))
        .route("/api/v1/woodpecker/{project}", post(woodpecker::create))
        .route("/api/v1/drone/{project}", post(drone::create))
        .route("/api/v1/{*rest}", any(reply::nothing))
        .method_not_allowed_fallback(reply::wrong_method)
        .with_state(vault.clone())
}
