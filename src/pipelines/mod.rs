//! The door for machines: `/api/v1`, JSON, with a bearer token. Opened by name, and shares nothing
//! with the browser's door above the vault.
//!
//! ```text
//! curl -H "Authorization: Bearer $REGCRED_TOKEN" https://regcred.example.com/api/v1/docker-config
//! ```

mod docker_config;
mod reply;
mod token;

use crate::vault::Vault;
use axum::Router;
use axum::routing::get;

/// The routes of `/api/v1`.
pub fn router(vault: &Vault) -> Router {
    Router::new()
        .route("/api/v1/docker-config", get(docker_config::fetch))
        .route("/api/v1/{*rest}", axum::routing::any(reply::nothing))
        .with_state(vault.clone())
}
