//! The door for machines: `/api/v1`, JSON, with a bearer token or a signature. Opened by name, and
//! shares nothing with the browser's door above the vault.
//!
//! ```text
//! curl -H "Authorization: Bearer $REGCRED_TOKEN" https://regcred.example.com/api/v1/docker-config
//! ```

mod answer;
mod asking;
mod audit;
mod body;
mod build;
mod buildx;
mod credential;
mod definitions;
mod drone;
mod exchange;
mod explanation;
mod files;
mod formats;
#[cfg(test)]
pub(crate) mod fuzz;
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
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{any, get, post};

pub fn router(vault: &Vault) -> Router {
    let fetched = Router::new()
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
        .route("/api/v1/audit", get(audit::fetch))
        .method_not_allowed_fallback(reply::wrong_method)
        .route_layer(from_fn(only_get));
    Router::new()
        .merge(fetched)
        .route("/api/v1/token", post(exchange::create))
        .route("/api/v1/deliveries/{id}/outcome", post(outcome::create))
        .route("/api/v1/pipelines/{id}/definitions", definitions::door())
        .route("/api/v1/woodpecker/{project}", post(woodpecker::create))
        .route("/api/v1/drone/{project}", post(drone::create))
        .route("/api/v1/{*rest}", any(reply::nothing))
        .method_not_allowed_fallback(reply::wrong_method)
        .with_state(vault.clone())
}

/// Not by HEAD, which the framework takes for GET: it would leave receipts of what nobody gets.
async fn only_get(request: Request, next: Next) -> Response {
    let mut response = if request.method() == Method::HEAD {
        reply::wrong_method().await
    } else {
        next.run(request).await
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    }
    response
}
